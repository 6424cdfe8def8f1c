"""Words that stand for digits."""

from __future__ import annotations

import pytest
from num2words import num2words

from tests.support.each import each
from wingman.core.redaction.number_words import AMBIGUOUS, NUMBERS, UNIT_WORDS, UNITS


@each("language", ["en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv"])
@each("number", range(13))
def test_another_library_says_the_same(language: str, number: int) -> None:
    said = num2words(number, lang=language if language != "pt" else "pt_BR")
    assert NUMBERS[said.lower()] == str(number)


@pytest.mark.parametrize(("language", "number"), [("de", 21), ("de", 87), ("it", 28), ("es", 22), ("de", 99)])
def test_compounds_are_one_word(language: str, number: int) -> None:
    assert NUMBERS[num2words(number, lang=language)] == str(number)


def test_every_language_counts_to_nine() -> None:
    assert all(len(units.split()) == 10 for units in UNITS.values())
    assert set(UNIT_WORDS.values()) == set("0123456789")
    assert set(NUMBERS) >= AMBIGUOUS - {"een"}
