from __future__ import annotations

from wingman.suggest.card.novelty import Novelty


def test_a_near_copy_of_one_of_the_last_three_is_a_repetition() -> None:
    novelty = Novelty()
    novelty.remember("Ask what they compare the price with.")
    assert novelty.repeats("ask what they compare the price with")
    assert novelty.repeats("Ask them what they compare the price with.")
    assert not novelty.repeats("Name one plan and what it includes.")


def test_only_the_last_three_count() -> None:
    novelty = Novelty()
    for text in ("first of all", "then a second", "now the third", "last comes fourth"):
        novelty.remember(text)
    assert not novelty.repeats("first of all")
    assert novelty.repeats("then a second")
    assert len(novelty.shown) == 3


def test_a_beginning_may_repeat_only_while_it_is_the_same() -> None:
    novelty = Novelty()
    novelty.remember("Ask what they compare it with.")
    assert novelty.may_repeat("Ask what")
    assert not novelty.may_repeat("Ask when")
