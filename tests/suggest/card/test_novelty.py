from __future__ import annotations

from wingman.suggest.card.novelty import Novelty


def test_a_near_copy_of_one_of_the_last_three_is_a_repetition() -> None:
    novelty = Novelty()
    novelty.remember("Ask what they compare the price with.")
    assert novelty.repeats("ask what they compare the price with")
    assert novelty.repeats("Ask them what they compare the price with.")
    assert not novelty.repeats("Name one plan and what it includes.")


def test_the_same_in_other_words_and_another_order_is_a_repetition() -> None:
    novelty = Novelty()
    novelty.remember("Name the fixed monthly price, then ask about the start date.")
    assert novelty.repeats("Ask about a start date, and name your fixed price, monthly.")
    assert not novelty.repeats("Name the fixed yearly discount, then ask who signs.")


def test_what_is_quoted_makes_no_old_advice_new() -> None:
    novelty = Novelty()
    novelty.remember(
        '"Can it do invoices?" Answer briefly, then turn the question round: what would they expect?'
    )
    assert novelty.repeats(
        '"And the exports?" Answer briefly, then turn the question round: what would they expect?'
    )


def test_only_the_last_cards_count() -> None:
    novelty = Novelty()
    texts = [
        "first of all",
        "a second",
        "now the third",
        "comes fourth",
        "fifth it is",
        "sixth one",
        "last seventh",
    ]
    for text in texts:
        novelty.remember(text)
    assert not novelty.repeats("first of all")
    assert novelty.repeats("a second")
    assert novelty.shown == tuple(texts[-3:])


def test_a_beginning_may_repeat_only_while_it_is_the_same() -> None:
    novelty = Novelty()
    novelty.remember("Ask what they compare it with.")
    assert novelty.may_repeat("Ask what")
    assert not novelty.may_repeat("Ask when")
