"""Digits that follow one another, written or spoken, over lines and nods."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.redaction.support import tokenize
from wingman.core.redaction import runs


def digits(text: str) -> list[str]:
    return ["".join(atom.chars for atom in run.atoms if atom.digits) for run in runs.find(tokenize(text))]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("4111 1111", "41111111"),
        ("four one double one", "4111"),
        ("twenty one forty two", "2142"),
        ("41 okay 42", "4142"),
    ],
)
def test_groups_are_one_run(text: str, whole: str) -> None:
    assert whole in digits(text)


@given(st.text(alphabet="0123456789 ,.-\nab", max_size=200))
def test_every_written_digit_is_in_one_run_at_most(text: str) -> None:
    tokens = tokenize(text)
    seen: list[tuple[int, int]] = []
    for run in runs.find(tokens):
        for atom in run.atoms:
            seen.append((atom.start, atom.end))
    assert len(seen) == len(set(seen))
    assert seen == sorted(seen)
