"""Utterances as they go out, and back."""

from __future__ import annotations

from dataclasses import replace

from tests.core.test_utterance import SAID
from wingman.core.events import Media, UtteranceData
from wingman.core.utterance import EmotionReading, ReadingStatus

LOOK = EmotionReading(ReadingStatus.KNOWN, "calm")


def test_what_was_said_comes_back_without_its_words_and_sounds() -> None:
    said = replace(SAID, start=8_000, end=24_000, confidence=0.12345, revision=1, face=LOOK, language=LOOK)
    public = UtteranceData.of(said)
    assert public.confidence == 0.123
    assert public.settled
    restored = public.restored(Media.of(said.channel, said.span))
    assert restored == replace(said, words=(), confidence=0.123)
