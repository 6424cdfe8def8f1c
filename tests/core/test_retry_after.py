"""How long a service asks to be left alone: a number of seconds, or nothing that makes sense."""

from __future__ import annotations

from tests.support.each import each
from wingman.core.retry_after import LONGEST_S, retry_after

SAID: dict[str, float | None] = {
    "3": 3.0,
    " 1.5 ": 1.5,
    "0": 0.0,
    "86400": LONGEST_S,
    "": None,
    "soon": None,
    "-1": None,
    "nan": None,
    "inf": None,
    "1e9": None,
    "\u00b2": None,
    "\u0663": None,
    "9" * 400: None,
    "Wed, 21 Oct 2026 07:28:00 GMT": None,
}


@each("text", SAID)
def test_seconds_an_hour_at_most_or_nothing(text: str) -> None:
    assert retry_after({"retry-after": text}) == SAID[text]


def test_no_header_is_nothing() -> None:
    assert retry_after({}) is None
