from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.cluster.record import (
    HEAD,
    Body,
    Head,
    Mark,
    UnreadableError,
    author,
    new_key,
    pack,
    seal,
    unpack,
    unseal,
)
from wingman.events.index import MeetingRow

ROW = MeetingRow("m-1", "Ada", "open", 1.0, 2.0, 0.0, "sales", "off", 7, ("a", "b"))
heads = st.builds(
    Head,
    st.integers(0, 2**31),
    st.from_regex(r"[a-z0-9-]{1,20}", fullmatch=True),
    st.integers(1, 2**40),
    st.integers(0, 10_000),
    st.integers(0, 2**40),
)
bodies = st.builds(
    Body,
    st.just(ROW),
    st.integers(0, 2**62),
    st.lists(st.binary(max_size=200), max_size=5).map(tuple),
    st.lists(st.binary(max_size=200), max_size=5).map(tuple),
    st.binary(max_size=200),
    st.builds(Mark, st.floats(0, 2e9), st.dictionaries(st.sampled_from(["tab", "mic"]), st.integers(0, 2**40))),
)


@given(heads, bodies)
def test_what_was_packed_comes_back(head: Head, body: Body) -> None:
    key = new_key()
    assert Head.of({HEAD: head.text}) == head
    assert author({HEAD: head.text}) == head.node
    assert not author({})
    assert unpack(key, "m-1", head, pack(key, "m-1", head, body)) == body


@given(heads)
def test_nothing_of_it_can_be_read_or_moved_without_its_key(head: Head) -> None:
    key, body = new_key(), Body(ROW, 1, (b"the planted words",))
    sealed = pack(key, "m-1", head, body)
    assert b"planted" not in sealed
    assert b"Ada" not in sealed
    other = Head(head.epoch + 1, head.node, head.first, head.count, head.number)
    for wrong in (
        (new_key(), "m-1", head, sealed),
        (key, "m-2", head, sealed),
        (key, "m-1", other, sealed),
        (key, "m-1", head, sealed[:-1] + bytes([sealed[-1] ^ 1])),
        (key, "m-1", head, b""),
    ):
        with pytest.raises(UnreadableError):
            unpack(*wrong)


@given(st.text(max_size=60))
def test_no_header_breaks_the_reader(text: str) -> None:
    try:
        Head.of({HEAD: text})
    except UnreadableError:
        pass
    else:
        assert len(text.split(" ")) == 6


def test_a_newer_version_is_told_apart() -> None:
    with pytest.raises(UnreadableError, match="newer"):
        Head.of({HEAD: Head(1, "n", 1, 0, 1, version=99).text})


def test_a_sealed_thing_that_is_no_record_is_refused() -> None:
    key, head = new_key(), Head(1, "n", 1, 0, 1)
    with pytest.raises(UnreadableError, match="cannot be read"):
        unpack(key, "m-1", head, seal(key, b"no msgpack\xc1", f"m-1 {head.text}"))
    assert unseal(key, seal(key, b"x", "here"), "here") == b"x"


def test_the_newest_event_is_counted_from_the_first() -> None:
    assert Head(1, "n", 5, 3, 1).last == 7
    assert Head(2, "n", 8, 0, 1).last == 7
