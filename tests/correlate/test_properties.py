"""What must hold whatever comes: determinism, conservation, idempotence. Streams are made by hypothesis."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.alignment import METER, latest, metered, play
from tests.support.conversations import MOODS, Plan, converse
from wingman.config.correlate import CorrelateSettings
from wingman.core.emotion import EmotionEvent, EmotionSpan, Scale, Score
from wingman.core.errors import Branch, Missed, Progress
from wingman.core.media import GapCause
from wingman.core.speech import Final, Interim, SpeechEnded, SpeechStarted, TimedEvent, Word
from wingman.core.time import Channel, SampleTime, Span, samples
from wingman.core.utterance import EmotionShift, ReadingStatus, Utterance
from wingman.correlate.correlator import Correlator, Output
from wingman.correlate.turns import Partial

TAB = Channel.TAB
TEXTS = ("so", "we", "need", "it.", "really?", "and", "the", "price,", "is", "fine.")


@st.composite
def finals(draw: st.DrawFn) -> list[Final]:
    """Windows of one channel that do not overlap, with pauses of all lengths between the words."""
    made: list[Final] = []
    at = draw(st.integers(0, samples(1.0)))
    number = 0
    for _ in range(draw(st.integers(1, 8))):
        begin, words = at, []
        for _ in range(draw(st.integers(0, 5))):
            at += draw(st.sampled_from((0, 0, 160, samples(0.5), samples(0.9), samples(1.5))))
            end = at + draw(st.integers(1, samples(0.6)))
            text = f"{number}{draw(st.sampled_from(TEXTS))}"
            speaker = draw(st.sampled_from((None, None, "0", "1")))
            words.append(Word(text, at, end, 0.9, speaker))
            at, number = end, number + 1
        made.append(Final(TAB, Span(begin, at), tuple(words), draw(st.booleans())))
        at += draw(st.sampled_from((0, samples(0.4), samples(1.0), samples(2.5))))
    return made


@st.composite
def measured(draw: st.DrawFn) -> list[EmotionEvent]:
    """A meter's stream: sliding windows by rising end, some missed, with watermarks between."""
    made: list[EmotionEvent] = []
    end = 0
    for _ in range(draw(st.integers(0, 12))):
        end += draw(st.integers(samples(0.3), samples(4.0)))
        span = Span(max(0, end - draw(st.integers(1, samples(10.0)))), end)
        scores = draw(st.dictionaries(st.sampled_from(MOODS), st.integers(1, 100), max_size=4))
        ranked = tuple(
            sorted((Score(n, v / 100) for n, v in scores.items()), key=lambda s: (-s.value, s.label))
        )
        if draw(st.integers(0, 9)) == 0:
            made.append(Missed(Branch.EMOTION, TAB, span, GapCause.OUTAGE))
        else:
            made.append(EmotionSpan(TAB, span, ranked, METER.name, Scale.PROBABILITY))
        if draw(st.booleans()):
            made.append(Progress(Branch.EMOTION, TAB, end))
    return made


def begin_of(event: TimedEvent | EmotionEvent) -> SampleTime:
    """Time may not pass this while the event is still to come: it would be out of the grace."""
    match event:
        case Final():
            return event.words[0].start if event.words else event.span.start
        case EmotionSpan() | Missed():
            return event.span.end
        case Progress():
            return event.upto
        case _:
            raise AssertionError(event)


def interleave(one: Sequence[TimedEvent], other: Sequence[EmotionEvent], dice: random.Random) -> list[Output]:
    """Feed both streams, each in its order, in a drawn interleaving; time passes within the grace."""
    correlator, left, right, out = metered(), list(one), list(other), []
    while left or right:
        bound = min(begin_of(event) for event in left + right)
        if bound > 0 and dice.random() < 0.5:
            out += correlator.advance(TAB, dice.randrange(bound))
        take = left if not right or (left and dice.random() < 0.5) else right
        out += correlator.feed(take.pop(0))
    return out + correlator.finish()


def settled(outputs: Sequence[Output]) -> bytes:
    """The final utterances as bytes. The revision is left out: it says how they were told, not what."""
    return msgspec.json.encode([replace(one, revision=0) for one in latest(outputs)])


def shifts(outputs: Sequence[Output]) -> bytes:
    return msgspec.json.encode([one for one in outputs if isinstance(one, EmotionShift)])


@given(finals(), measured(), st.randoms(use_true_random=False), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_interleaving_of_the_providers_changes_no_byte(
    said: list[Final], felt: list[EmotionEvent], one: random.Random, other: random.Random
) -> None:
    first = interleave(said, felt, one)
    assert settled(first) == settled(interleave(said, felt, other))
    # the extremes: either provider is done before the other begins
    for streams in ([*said, *felt], [*felt, *said]):
        correlator = metered()
        outputs = [output for event in streams for output in correlator.feed(event)]
        assert settled(first) == settled(outputs + correlator.finish())


@given(st.integers(0, 10**6), st.randoms(use_true_random=False))
@settings(max_examples=8, deadline=None)
def test_shifts_do_not_depend_on_the_interleaving_either(seed: int, dice: random.Random) -> None:
    made = converse(Plan(seed, minutes=3.0, microphone=False, mood_change=0.02, latency=(0.0, 0.1)))
    said = [report.event for report in made.transcripts if isinstance(report.event, Final)]
    felt = [report.event for report in made.emotions if isinstance(report.event, EmotionSpan)]
    assert shifts(interleave(said, felt, dice)) == shifts(interleave(said, felt, random.Random(seed)))


@given(finals(), measured(), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_replayed_events_change_nothing(
    said: list[Final], felt: list[EmotionEvent], dice: random.Random
) -> None:
    once, again = metered(), metered()
    events: list[TimedEvent | EmotionEvent] = sorted([*said, *felt], key=begin_of)
    first = [output for event in events for output in once.feed(event)] + once.finish()
    second = []
    for i, event in enumerate(events):
        second += again.feed(event)
        second += again.feed(events[dice.randrange(i + 1)])
    assert settled(first) == settled(second + again.finish())


@st.composite
def anything(draw: st.DrawFn) -> list[TimedEvent | EmotionEvent | SampleTime]:
    """Finals in order, and between them whatever else may come, whenever; a number is the time."""
    made: list[TimedEvent | EmotionEvent | SampleTime] = []
    felt = draw(measured())
    for final in draw(finals()):
        made.append(final)
        for _ in range(draw(st.integers(0, 3))):
            at = draw(st.integers(0, samples(40.0)))
            made.append(
                draw(
                    st.sampled_from(
                        (
                            at,
                            Interim(TAB, Span(at, at + 800), (Word("hm", at, at + 800),)),
                            SpeechStarted(TAB, at),
                            SpeechEnded(TAB, at),
                            Progress(Branch.TRANSCRIBE, TAB, at),
                            Progress(Branch.EMOTION, TAB, at),
                            Missed(Branch.TRANSCRIBE, TAB, Span(at, at + 800), GapCause.OUTAGE),
                            *felt,
                        )
                    )
                )
            )
    return made


@given(anything())
@settings(max_examples=40, deadline=None)
def test_no_word_is_lost_or_doubled_and_no_utterance_told_more_than_twice(
    events: list[TimedEvent | EmotionEvent | SampleTime],
) -> None:
    correlator, out = metered(), []
    for event in events:
        out += correlator.advance(TAB, event) if isinstance(event, int) else correlator.feed(event)
    out += correlator.finish()
    spoken = Counter(word for event in events if isinstance(event, Final) for word in event.words)
    assert Counter(word for one in latest(out) for word in one.words) == spoken

    told: dict[str, list[Utterance]] = {}
    for output in out:
        if isinstance(output, Utterance):
            told.setdefault(output.id, []).append(output)
    for revisions in told.values():
        assert [one.revision for one in revisions] == list(range(len(revisions)))
        assert len(revisions) <= 2
        assert len({(one.words, one.start, one.end, one.speaker) for one in revisions}) == 1
        if len(revisions) == 2:
            assert revisions[0].emotion.status is ReadingStatus.PENDING
        assert revisions[-1].emotion.status in (ReadingStatus.KNOWN, ReadingStatus.UNKNOWN)
    assert correlator.statistics().pending == 0
    partials = [output for output in out if isinstance(output, Partial)]
    assert not partials or partials[-1].text == ""


@given(st.integers(0, 10**6))
@settings(max_examples=10, deadline=None)
def test_emotions_never_change_what_was_said(seed: int) -> None:
    made = converse(Plan(seed, minutes=2.0))
    without = Correlator(CorrelateSettings())
    silent = latest(play([r for r in made.reports() if r in made.transcripts], without))
    spoken = latest(play(made.reports(), metered()))
    assert [(one.id, one.speaker, one.text) for one in silent] == [
        (one.id, one.speaker, one.text) for one in spoken
    ]
