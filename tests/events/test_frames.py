"""One event, encoded once, in the form each reader wants."""

from __future__ import annotations

import pytest

from wingman.core.codec import decode, envelope
from wingman.core.events import MeetingPaused, PolicyApplied, StreamCaughtUp, TranscriptPartial
from wingman.core.time import Channel
from wingman.events.frames import Frame, transient


def unmasked(frame: bytes) -> bytes:
    """The payload of a server's text frame, read by the book (RFC 6455, section 5.2)."""
    assert frame[0] == 0x81
    size, at = frame[1], 2
    assert size < 128, "a server masks nothing"
    if size == 126:
        size, at = int.from_bytes(frame[2:4], "big"), 4
    elif size == 127:
        size, at = int.from_bytes(frame[2:10], "big"), 10
    assert len(frame) == at + size
    return frame[at:]


@pytest.mark.parametrize("length", [0, 10, 200, 65_000, 66_000, 200_000])
def test_a_websocket_frame_of_every_size(length: int) -> None:
    frame = Frame(envelope(7, "m", 0.5, PolicyApplied("off", "x" * length)))
    assert decode(unmasked(frame.websocket)) == frame.envelope
    assert frame.text.encode() == frame.line


def test_a_server_sent_event_carries_its_number() -> None:
    frame = Frame(envelope(7, "m", 0.5, MeetingPaused()))
    told = frame.sse()
    head, data, end, _ = told.split(b"\n", 2)[0], *told.split(b"data: ", 1)[1].split(b"\n", 2)
    assert head == b"id: 7"
    assert (decode(data), end) == (frame.envelope, b"")
    assert b"event: meeting.paused\n" in told
    assert frame.sse(3) == told.replace(b"id: 7\n", b"id: 7.3\n")


def test_only_a_partial_may_be_replaced() -> None:
    partial = TranscriptPartial(Channel.TAB, "tab", "so")
    assert Frame(envelope(1, "m", 0.0, partial)).interim == "tab"
    assert Frame(envelope(1, "m", 0.0, MeetingPaused())).interim == ""
    assert transient("m", 9, StreamCaughtUp(9)).seq == 9
