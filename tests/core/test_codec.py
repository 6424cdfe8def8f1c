"""Every public event survives its own wire, and a stranger's does not stop us."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.core.codec import UNREADABLE, decode, decode_stored, encode, envelope
from wingman.core.errors import InputError
from wingman.core.events import EVENTS, Media, StreamReset
from wingman.core.time import SAMPLE_RATE, Channel, Span, samples, seconds

media = st.none() | st.builds(
    Media,
    st.sampled_from(Channel),
    st.integers(0, 10**9).map(seconds),
    st.integers(0, 10**9).map(seconds),
)


FREE_FORM = {
    "stream.reset": st.builds(
        StreamReset, st.text(), st.dictionaries(st.text(), st.integers(-9, 9) | st.text())
    )
}
"""Payloads that hold plain JSON values; types alone cannot say how to draw them."""


@given(st.data())
def test_events_survive_the_wire(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(list(EVENTS)))
    drawn = FREE_FORM[kind] if kind in FREE_FORM else st.from_type(EVENTS[kind])
    payload = data.draw(drawn.filter(_finite))
    sent = envelope(data.draw(st.integers(1, 10**9)), "m-1", 1.5, payload, data.draw(media))
    line = encode(sent)
    assert b"\n" not in line
    assert decode(line) == sent


def _finite(payload: Any) -> bool:
    """JSON has no NaN and no infinity, and neither have our payloads."""
    return "nan" not in repr(payload) and "inf" not in repr(payload)


def test_a_newer_logs_event_is_kept_as_it_is() -> None:
    line = {"v": 1, "seq": 1, "type": "from.the.future", "meeting": "m", "at": 0.0, "data": {"x": [1]}}
    assert decode(json.dumps(line)).data == {"x": [1]}


@pytest.mark.parametrize(
    "line", ["", "[]", "{}", '{"v":1}', "nonsense", '{"v":1,"seq":1,"type":"meeting.paused"}']
)
def test_what_is_no_event_is_refused(line: str) -> None:
    with pytest.raises(InputError, match="not a Wingman event"):
        decode(line)


@pytest.mark.parametrize("line", [b"", b"[]", b'{"seq": 1', b"\xff\xfe", b"[" * 100_000])
def test_a_stored_line_that_cannot_be_read_costs_itself(line: bytes) -> None:
    left = decode_stored("m-1", 7, line)
    assert (left.meeting, left.seq, left.type) == ("m-1", 7, UNREADABLE)


@given(st.integers(0, 10**12))
def test_seconds_give_every_sample_back(count: int) -> None:
    assert samples(seconds(count)) == count


@given(
    st.tuples(st.integers(0, 1000), st.integers(0, 1000)), st.tuples(st.integers(0, 1000), st.integers(0, 1000))
)
def test_overlap_is_what_both_spans_hold(a: tuple[int, int], b: tuple[int, int]) -> None:
    one, two = Span(min(a), max(a)), Span(min(b), max(b))
    both = set(range(one.start, one.end)) & set(range(two.start, two.end))
    assert one.overlap(two) == two.overlap(one) == len(both)
    assert one.hull(two).length >= max(one.length, two.length)


def test_a_span_cannot_run_backwards() -> None:
    with pytest.raises(ValueError, match="cannot end"):
        Span(2, 1)
    assert Span(0, SAMPLE_RATE).seconds == 1.0
