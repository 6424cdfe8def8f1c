"""A summary's items keep their names, take the user's corrections, and know until when they are due."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import story
from wingman.core.events import SummaryEdited, SummaryItem, SummaryReady
from wingman.report.items import due_of, item_id, promises, summary_of
from wingman.report.record import Record, record

FOUND = SummaryItem("action", "I send it by Friday.", 8.0, "u-1", "you")
SETTLED = SummaryItem("decision", "We start on Monday.", 4.0, "u-2")


def corrected(*edits: SummaryEdited) -> SummaryReady:
    return summary_of(
        Record("m-1", summary=SummaryReady("gemini", "gist", items=(FOUND, SETTLED)), edits=edits)
    )


def test_items_are_in_time_with_names_and_due_dates_of_actions_only() -> None:
    told = corrected()
    assert [(item.id, item.due) for item in told.items] == [
        (item_id(SETTLED), ""),
        (item_id(FOUND), "by friday"),
    ]
    assert (told.origin, told.text) == ("gemini", "gist")
    assert (told.decisions, told.actions) == (("We start on Monday.",), ("you: I send it by Friday.",))


def test_an_edit_keeps_the_moment_and_replaces_the_words() -> None:
    told = corrected(SummaryEdited(item_id(FOUND), "action", "I mail it.", "Dana", "soon", done=True))
    changed = next(item for item in told.items if item.kind == "action")
    assert changed == SummaryItem("action", "I mail it.", 8.0, "u-1", "Dana", "soon", item_id(FOUND), done=True)


def test_an_item_is_taken_out_and_another_added() -> None:
    told = corrected(
        SummaryEdited(item_id(FOUND), "action", ""), SummaryEdited("mine", "question", "Why?", at=1.0)
    )
    assert [item.text for item in told.items] == ["Why?", "We start on Monday."]
    assert (told.actions, told.questions) == ((), ("Why?",))


def test_without_a_stored_summary_the_meeting_is_summed_up_in_its_own_words() -> None:
    told = summary_of(record(story.MEETING, story.events()))
    assert told.origin == "extractive"
    assert len({item.id for item in told.items}) == len(told.items) > 0
    assert "tonight" in {item.due for item in told.items}


def test_the_users_own_promises_come_first() -> None:
    theirs = SummaryItem("action", "b", 1.0, "u", "them")
    early, late = SummaryItem("action", "c", 2.0, "u", "you"), SummaryItem("action", "d", 9.0, "u", "you")
    assert promises([theirs, late, SETTLED, early]) == (early, late, theirs)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("I will send it by the end of the week.", "by the end of the week"),
        ("Call me before Next Tuesday, please", "before next tuesday"),
        ("It is done by March 3rd", "by march 3rd"),
        ("in two weeks we know", "in two weeks"),
        ("I may march on", ""),
        ("stand by me", ""),
    ],
)
def test_a_time_is_found_in_words(text: str, due: str) -> None:
    assert due_of(text) == due


@given(st.text(), st.text())
def test_equal_items_have_equal_names(text: str, utterance: str) -> None:
    name = item_id(SummaryItem("action", text, 1.0, utterance))
    assert name == item_id(SummaryItem("action", text, 2.0, utterance, "you", "soon"))
    assert name != item_id(SummaryItem("action", text + ".", 1.0, utterance))
    assert due_of(text) in text.lower()
