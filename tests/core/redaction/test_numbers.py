"""Which digits are somebody's, and which are prices, dates and products."""

from __future__ import annotations

import pytest

from tests.core.redaction.support import tokenize
from wingman.core.redaction.numbers import find


def labels(text: str) -> list[str]:
    return [label for _, _, label in find(tokenize(text))]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("card 4111 1111 1111 1111", "card"),
        ("four one one one, one one one one, one one one one, one one one one", "card"),
        ("call me on +49 170 1234567", "phone"),
        ("the IBAN is DE89 3704 0044 0532 0130 00", "iban"),
        ("and the pin is 4821", "pin"),
    ],
)
def test_somebodys_numbers_are_found(text: str, label: str) -> None:
    assert label in labels(text)


@pytest.mark.parametrize(
    "text",
    [
        "it costs 4,500 euros",
        "in 2024 and 2025",
        "forty people by March",
        "version 17.4.1",
        "room 1204 at 10:30",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert labels(text) == []
