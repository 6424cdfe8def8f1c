"""A question about a past meeting is answered by lines that were said, in their order, or by nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import story
from wingman.report.ask import MOST, ask
from wingman.report.record import Note, Record, record

RECORD = record(story.MEETING, story.events())


def test_a_line_that_asks_brings_the_answer_of_the_other_side() -> None:
    told = [line.text for line in ask(RECORD, "What does the enterprise plan cost?")]
    asked = told.index("How much does the enterprise plan cost?")
    assert told[asked + 1].startswith("It is forty euros per seat")


def test_word_forms_do_not_matter() -> None:
    assert any(line.text == "Great, we have a deal." for line in ask(RECORD, "DEALS?"))


def test_a_note_answers_in_its_place() -> None:
    notes = (Note("n-1", 50.0, "budget is frozen"), Note("n-2", 2.0, "frozen budget, again", "Kim"))
    told = ask(replace(RECORD, notes=notes), "frozen budget")
    assert [(line.at, line.who, line.utterance) for line in told] == [(2.0, "Kim", ""), (50.0, "Your note", "")]


@pytest.mark.parametrize("question", ["", "   ", "?!", "what did they say", "zebra crossing", "🙂"])
def test_no_answer_is_made_up(question: str) -> None:
    assert ask(RECORD, question) == ()


def test_an_empty_meeting_answers_nothing() -> None:
    assert ask(Record("m-0"), "What does the plan cost?") == ()


@given(st.lists(st.sampled_from(" ".join(row[-1] for row in story.LINES).split()), max_size=12).map(" ".join))
def test_answers_are_quotes_in_order(question: str) -> None:
    told = ask(RECORD, question)
    said = {(said.id, said.text) for said in RECORD.said}
    assert all((line.utterance, line.text) in said for line in told)
    assert [line.at for line in told] == sorted(line.at for line in told)
    assert len(told) <= 2 * MOST
