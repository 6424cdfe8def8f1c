"""Redaction as a whole keeps lines and everything that is nobody's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wingman.core.redaction.window import redact, redact_lines


@given(st.lists(st.text(max_size=80), max_size=6))
def test_lines_stay_lines(lines: list[str]) -> None:
    assert len(redact_lines(lines)) == len(lines)


@given(st.text(alphabet=st.characters(categories=["Ll", "Zs"]), max_size=200))
def test_twice_is_once(text: str) -> None:
    assert redact(redact(text)) == redact(text)


def test_what_is_around_it_stays() -> None:
    assert redact("Ann paid with 4111 1111 1111 1111.") == "Ann paid with [card]."
    assert redact("") == ""
