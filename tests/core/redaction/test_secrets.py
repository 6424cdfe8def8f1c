"""What follows the words that announce a secret."""

from __future__ import annotations

import pytest

from tests.core.redaction.support import tokenize
from tests.support.each import each
from wingman.core.redaction.secrets import find


def found(text: str) -> list[str]:
    return [text[start:end] for start, end, _ in find(tokenize(text))]


@each(
    ("text", "secret"),
    [
        ("my password is hunter2", "hunter2"),
        ("Passwort: Sommer2024!", "Sommer2024"),
        ("the key is sk-abcdefghijkl0123456789", "sk-abcdefghijkl0123456789"),
        ("use AKIAIOSFODNN7EXAMPLE now", "AKIAIOSFODNN7EXAMPLE"),
        ("I was born on 3 March 1985", "3 March 1985"),
        ("date of birth 03/12/1985", "03/12/1985"),
        ("I was born on the third of March nineteen eighty five", "third of March nineteen eighty five"),
        ("date of birth twelve three eighty five", "twelve three eighty five"),
        ("my password is s e c r e t 4", "s e c r e t 4"),
        ("mein Passwort ist A&$7Y8FhDz", "A&$7Y8FhDz"),
        ("12/03/1985 is my date of birth", "12/03/1985"),
    ],
)
def test_a_secret_is_found(text: str, secret: str) -> None:
    assert any(secret in one for one in found(text)), found(text)


@pytest.mark.parametrize(
    "text",
    [
        "the password is wrong",
        "I forgot my password again",
        "the password is stored encrypted",
        "the launch is on 3 March 2026",
        "our key account manager",
    ],
)
def test_what_is_none(text: str) -> None:
    assert found(text) == []
