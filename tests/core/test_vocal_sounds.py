"""Every kind of burst has a word for the line."""

from __future__ import annotations

from tests.support.each import each
from wingman.core.vocal_sounds import is_sound, word_for
from wingman.testing.hume_v0.names import BURSTS, VOICE


def test_every_burst_type_has_a_word_of_its_own() -> None:
    for name in BURSTS:
        assert is_sound(name.lower()), name
        assert not word_for(name.lower()).startswith("a sound of"), name


def test_no_emotion_is_taken_for_a_sound() -> None:
    assert not [name for name in VOICE if is_sound(name.lower())]


@each(
    ("label", "word"),
    [
        ("laugh", "laughs"),
        ("chuckling", "chuckles"),
        ("sobbing", "sobs"),
        ("cry", "cries"),
        ("hiss", "hisses"),
        ("screech", "screeches"),
        ("mhm", "“mhm”"),
        ("hehe", "laughs"),
        ("amusement", "a sound of amusement"),
    ],
)
def test_words(label: str, word: str) -> None:
    assert word_for(label) == word
