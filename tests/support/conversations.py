"""Made-up meetings whose truth is known: who said what when, and how they felt.

From a seed comes a conversation (turns, breaths, overlaps, interjections, moods), and from that what
a transcriber and an emotion meter would report of it: jittered word times, windows of mixed speech, delays,
losses, outages and clocks that drift. Nothing here imports the correlator.
"""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import takewhile

from wingman.core.emotion import EmotionEvent, EmotionSpan, Scale, Score
from wingman.core.errors import Branch, Missed, Progress
from wingman.core.media import GapCause
from wingman.core.speech import Final, Interim, SpeechEnded, SpeechStarted, TimedEvent, Word
from wingman.core.time import Channel, SampleTime, Span, samples

MOODS = ("interest", "joy", "doubt", "anger", "tiredness", "neutral")

ENDPOINT_S = 0.3
"""Silence after which the made-up transcriber hears an endpoint."""

UTTERANCE_END_S = 1.0
"""Silence after which it says that nobody speaks any more."""


@dataclass(frozen=True, slots=True)
class Said:
    """One true utterance."""

    channel: Channel
    label: str | None
    words: tuple[Word, ...]
    mood: str

    @property
    def span(self) -> Span:
        return Span(self.words[0].start, self.words[-1].end)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a meeting is made. Seconds unless said otherwise."""

    seed: int
    minutes: float = 10.0
    tab_speakers: int = 2
    microphone: bool = True
    overlap: float = 0.15
    """Chance that a turn begins before the other channel's is over."""
    interjection: float = 0.1
    """Chance of a short word by another tab speaker in mid-turn."""
    breath: float = 0.25
    """Chance that a sentence is cut by a pause long enough for an endpoint."""
    mood_change: float = 0.15
    """Chance that a speaker's mood is another one in the next utterance."""
    moods: tuple[str, ...] = MOODS
    """What moods are drawn from; one named twice is drawn twice as often."""
    later_moods: tuple[str, ...] = ()
    """… from half-time on; empty: the same."""
    word_jitter: float = 0.04
    skew_ppm: float = 50.0
    """Both providers' clocks drift by up to this much."""
    window: float = 3.0
    """Interval of the meter's measurements; its windows grow to 10 s (`clips`: this very length)."""
    clips: bool = False
    """Measure in fixed clips, speech or not, instead of growing windows per stretch of speech."""
    noise: float = 0.05
    latency: tuple[float, float] = (0.2, 0.6)
    """Of both providers' reports."""
    drop: float = 0.01
    """Chance that a measurement is lost."""
    outages: int = 1


@dataclass(frozen=True, slots=True)
class Report:
    """A provider's event and the media time at which it arrives."""

    at: SampleTime
    event: TimedEvent | EmotionEvent


@dataclass(slots=True)
class Conversation:
    plan: Plan
    said: list[Said]
    transcripts: list[Report]
    emotions: list[Report]
    complete: dict[Channel, list[EmotionSpan]] = field(default_factory=dict)
    """Every measurement on the true clock, lost ones included: what an oracle may use."""

    @property
    def end(self) -> SampleTime:
        return max(one.span.end for one in self.said)

    def reports(self) -> list[Report]:
        """Both providers' reports as they arrive."""
        return sorted(self.transcripts + self.emotions, key=lambda report: report.at)


def converse(plan: Plan) -> Conversation:
    """Make the meeting of `plan`: same plan, same meeting."""
    chance = random.Random(plan.seed)
    said = _talk(plan, chance)
    made = Conversation(plan, said, [], [])
    for channel in Channel:
        here = [one for one in said if one.channel is channel]
        if here:
            made.transcripts += _transcribe(plan, chance, here)
            reports, complete = _measure(plan, chance, channel, here)
            made.emotions += reports
            made.complete[channel] = complete
    made.transcripts.sort(key=lambda report: report.at)
    made.emotions.sort(key=lambda report: report.at)
    return made


# --- the talk ---------------------------------------------------------------------------------


@dataclass(slots=True)
class _Talker:
    channel: Channel
    label: str | None
    mood: str


def _talk(plan: Plan, chance: random.Random) -> list[Said]:
    tab = [
        _Talker(Channel.TAB, str(n) if plan.tab_speakers > 1 else None, chance.choice(plan.moods))
        for n in range(plan.tab_speakers)
    ]
    user = [_Talker(Channel.MIC, None, chance.choice(plan.moods))] if plan.microphone else []
    said: list[Said] = []
    free = dict.fromkeys(Channel, 0.5)
    numbers = iter(range(10**9))
    now, last = 0.5, tab[0]
    while now < plan.minutes * 60:
        talker = chance.choice([one for one in tab + user if one is not last] or tab)
        if talker.channel is not last.channel and chance.random() < plan.overlap:
            now = max(free[talker.channel] + 0.7, now - chance.uniform(0.4, 1.5))
        else:
            now = max(now + chance.uniform(0.3, 1.2), free[talker.channel] + 0.6)
        others = [one for one in tab if one is not talker] if talker.channel is Channel.TAB else []
        for _ in range(chance.randint(1, 3)):
            later = plan.later_moods and now > plan.minutes * 30
            if chance.random() < plan.mood_change:
                talker.mood = chance.choice(plan.later_moods if later else plan.moods)
            words, now = _sentence(plan, chance, now, talker.label, numbers)
            said.append(Said(talker.channel, talker.label, words, talker.mood))
            if others and len(words) > 8 and chance.random() < plan.interjection:
                said.append(_interject(chance, words, chance.choice(others), numbers))
            free[talker.channel] = now
            now += chance.uniform(0.7, 1.6)
        now, last = free[talker.channel], talker
    return sorted(said, key=lambda one: (one.span.start, one.span.end))


def _sentence(
    plan: Plan, chance: random.Random, now: float, label: str | None, numbers: Iterator[int]
) -> tuple[tuple[Word, ...], float]:
    count = chance.randint(2, 22)
    breath = chance.randint(2, count - 2) if count > 5 and chance.random() < plan.breath else None
    words = []
    for i in range(count):
        if i == breath:
            now += chance.uniform(0.35, 0.7)
        length = chance.uniform(0.14, 0.42)
        text = f"w{next(numbers)}" + ("." if i == count - 1 else "")
        words.append(Word(text, samples(now), samples(now + length), 0.95, label))
        now += length + chance.uniform(0.0, 0.08)
    return tuple(words), now


def _interject(chance: random.Random, words: tuple[Word, ...], who: _Talker, numbers: Iterator[int]) -> Said:
    at = words[len(words) // 2].start
    word = Word(f"w{next(numbers)}.", at, at + samples(chance.uniform(0.2, 0.35)), 0.8, who.label)
    return Said(who.channel, who.label, (word,), who.mood)


# --- the transcriber --------------------------------------------------------------------------


def _transcribe(plan: Plan, chance: random.Random, said: list[Said]) -> list[Report]:
    """Finals at endpoints and, in long speech, between them; interims once a second."""
    skew = 1.0 + chance.uniform(-plan.skew_ppm, plan.skew_ppm) * 1e-6
    words = sorted(
        (_jittered(plan, chance, word, skew) for one in said for word in one.words),
        key=lambda word: (word.start, word.end),
    )
    reports: list[Report] = []
    stretches = _stretches(words, samples(ENDPOINT_S))
    for stretch, following in zip(stretches, [*stretches[1:], None], strict=True):
        reports += _stretch_reports(plan, chance, said[0].channel, stretch)
        end = max(word.end for word in stretch)
        if following is None or following[0].start - end >= samples(UTTERANCE_END_S):
            at = end + samples(UTTERANCE_END_S + chance.uniform(*plan.latency))
            reports.append(Report(at, SpeechEnded(said[0].channel, end)))
    return _monotone(reports)


def _jittered(plan: Plan, chance: random.Random, word: Word, skew: float) -> Word:
    moved = [
        max(0, round((at + samples(chance.gauss(0, plan.word_jitter))) * skew)) for at in (word.start, word.end)
    ]
    return replace(word, start=moved[0], end=max(moved[0] + 160, moved[1]))


def _stretches(words: list[Word], pause: int) -> list[list[Word]]:
    stretches: list[list[Word]] = []
    end = -pause - 1
    for word in words:
        if word.start - end > pause:
            stretches.append([])
        stretches[-1].append(word)
        end = max(end, word.end)
    return stretches


def _stretch_reports(plan: Plan, chance: random.Random, channel: Channel, words: list[Word]) -> list[Report]:
    def late(at: SampleTime) -> SampleTime:
        return at + samples(chance.uniform(*plan.latency))

    begin, end = words[0].start, max(word.end for word in words)
    reports = [Report(late(begin), SpeechStarted(channel, begin))]
    settled, shown = 0, begin + samples(1.0)
    from_ = begin
    while settled < len(words):
        known = _heard_by(words[settled:], shown)
        if shown >= end:
            break
        if known and shown - from_ >= samples(4.0):
            upto = max(word.end for word in known)
            reports.append(Report(late(shown), Final(channel, Span(from_, max(from_, upto)), tuple(known))))
            settled, from_ = settled + len(known), max(from_, upto)
        elif known:
            reports.append(Report(late(shown), Interim(channel, Span(from_, shown), tuple(known))))
        shown += samples(1.0)
    rest = tuple(words[settled:])
    at = end + samples(ENDPOINT_S)
    reports.append(Report(late(at), Final(channel, Span(min(from_, end), end), rest, endpoint=True)))
    return reports


def _heard_by(words: list[Word], at: SampleTime) -> list[Word]:
    """The first words, as far as all of them are over."""
    return list(takewhile(lambda word: word.end <= at, words))


# --- the meter --------------------------------------------------------------------------------


def _measure(
    plan: Plan, chance: random.Random, channel: Channel, said: list[Said]
) -> tuple[list[Report], list[EmotionSpan]]:
    pause = samples(chance.uniform(0.35, 1.0))
    voiced = _stretches(sorted((w for one in said for w in one.words), key=lambda w: w.start), pause)
    skew = 1.0 + chance.uniform(-plan.skew_ppm, plan.skew_ppm) * 1e-6
    windows = _clips(plan, said) if plan.clips else _growing(plan, voiced)
    outages = _outages(plan, chance)
    reports: list[Report] = []
    complete: list[EmotionSpan] = []
    for window in windows:
        scores = _scores(plan, chance, window, said)
        span = EmotionSpan(channel, window, scores, "hume", Scale.PROBABILITY)
        complete.append(span)
        told = replace(span, span=Span(round(window.start * skew), round(window.end * skew)))
        at = told.span.end + samples(chance.uniform(*plan.latency))
        hit = next((out for out in outages if out.overlap(window)), None)
        if hit is not None:
            reports.append(Report(at, Missed(Branch.EMOTION, channel, told.span, GapCause.OUTAGE)))
        elif chance.random() >= plan.drop:
            reports.append(Report(at, told))
            reports.append(Report(at, Progress(Branch.EMOTION, channel, told.span.end)))
    return _monotone(reports), complete


def _growing(plan: Plan, voiced: list[list[Word]]) -> list[Span]:
    """Windows as Hume's: per stretch of speech, growing to 10 s, then sliding."""
    windows = []
    for words in voiced:
        begin, end = words[0].start, max(word.end for word in words)
        at = begin + samples(plan.window)
        last = begin
        while at < end:
            windows.append(Span(max(begin, at - samples(10.0)), at))
            last, at = at, at + samples(plan.window)
        if last == begin or end - last >= samples(1.0):
            windows.append(Span(max(begin, end - samples(10.0)), end))
    return windows


def _clips(plan: Plan, said: list[Said]) -> list[Span]:
    step = samples(plan.window)
    end = max(one.span.end for one in said)
    windows = [Span(at, at + step) for at in range(0, end, step)]
    return [window for window in windows if any(one.span.overlap(window) for one in _near(said, window))]


def _near(said: list[Said], window: Span) -> list[Said]:
    """What may touch the window: `said` is in order and nobody speaks longer than half a minute."""
    first = bisect_left(said, window.start - samples(30.0), key=lambda one: one.span.start)
    last = bisect_left(said, window.end, key=lambda one: one.span.start)
    return said[first:last]


def _scores(plan: Plan, chance: random.Random, window: Span, said: list[Said]) -> tuple[Score, ...]:
    """Each mood by its share of the window's speech, with noise; what is weak is left out."""
    shares: dict[str, int] = {}
    for one in _near(said, window):
        overlap = one.span.overlap(window)
        if overlap:
            shares[one.mood] = shares.get(one.mood, 0) + overlap
    total = sum(shares.values()) or 1
    scores = []
    for mood in dict.fromkeys(plan.moods + plan.later_moods):
        value = 0.75 * shares.get(mood, 0) / total + chance.gauss(0, plan.noise)
        if value >= 0.15:
            scores.append(Score(mood, round(min(1.0, value), 4)))
    return tuple(sorted(scores, key=lambda score: (-score.value, score.label)))


def _outages(plan: Plan, chance: random.Random) -> list[Span]:
    outages = []
    for _ in range(plan.outages):
        at = chance.uniform(30.0, max(31.0, plan.minutes * 60 - 30))
        outages.append(Span(samples(at), samples(at + chance.uniform(5.0, 20.0))))
    return outages


def _monotone(reports: list[Report]) -> list[Report]:
    """One connection delivers in order: a report never overtakes the one before it."""
    latest = 0
    ordered = []
    for report in reports:
        latest = max(latest, report.at)
        ordered.append(replace(report, at=latest))
    return ordered
