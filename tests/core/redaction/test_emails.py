"""Addresses, written and spoken."""

from __future__ import annotations

import pytest

from tests.core.redaction.support import tokenize
from wingman.core.redaction.emails import find


def found(text: str) -> list[str]:
    return [text[start:end] for start, end, _ in find(tokenize(text))]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("write to anna.b+x@blue-bird.co.uk please", "anna.b+x@blue-bird.co.uk"),
        ("it is bob dot smith at example dot com", "bob dot smith at example dot com"),
        ("das ist maria punkt huber at web punkt de", "maria punkt huber at web punkt de"),
        ("c'est paul arobase exemple point fr", "paul arobase exemple point fr"),
        ("j o h n at gmail dot com", "j o h n at gmail dot com"),
    ],
)
def test_an_address_is_found(text: str, address: str) -> None:
    assert address in found(text)


@pytest.mark.parametrize(
    "text", ["we met at noon", "look at page five", "at the end of the day", "a @ b", "at"]
)
def test_what_is_none(text: str) -> None:
    assert found(text) == []
