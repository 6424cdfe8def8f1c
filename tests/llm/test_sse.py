from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from wingman.llm.sse import MAX_LINE, SseReader

EVENTS = ['{"a": 1}', '{"b": "x\u2028y\u0085z"}', "[DONE]", "ünïcode"]
BODY = ": comment\n\n" + "".join(f"event: m\r\ndata: {event}\r\n\r\n" for event in EVENTS)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=80))
def test_events_come_out_whole_however_the_bytes_are_cut(cuts: list[int]) -> None:
    reader, rest, found = SseReader(), BODY.encode(), []
    for cut in cuts:
        found += list(reader.feed(rest[:cut]))
        rest = rest[cut:]
    found += list(reader.feed(rest))
    assert found == EVENTS
    assert not list(reader.finish())


def test_lines_of_one_event_are_joined() -> None:
    assert list(SseReader().feed(b"data: a\ndata:b\n\n")) == ["a\nb"]


def test_a_body_that_ends_inside_an_event_hands_out_what_there_is() -> None:
    reader = SseReader()
    assert list(reader.feed(b'data: {"choi')) == []
    assert list(reader.finish()) == ['{"choi']


@each(
    "body",
    [
        b"\xef\xbb\xbfdata: a\n\ndata: b\n\n",
        b"data: a\r\rdata: b\r\r",
        b"data: a\r\n\r\ndata: b\r\n\r\n",
        b"data: a\n\n\n\ndata: b\n",
        b"data: a\n\ndata: b",
        b": hi\nid: 1\nretry: 5\nevent: x\ndata: a\n\ndata:b\n\n",
    ],
)
@each("size", [1, 2, 100])
def test_however_lines_end_and_the_stream_begins(body: bytes, size: int) -> None:
    reader = SseReader()
    found = [data for at in range(0, len(body), size) for data in reader.feed(body[at : at + size])]
    assert [*found, *reader.finish()] == ["a", "b"]


def test_a_line_without_end_is_refused() -> None:
    with pytest.raises(ValueError, match="no end"):
        list(SseReader().feed(b"x" * (MAX_LINE + 1)))
