"""Halves of signs are joined, or replaced, and nothing else is touched."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.core.json import NOT_JSON
from wingman.core.surrogates import TextPieces, loads, whole

ANY = st.text(st.characters(codec=None))
"""Halves, too."""


@given(st.text())
def test_a_whole_text_stays(text: str) -> None:
    assert whole(text) == text


@given(ANY)
def test_what_comes_out_can_be_written(text: str) -> None:
    assert whole(whole(text)) == whole(text)
    whole(text).encode()


@given(st.text(), st.lists(st.integers(0, 200)))
def test_a_text_that_was_cut_anywhere_is_the_same(text: str, cuts: list[int]) -> None:
    units = text.encode("utf-16-le")
    places = sorted({0, len(units), *(2 * cut for cut in cuts if 2 * cut < len(units))})
    parts = [units[a:b].decode("utf-16-le", "surrogatepass") for a, b in pairwise(places)]
    pieces = TextPieces()
    assert "".join(map(pieces.feed, parts)) + pieces.finish() == text


TREES = st.recursive(ANY | st.integers(), lambda of: st.lists(of) | st.dictionaries(ANY, of), max_leaves=9)


@given(TREES)
def test_json_with_halves_is_read(tree: object) -> None:
    json.dumps(loads(json.dumps(tree)), ensure_ascii=False).encode()


def test_what_is_no_json_is_none() -> None:
    for text in ("[" * 100_000, "1" * 5000, ""):
        with pytest.raises(NOT_JSON):
            loads(text)
