"""The draft of an e-mail holds what the summary holds, sorted by who has to do it, and nothing else."""

from __future__ import annotations

from wingman.core.events import SummaryItem, SummaryReady
from wingman.report.follow_up import follow_up
from wingman.report.record import Record


def draft(*items: SummaryItem, title: str = "") -> str:
    return follow_up(Record("m-1", title, summary=SummaryReady("extractive", "", items=items))).text


def action(text: str, owner: str, *, due: str = "", done: bool = False) -> SummaryItem:
    return SummaryItem("action", text, 1.0, "u-1", owner, due, text, done)


def test_each_part_is_under_its_title() -> None:
    text = draft(
        SummaryItem("question", "Does it scale?", 4.0, "u-4"),
        action("They send the paper.", "them"),
        action("I send the price list.", "you"),
        SummaryItem("decision", "We start in May.", 2.0, "u-2"),
    )
    parts = text.split("\n\n")
    assert parts[2:6] == [
        "We agreed:\n- We start in May.",
        "What I will do:\n- I send the price list.",
        "What I understood you will do:\n- They send the paper.",
        "Still open:\n- Does it scale?",
    ]
    assert text.endswith("Best regards\n")


def test_what_is_done_is_not_promised_again() -> None:
    text = draft(action("I called.", "you", done=True), action("They signed.", "them", done=True))
    assert "I called" not in text
    assert "They signed" not in text


def test_a_time_is_added_only_where_the_words_lack_it() -> None:
    text = draft(
        action("I call you By Friday.", "you", due="by friday"),
        action("I send it on monday.", "you", due="On Monday"),
        action("I write.", "you", due="by may 3"),
    )
    assert "- I call you By Friday.\n" in text
    assert "- I send it on monday.\n" in text
    assert "- I write. (by may 3)\n" in text


def test_a_named_owner_is_named() -> None:
    text = draft(action("The paper is sent.", "Dana"), action("A date is found.", ""))
    assert "- The paper is sent. – Dana\n" in text
    assert "- A date is found.\n" in text


def test_a_meeting_that_came_to_nothing_is_still_a_letter() -> None:
    text = draft()
    assert "Here is what I took away" not in text
    assert "- " not in text
    assert text.startswith("Hello,\n\nThank you for the call.\n\n")


def test_the_subject_names_the_meeting() -> None:
    empty = SummaryReady("extractive", "")
    assert follow_up(Record("m-1", "Pilot & more", summary=empty)).subject == "Our call: Pilot & more"
    assert follow_up(Record("m-1", summary=empty)).subject == "Our call"
