"""Lines of a written conversation, as strangers write them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from wingman.core.errors import InputError
from wingman.meeting.rehearsal.turns import read_turns


def test_fields_are_read_and_others_left_alone() -> None:
    line = (
        b'{"who": "c2", "text": " How  much? ", "pause": 2, "tone": "Annoyed", "label": "must", "meeting": "m"}'
    )
    (turn,) = read_turns([line])
    assert (turn.who, turn.text, turn.pause, turn.tone, turn.meeting) == (
        "C2",
        "How much?",
        2.0,
        "Annoyed",
        "m",
    )


def test_the_index_counts_empty_lines() -> None:
    turns = read_turns([b"\xef\xbb\xbf", b'{"who":"U","text":"a"}\r', b"", b'{"who":"C1","text":"b"}', b""])
    assert [(turn.line, turn.who) for turn in turns] == [(1, "U"), (3, "C")]


@each(
    ("line", "named"),
    [
        (b"hello", "is not JSON"),
        (b"\xff\xfe{", "is not JSON"),
        (b"[1]", "is not an object"),
        (b'{"text": "a"}', "`who`"),
        (b'{"who": "X", "text": "a"}', "'X'"),
        (b'{"who": "C", "text": 3}', "`text` must be text, not 3"),
        (b'{"who": "C"}', "`text` must be text, not nothing"),
        (b'{"who": "C", "text": "a", "pause": -1}', "`pause`"),
        (b'{"who": "C", "text": "a", "pause": true}', "`pause`"),
        (b'{"who": "C", "text": "a", "tone": []}', "`tone`"),
        (b'{"who": "C", "text": "' + b"a" * 60_001 + b'"}', "60001 characters"),
    ],
)
def test_a_bad_line_is_named_by_number(line: bytes, named: str) -> None:
    with pytest.raises(InputError) as refused:
        read_turns([b'{"who":"U","text":"a"}', line])
    assert str(refused.value).startswith("line 2: ")
    assert named in str(refused.value)


def test_further_bad_lines_are_counted() -> None:
    with pytest.raises(InputError, match=r"line 1: .*wrong lines are also 2, 3, 4, 5, 6 and 2 more"):
        read_turns([b"x"] * 8)


def test_a_file_without_a_turn_is_refused() -> None:
    with pytest.raises(InputError, match="holds no turn"):
        read_turns([b"", b"  "])


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
FIELDS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("text", "pause", "tone", "meeting"), VALUES) | {"who": st.just("C") | VALUES}
)


@given(st.lists(st.binary(max_size=60) | FIELDS.map(lambda fields: json.dumps(fields).encode()), max_size=6))
def test_anything_is_read_or_refused_in_words(lines: list[bytes]) -> None:
    assert "\n" not in _answer(lines)


def _answer(lines: list[bytes]) -> str:
    try:
        return f"{len(read_turns(lines))} turns"
    except InputError as refused:
        return str(refused)
