from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from tests.support.each import each
from wingman.suggest.card.number_words import LANGUAGES, growing, spelled


@pytest.mark.parametrize("language", LANGUAGES)
@given(st.one_of(st.integers(0, 1200), st.integers(1200, 999_999)))
def test_a_number_in_words_is_worth_what_it_says(language: str, number: int) -> None:
    words = num2words(number, lang=language).replace(",", "")
    text = f"xx {words} yy"
    (found,) = spelled(text, language)
    assert found.value == number
    assert text[found.start : found.end] == words


@each(
    ("language", "text", "value"),
    [
        ("en", "it is eleven and a half", 11.5),
        ("en", "two dozen", 24),
        ("de", "das macht zweieinhalb", 2.5),
        ("de", "zweitausendfünfhundert Euro", 2500),
        ("fr", "soixante et onze", 71),
        ("fr", "quatre-vingts euros", 80),
        ("es", "doscientas treinta y una", 231),
        ("pt", "mil e duzentos reais", 1200),
    ],
)
def test_halves_dozens_and_forms(language: str, text: str, value: float) -> None:
    assert [found.value for found in spelled(text, language)] == [value]


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "he went once and is undone"), ("de", "Verein und Wunder"), ("fr", "nous"), ("ja", "three")],
)
def test_words_that_only_look_like_numbers(language: str, text: str) -> None:
    assert list(spelled(text, language)) == []


@pytest.mark.parametrize(
    ("language", "text", "cut"),
    [
        ("en", "it is twenty", "it is "),
        ("en", "it is eleven and", "it is "),
        ("pt", "são quarenta e", "são "),
        ("en", "it is twenty euros", "it is twenty euros"),
        ("en", "nothing here", "nothing here"),
    ],
)
def test_a_number_at_the_end_may_still_grow(language: str, text: str, cut: str) -> None:
    assert text[: growing(text, language)] == cut
