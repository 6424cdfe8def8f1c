"""How something was said, in words."""

from __future__ import annotations

from typing import Any

import pytest

from wingman.core.emotion import Score
from wingman.core.expression_words import ENERGY_METER, look, manner, tone, with_sounds, wording
from wingman.core.utterance import EMOTION_OFF, EMOTION_PENDING, EmotionReading, Family, ReadingStatus, Sound


def known(label: str, strength: str = "strong", band: str = "", **more: Any) -> EmotionReading:
    return EmotionReading(ReadingStatus.KNOWN, label, strength=strength, band=band, **more)


def test_the_provider_s_own_words_come_before_ours() -> None:
    assert tone(known("doubt")) == "strong doubt"
    assert tone(known("doubt", band="very strongly perceived")) == "doubt, very strongly perceived"
    assert tone(EMOTION_PENDING) == tone(EMOTION_OFF) == ""


@pytest.mark.parametrize(
    ("family", "strength", "words"),
    [
        (Family.ENGAGED, "strong", "much louder than usual"),
        (Family.LOW_ENERGY, "weak", "calmer than usual"),
        (Family.NEUTRAL, "strong", "as usual"),
    ],
)
def test_a_meter_of_energy_has_no_opinion(family: Family, strength: str, words: str) -> None:
    assert tone(known("energy", strength, family=family, source=ENERGY_METER)) == words


def test_a_neutral_tone_has_no_strength() -> None:
    assert tone(known("calmness", family=Family.NEUTRAL)) == "calmness"


@pytest.mark.parametrize(
    ("reading", "words"),
    [
        (known("doubt"), "looks doubtful"),
        (known("doubt", subject="2 of 3"), "face 2 of 3 looks doubtful"),
        (known("craving"), "shows craving"),
        (EmotionReading(ReadingStatus.UNKNOWN), ""),
        (None, ""),
    ],
)
def test_a_face(reading: EmotionReading | None, words: str) -> None:
    assert look(reading) == words


def test_voice_words_and_face_stand_beside_each_other() -> None:
    said = EmotionReading(
        ReadingStatus.KNOWN, "anger", strength="weak", attributes=(Score("fast", 0.8), Score("husky", 0.7))
    )
    phrases = list(manner(said, known("annoyance"), known("boredom")))
    assert phrases == ["weak anger", "voice fast, husky", "words express annoyance", "looks bored"]
    assert list(manner(EMOTION_OFF)) == []
    assert wording(None) == ""


def test_sounds_follow_the_words() -> None:
    laugh = Sound("laughs", "laugh", 0.9, 0, 10)
    assert with_sounds("Fine.", (laugh,)) == "Fine. [laughs]"
    assert with_sounds("", (laugh, laugh)) == "[laughs] [laughs]"
    assert with_sounds("Fine.", ()) == "Fine."
