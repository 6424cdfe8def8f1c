"""A channel's language is found out over its first utterances, then stays."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wingman.local.languages import LONG_ENOUGH, MOST, LanguageChoice

FRENCH = (("fr", 0.56), ("en", 0.06), ("it", 0.05))
THAI = (("th", 0.95), ("fr", 0.01))
DOUBT = (("en", 0.3), ("cy", 0.29), ("fr", 0.1))


def chosen(*told: tuple[tuple[str, float], ...], length: int = LONG_ENOUGH) -> LanguageChoice:
    choice = LanguageChoice()
    for guesses in told:
        choice.heard(guesses, length)
    return choice


def test_one_never_decides_and_two_that_agree_do() -> None:
    assert chosen((("de", 0.99),)).current == ""
    assert chosen((("de", 0.99),), (("de", 0.9), ("nl", 0.05))).current == "de"


def test_what_leans_one_way_adds_up() -> None:
    """A voice that is never clear, and one utterance that sounds like something else altogether."""
    assert chosen(FRENCH, FRENCH, FRENCH).current == "fr"
    assert chosen(FRENCH, THAI, FRENCH, FRENCH).current == "fr"
    assert chosen(THAI, FRENCH, DOUBT).current == ""


def test_what_is_likely_so_far_is_taken_in_doubt() -> None:
    assert chosen().fallback == "en"
    assert chosen(FRENCH).fallback == "fr"
    assert chosen(DOUBT).fallback == "en"


def test_short_utterances_and_answers_without_a_guess_do_not_count() -> None:
    assert chosen(*[FRENCH] * 9, length=LONG_ENOUGH - 1).current == ""
    assert chosen(*[()] * 9).current == ""


def test_it_stays_and_one_that_was_named_is_never_asked_about() -> None:
    choice = chosen(FRENCH, FRENCH, FRENCH)
    for _ in range(9):
        choice.heard(THAI, LONG_ENOUGH)
    assert choice.current == "fr"
    named = LanguageChoice("fr")
    named.heard(THAI, LONG_ENOUGH)
    assert named.current == "fr"


@given(
    st.lists(st.dictionaries(st.sampled_from(["de", "en", "fr"]), st.floats(0, 1), min_size=1), min_size=MOST)
)
def test_it_is_always_decided_in_the_end(told: list[dict[str, float]]) -> None:
    assert chosen(*[tuple(guesses.items()) for guesses in told]).current
