"""An answer on its way to a card: shown as it comes, held back while it may repeat one, never at fault."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.suggest.support import Published
from wingman.core.events import SuggestionCreated, SuggestionDelta
from wingman.suggest.card.answer_check import Rules
from wingman.suggest.card.answer_shapes import AnswerFault
from wingman.suggest.card.draft import Draft
from wingman.suggest.card.lifecycle import CardLife
from wingman.suggest.card.novelty import Novelty

ANSWER = "Offer the yearly plan and ask which team would start with it."


class Desk:
    """A draft, the card it writes on, and what it told."""

    def __init__(self, *shown: str) -> None:
        self.published = Published()
        self.faults: list[AnswerFault] = []
        self.shows = 0
        novelty = Novelty()
        for text in shown:
            novelty.remember(text)
        created = SuggestionCreated("s1", "price", "signal", None, "playbook", "Instant.")
        self.card = CardLife(created, None, self.published, lambda: 0.0)
        self.draft = Draft(self.card, novelty, self._on_show, self.faults.append)

    def _on_show(self) -> None:
        self.shows += 1

    @property
    def deltas(self) -> list[str]:
        return [event.text for event in self.published.events if isinstance(event, SuggestionDelta)]


@settings(max_examples=25)
@given(st.lists(st.integers(1, len(ANSWER) - 1), max_size=12))
def test_however_it_comes_the_same_answer_is_shown(cuts: list[int]) -> None:
    desk, edges = Desk(), [0, *sorted(cuts), len(ANSWER)]
    for start, end in pairwise(edges):
        desk.draft.add(ANSWER[start:end])
    assert desk.draft.finish() is None
    assert "".join(desk.deltas) == desk.card.text == ANSWER
    assert desk.shows == len(desk.deltas)


def test_words_are_shown_before_the_answer_is_whole() -> None:
    desk = Desk()
    desk.draft.add(ANSWER[:40])
    assert ANSWER.startswith(desk.card.text)
    assert desk.deltas


def test_what_an_earlier_card_said_is_not_said_again() -> None:
    desk = Desk(ANSWER)
    for word in ANSWER.split():
        desk.draft.add(word + " ")
    assert desk.draft.finish() is None
    assert desk.draft.repeats
    assert (desk.deltas, desk.card.text) == ([], "Instant.")


def test_an_answer_that_only_begins_like_a_card_is_shown_whole() -> None:
    desk = Desk(ANSWER)
    desk.draft.add("Offer the yearly plan ")
    assert desk.deltas == [], "it may still turn out to be the same"
    desk.draft.add("only once their lawyers have read the contract.")
    desk.draft.finish()
    assert desk.card.text == "Offer the yearly plan only once their lawyers have read the contract."


def test_a_fault_is_told_once_and_ends_the_answer() -> None:
    desk = Desk()
    desk.draft.hold_to(Rules(sources=("the plan costs 40 dollars",)))
    desk.draft.add("It costs 75 dollars a month for every seat. ")
    desk.draft.add("And 90 dollars later on.")
    assert desk.draft.finish() is AnswerFault.NUMBER
    assert desk.faults == [AnswerFault.NUMBER]
    assert "75" not in desk.card.text


@pytest.mark.parametrize(("text", "fault"), [("", AnswerFault.EMPTY), ("PASS", AnswerFault.PASS)])
def test_nothing_to_say_shows_nothing(text: str, fault: AnswerFault) -> None:
    desk = Desk()
    desk.draft.add(text)
    assert desk.draft.finish() is fault
    assert (desk.deltas, desk.card.text) == ([], "Instant.")


def test_nothing_is_shown_on_a_card_that_has_ended() -> None:
    desk = Desk()
    desk.card.expire("ttl")
    desk.draft.add(ANSWER)
    desk.draft.finish()
    assert (desk.deltas, desk.shows) == ([], 0)
