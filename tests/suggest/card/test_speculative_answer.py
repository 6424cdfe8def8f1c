"""An answer to words that are not final is kept, fits the same words alone, and is handed over whole."""

from __future__ import annotations

from dataclasses import replace

from wingman.core.errors import FaultKind, ProviderFault
from wingman.suggest.card.card_meanings import CardMeanings
from wingman.suggest.card.draft import Draft
from wingman.suggest.card.lifecycle import CardLife
from wingman.suggest.card.novelty import Novelty
from wingman.suggest.card.speculative_answer import SpeculativeAnswer
from wingman.suggest.gate.decisions import Candidate, Reason

ASKED = Candidate("price", Reason.QUESTION, 60, 0, "early", "how much is it?", "tab")


def answer() -> SpeculativeAnswer:
    life: CardLife = None  # type: ignore[assignment]  # nothing shows before it is handed over
    return SpeculativeAnswer(ASKED, Draft(life, Novelty(CardMeanings(None)), lambda: None, lambda _: None))


def test_it_fits_the_same_words_however_they_are_written() -> None:
    assert answer().fits(replace(ASKED, text="How much is it", utterance="u-1"))
    assert not answer().fits(replace(ASKED, text="how much is that"))


def test_what_came_before_and_after_is_handed_over_in_order() -> None:
    early, told = answer(), list[object]()
    early.add("Name ")
    early.add("the ")
    early.hand_over(told.append, told.append)
    early.add("plan.")
    early.finish(None)
    assert told == ["Name ", "the ", "plan.", None]


def test_one_that_failed_before_says_so_when_it_is_handed_over() -> None:
    early, told = answer(), list[object]()
    fault = ProviderFault("it was too busy", kind=FaultKind.UNAVAILABLE)
    early.finish(fault)
    early.hand_over(told.append, told.append)
    assert told == [fault]
