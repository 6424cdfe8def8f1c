"""What is kept for an account replaces what was; the newest is offered first, and nothing grows without end."""

from __future__ import annotations

from functools import reduce

import pytest

from wingman.config.briefs import LONGEST_TEXT, MOST, with_brief
from wingman.core.errors import InputError
from wingman.core.vocabulary import LONGEST_NAME

NOTHING: dict[str, str] = {}


def kept(*steps: tuple[str, str]) -> dict[str, str]:
    return reduce(lambda before, step: with_brief(before, *step), steps, NOTHING)


def test_the_newest_is_first_and_replaces_what_was_there() -> None:
    found = kept(("Acme", "Old."), ("Bolt", "B."), (" Acme ", " New. "))
    assert list(found.items()) == [("Acme", "New."), ("Bolt", "B.")]


def test_an_empty_text_forgets_also_what_was_never_there() -> None:
    assert kept(("Acme", "A."), ("Acme", "  "), ("Bolt", "")) == {}


def test_the_oldest_is_let_go_of() -> None:
    found = kept(*((f"Account {number}", "x") for number in range(MOST + 3)))
    assert len(found) == MOST
    assert "Account 2" not in found
    assert "Account 3" in found


@pytest.mark.parametrize(
    ("account", "text", "field"),
    [
        (" ", "x", "account"),
        ("x" * (LONGEST_NAME + 1), "x", "account"),
        ("Acme", "x" * (LONGEST_TEXT + 1), "text"),
    ],
    ids=["nameless", "long-name", "long-text"],
)
def test_a_mistake_is_named(account: str, text: str, field: str) -> None:
    with pytest.raises(InputError) as refused:
        kept((account, text))
    assert refused.value.field == field
