from __future__ import annotations

import pytest

from wingman.suggest.card.cited import cited

NOTES = (
    ("prices.md › Plans", "Solo costs 9 dollars a month, Team costs 7 for each user."),
    (
        "security.md › Location",
        "Storage in Dublin and Stockholm, encrypted with a key that only the customer holds.",
    ),
)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("It is 7 dollars a user for a team.", "prices.md › Plans"),
        ("Your drawings lie in Dublin, and only you hold the key.", "security.md › Location"),
        ("Ask what they would do with it first.", ""),
        ("Let me find that out for you by Friday.", ""),
    ],
)
def test_the_note_whose_words_came_back_is_named(text: str, source: str) -> None:
    assert cited(text, "how much is it and where does it live", NOTES) == source


def test_what_the_moment_said_proves_nothing() -> None:
    moment = "is the storage in Dublin encrypted with a key"
    assert cited("Yes, the storage in Dublin is encrypted with a key.", moment, NOTES) == ""


def test_two_notes_that_tell_it_alike_are_none() -> None:
    twice = (("a.md", "Open from 8 to 18."), ("b.md", "Open from 8 to 18."))
    assert cited("From 8 to 18.", "when can I call", twice) == ""


def test_without_notes_there_is_none() -> None:
    assert cited("It is 7 dollars.", "how much", ()) == ""
