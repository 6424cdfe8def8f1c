"""When an utterance is settled."""

from __future__ import annotations

from dataclasses import replace

from wingman.core.speech import Word
from wingman.core.time import Channel, Span
from wingman.core.utterance import EMOTION_OFF, EMOTION_PENDING, EmotionReading, ReadingStatus, Utterance

SAID = Utterance("tab-0", Channel.TAB, "tab", 0, 16_000, "hello", (Word("hello", 0, 16_000),), 1.0, EMOTION_OFF)


def test_it_covers_its_time() -> None:
    assert SAID.span == Span(0, 16_000)


def test_every_reading_has_to_have_come() -> None:
    known = EmotionReading(ReadingStatus.KNOWN, "calm")
    assert SAID.settled
    assert not replace(SAID, emotion=EMOTION_PENDING).settled
    assert not replace(SAID, emotion=known, face=EMOTION_PENDING).settled
    assert not replace(SAID, language=EMOTION_PENDING).settled
    assert replace(SAID, emotion=known, language=known, face=known).settled


def test_pending_is_not_unknown() -> None:
    assert EMOTION_PENDING.status is not ReadingStatus.UNKNOWN
    assert EMOTION_OFF.label == ""
