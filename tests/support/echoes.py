"""A made-up meeting whose microphone hears the loudspeaker: echoes, own words and honest repetitions."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum

from tests.support.conversations import ENDPOINT_S, Report
from wingman.core.speech import Final, Interim, SpeechStarted, Word
from wingman.core.time import Channel, Span, samples

SENTENCES = """
so what do you think about the price we sent you last week
I think we can do that but not before the end of the month
can you tell me a bit more about how your team uses it today
yes, yes, that is what we need
the contract runs for twelve months and then it renews
no, I do not think that this will work for us
we have looked at two other vendors and they are cheaper
let me share my screen and walk you through the numbers
that sounds good to me, let us do it
okay, okay, and who would have to sign this
how long does it take to set up
we would like to start with a small pilot in May
right
thank you
yes
the security team will want to see the report first
I would need to check that with my manager
what happens when we go over the limit
and the support is included, is it
""".strip().splitlines()

OWN = """
I see
we include support in every plan
let me answer that one by one
the pilot takes about four weeks from start to finish
of course, I will send it to you after the call
yes
we charge by seat and not by use
no problem at all
""".strip().splitlines()


class Kind(StrEnum):
    """Why the microphone heard a word."""

    ECHO = "echo"
    OWN = "own"
    REPEAT = "repeat"


@dataclass(slots=True)
class EchoMeeting:
    reports: list[Report]
    tab: int
    """Words the tab said."""
    heard: dict[tuple[int, int, str], Kind]
    """Each microphone word by start, end and text, and why it was heard."""


def echo_meeting(
    seed: int, minutes: float = 10.0, *, echo: bool = True, lag: tuple[float, float] = (0.06, 0.4)
) -> EchoMeeting:
    """Tab and user in turn; with `echo` all the tab says comes back by the microphone, one lag behind."""
    chance = random.Random(seed)
    behind = chance.uniform(*lag)
    tab: list[Word] = []
    mic: list[tuple[Word, Kind]] = []
    now = 1.0
    while now < minutes * 60:
        sentence, now = _say(chance, chance.choice(SENTENCES), now)
        tab += sentence
        if echo:
            mic += [(word, Kind.ECHO) for word in _echo(chance, sentence, behind)]
        answer = chance.random()
        if answer < 0.25:
            said, now = _say(chance, _last_words(chance, sentence), now + chance.uniform(0.3, 0.9))
            mic += [(word, Kind.REPEAT) for word in said]
        elif answer < 0.55:
            said, now = _say(chance, chance.choice(OWN), now + chance.uniform(0.2, 1.0))
            mic += [(word, Kind.OWN) for word in said]
        elif answer < 0.65:  # talking over the tab
            said, _ = _say(chance, chance.choice(OWN), sentence[0].start / 16000 + chance.uniform(0.3, 1.0))
            mic += [(word, Kind.OWN) for word in said]
        now += chance.uniform(0.5, 1.5)
    heard = {(word.start, word.end, word.text): kind for word, kind in mic}
    words = sorted((word for word, _ in mic), key=lambda word: (word.start, word.end))
    reports = _reports(chance, Channel.TAB, tab) + _reports(chance, Channel.MIC, words)
    return EchoMeeting(sorted(reports, key=lambda report: report.at), len(tab), heard)


def _say(chance: random.Random, text: str, now: float) -> tuple[list[Word], float]:
    words = []
    for part in text.split():
        length = chance.uniform(0.12, 0.2) + 0.025 * len(part)
        words.append(Word(part, samples(now), samples(now + length), 0.9))
        now += length + chance.uniform(0.0, 0.06)
    last = words[-1]
    words[-1] = Word(last.text + ".", last.start, last.end, 0.9)
    return words, now


def _last_words(chance: random.Random, sentence: list[Word]) -> str:
    """What somebody repeats who wants to be sure: the end of what they heard."""
    tail = [word.text.rstrip(".") for word in sentence[-chance.randint(1, 5) :]]
    return " ".join(tail)


def _echo(chance: random.Random, sentence: list[Word], behind: float) -> list[Word]:
    heard = []
    for word in sentence:
        luck = chance.random()
        if luck < 0.04:
            continue  # too faint
        text = chance.choice(("the", "uh", "there", "when", "for")) if luck < 0.08 else word.text
        shift = samples(behind + chance.gauss(0, 0.025))
        heard.append(Word(text, word.start + shift, word.end + shift, 0.6))
    return heard


def _reports(chance: random.Random, channel: Channel, words: list[Word]) -> list[Report]:
    reports: list[Report] = []
    stretch: list[Word] = []
    for word in [*words, None]:
        end = max((one.end for one in stretch), default=0)
        if stretch and (word is None or word.start - end > samples(ENDPOINT_S)):
            reports += _stretch(chance, channel, stretch, end)
            stretch = []
        if word is not None:
            stretch.append(word)
    latest = 0
    ordered = []
    for report in sorted(reports, key=lambda one: one.at):
        latest = max(latest, report.at)
        ordered.append(Report(latest, report.event))
    return ordered


def _stretch(chance: random.Random, channel: Channel, words: list[Word], end: int) -> list[Report]:
    begin = words[0].start
    late = samples(chance.uniform(0.2, 0.5))
    reports = [Report(begin + late, SpeechStarted(channel, begin))]
    for at in range(begin + samples(1.0), end, samples(1.0)):
        known = tuple(word for word in words if word.end <= at)
        if known:
            reports.append(Report(at + late, Interim(channel, Span(begin, at), known)))
    at = end + samples(ENDPOINT_S)
    reports.append(Report(at + late, Final(channel, Span(begin, end), tuple(words), endpoint=True)))
    return reports
