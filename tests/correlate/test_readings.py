"""An utterance is told at once; its readings are settled once, when nothing more can change them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.config.correlate import CorrelateSettings
from wingman.core.emotion import EmotionInfo, EmotionSpan, Scale, Score, VocalBurst
from wingman.core.errors import Branch
from wingman.core.speech import Word
from wingman.core.time import Channel, Span, samples
from wingman.core.utterance import ReadingStatus, Utterance
from wingman.correlate.readings import Fate, Readings
from wingman.correlate.turns import NEVER, Turn

HUME = EmotionInfo("hume", True, Scale.PROBABILITY, 0.2, 0.4, 0.65)
SETTINGS = CorrelateSettings(grace_s=2.0)


def felt(start: float, end: float, **more: Any) -> EmotionSpan:
    span = Span(samples(start), samples(end))
    return EmotionSpan(Channel.TAB, span, (Score("joy", 0.7),), "hume", Scale.PROBABILITY, **more)


def expecting(*branches: Branch) -> Readings:
    readings = Readings(SETTINGS)
    for branch in branches:
        readings.expect(HUME, branch)
    return readings


def tell(readings: Readings, start: float, end: float, now: float) -> Utterance:
    word = Word("fine", samples(start), samples(end), 0.8)
    return readings.tell(Turn.of(Channel.TAB, "tab", [word]), "u-1", samples(now))


def test_without_a_meter_nothing_is_waited_for() -> None:
    readings = Readings(SETTINGS)
    told = tell(readings, 1, 3, 3)
    assert (told.emotion.status, told.language, told.face) == (ReadingStatus.OFF, None, None)
    assert (readings.pending, readings.due) == (0, NEVER)
    assert readings.measured(felt(1, 3)) is Fate.UNEXPECTED


def test_a_reading_waits_for_the_meter_to_get_past_the_end() -> None:
    readings = expecting(Branch.EMOTION)
    assert tell(readings, 1, 3, 3).emotion.status is ReadingStatus.PENDING
    assert (readings.pending, readings.due) == (1, samples(5))
    assert readings.measured(felt(0.5, 2)) is Fate.KEPT
    assert readings.settle(samples(4)) == []
    assert readings.measured(felt(2, 3.5)) is Fate.KEPT
    (settled,) = readings.settle(samples(4))
    assert (settled.revision, settled.emotion.status, settled.emotion.label) == (1, ReadingStatus.KNOWN, "joy")
    assert readings.settle(samples(9)) == []
    assert readings.measured(felt(2, 3.5)) is Fate.REPLAYED


def test_when_the_grace_is_over_it_is_unknown_and_what_comes_then_is_late() -> None:
    readings = expecting(Branch.EMOTION)
    tell(readings, 1, 3, 3)
    assert readings.settle(samples(5) - 1) == []
    (settled,) = readings.settle(samples(5))
    assert settled.emotion.status is ReadingStatus.UNKNOWN
    assert readings.measured(felt(1, 3)) is Fate.LATE


def test_half_an_utterance_is_not_the_tone_of_it() -> None:
    readings = expecting(Branch.EMOTION)
    tell(readings, 1, 3, 3)
    readings.measured(felt(1, 2))
    (settled,) = readings.settle(samples(5))
    assert (settled.emotion.status, settled.emotion.why) == (ReadingStatus.UNKNOWN, "late")
    assert settled.emotion.coverage == pytest.approx(0.5)


@pytest.mark.parametrize("over", ["one", "all"])
def test_a_meter_that_is_over_keeps_nobody_waiting(over: str) -> None:
    readings = expecting(Branch.EMOTION)
    tell(readings, 1, 3, 3)
    if over == "one":
        readings.set_over(True, Branch.EMOTION)
    else:
        readings.finish()
    assert readings.due == 0
    assert [each.emotion.status for each in readings.settle(samples(3))] == [ReadingStatus.UNKNOWN]


def test_an_utterance_is_settled_when_all_its_meters_are() -> None:
    readings = expecting(Branch.EMOTION, Branch.FACE)
    tell(readings, 1, 3, 3)
    readings.measured(felt(1, 4))
    assert readings.settle(samples(4)) == []
    readings.missed(Span(0, samples(4)), Branch.FACE)
    (settled,) = readings.settle(samples(4))
    assert settled.face is not None
    assert (settled.emotion.status, settled.face.status) == (ReadingStatus.KNOWN, ReadingStatus.UNKNOWN)
    assert settled.language is None


def test_another_meter_begins_with_nothing() -> None:
    readings = expecting(Branch.EMOTION)
    readings.measured(felt(0, 3))
    readings.expect(HUME)
    assert readings.held == 1
    readings.expect(EmotionInfo("other", False, Scale.RELATIVE, 0.2, 0.4, 0.6))
    assert readings.held == 0


def test_a_laugh_that_comes_late_is_told_with_the_revision() -> None:
    readings = expecting(Branch.EMOTION)
    assert tell(readings, 1, 3, 3).sounds == ()
    readings.sounds.hear(VocalBurst(Channel.TAB, Span(samples(2), samples(3)), "laugh", 0.9, "hume"))
    readings.progress(samples(4), Branch.EMOTION)
    (settled,) = readings.settle(samples(4))
    assert [sound.label for sound in settled.sounds] == ["laugh"]


@given(st.permutations(range(6)), st.integers(0, 6))
def test_when_the_words_come_does_not_change_the_reading(order: list[int], told_after: int) -> None:
    spans = [felt(n, n + 1.0) for n in range(6)]
    late, early = expecting(Branch.EMOTION), expecting(Branch.EMOTION)
    told = [tell(early, 1, 4, 4)]
    for n, at in enumerate(order):
        if n == told_after:
            told.append(tell(late, 1, 4, 4))
        for readings in (early, late):
            readings.measured(spans[at])
    if told_after == 6:
        told.append(tell(late, 1, 4, 4))
    finals = [
        (readings.settle(samples(6)) or [first])[0] for readings, first in zip((early, late), told, strict=True)
    ]
    assert finals[0].emotion == finals[1].emotion
    assert finals[0].settled
