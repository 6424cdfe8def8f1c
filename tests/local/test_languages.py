"""A channel's language is found out over its first utterances, then stays."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wingman.local.languages import LONG_ENOUGH, SURE, VOTES, LanguageChoice


def test_two_that_agree_decide() -> None:
    choice = LanguageChoice()
    choice.heard("de", 0.95, LONG_ENOUGH)
    assert choice.current == ""
    choice.heard("de", 0.95, LONG_ENOUGH)
    assert choice.current == "de"
    choice.heard("fr", 1.0, LONG_ENOUGH)
    assert choice.current == "de"


def test_short_or_unsure_utterances_do_not_count() -> None:
    choice = LanguageChoice()
    for _ in range(10):
        choice.heard("nn", 1.0, LONG_ENOUGH - 1)
    assert choice.current == ""
    for _ in range(VOTES):
        choice.heard("de", SURE, LONG_ENOUGH)
    assert choice.current == "en", "nobody was sure: the default"


def test_one_sure_guess_counts_where_a_doubtful_one_agrees() -> None:
    choice = LanguageChoice()
    for language, probability in (("en", 0.4), ("de", 0.99), ("de", 0.31)):
        choice.heard(language, probability, LONG_ENOUGH)
    assert choice.current == "de"
    alone = LanguageChoice()
    for language, probability in (("en", 0.4), ("de", 0.99), ("fr", 0.5)):
        alone.heard(language, probability, LONG_ENOUGH)
    assert alone.current == "en"


def test_one_that_was_named_is_never_asked_about() -> None:
    choice = LanguageChoice("fr")
    choice.heard("de", 1.0, LONG_ENOUGH)
    assert choice.current == "fr"


@given(st.lists(st.tuples(st.sampled_from(["de", "en", "fr"]), st.floats(0, 1)), min_size=VOTES, max_size=9))
def test_it_is_always_decided_in_the_end(told: list[tuple[str, float]]) -> None:
    choice = LanguageChoice()
    for language, probability in told:
        choice.heard(language, probability, LONG_ENOUGH)
    assert choice.current
