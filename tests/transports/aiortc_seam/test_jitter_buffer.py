"""Packets reach aiortc's decoder in order, each at once or when the hole before it is given up."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpReceiver
from aiortc.rtp import RtpPacket

from wingman.transports.aiortc_seam.jitter_buffer import reorder_only
from wingman.transports.aiortc_seam.receivers import private

DEPTH = 3
OPUS = object()
"""What aiortc knows of the payload type."""


@pytest.fixture
async def receiver() -> AsyncIterator[RTCRtpReceiver]:
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    found = peer.addTransceiver("audio", direction="recvonly").receiver
    private(found, "codecs")[96] = OPUS
    yield found
    await peer.close()


def arrive(receiver: RTCRtpReceiver, sequence: int, ssrc: int = 7) -> list[tuple[bytes, int]]:
    """What aiortc's handler gets to decode for one packet: content and RTP timestamp since the first."""
    packet = RtpPacket(payload_type=96, sequence_number=sequence, timestamp=9_600 + 960 * sequence, ssrc=ssrc)
    packet._data = b"%d" % sequence  # type: ignore[attr-defined]  # as the depayloader leaves it
    _, frame = private(receiver, "jitter_buffer").add(packet)
    queue, out = private(receiver, "decoder_queue"), []
    while not queue.empty():
        codec, before = queue.get()
        assert codec is OPUS
        out.append((before.data, before.timestamp))
    if frame is not None:  # the handler maps the last one itself
        out.append((frame.data, private(receiver, "timestamp_mapper").map(frame.timestamp)))
    return out


def heard(receiver: RTCRtpReceiver, *sequences: int) -> list[list[bytes]]:
    return [[data for data, _ in arrive(receiver, sequence)] for sequence in sequences]


def test_order_costs_nothing(receiver: RTCRtpReceiver) -> None:
    origin: Callable[[], int | None] = reorder_only(receiver, DEPTH)
    assert origin() is None
    assert heard(receiver, 1, 2, 3) == [[b"1"], [b"2"], [b"3"]]
    assert origin() == 9_600 + 960


def test_what_was_overtaken_is_put_in_its_place(receiver: RTCRtpReceiver) -> None:
    reorder_only(receiver, DEPTH)
    assert heard(receiver, 1, 3, 2) == [[b"1"], [], [b"2", b"3"]]


def test_a_hole_is_waited_for_as_long_as_the_buffer_is_deep(receiver: RTCRtpReceiver) -> None:
    reorder_only(receiver, DEPTH)
    late = heard(receiver, 1, *range(3, 3 + DEPTH + 1))
    assert late[:DEPTH] == [[b"1"], *[[]] * (DEPTH - 1)]
    assert [data for each in late for data in each] == [b"1", *(b"%d" % n for n in range(3, 3 + DEPTH + 1))]


def test_time_on_the_track_is_that_of_the_packets(receiver: RTCRtpReceiver) -> None:
    reorder_only(receiver, DEPTH)
    told = [stamp for sequence in (1, 3, 2, 4) for _, stamp in arrive(receiver, sequence)]
    assert told == [0, 960, 1_920, 2_880]


def test_another_stream_begins_with_a_clock_of_its_own(receiver: RTCRtpReceiver) -> None:
    origin = reorder_only(receiver, DEPTH)
    heard(receiver, 1, 3)
    assert arrive(receiver, 500, ssrc=8) == [(b"500", 0)]
    assert origin() == 9_600 + 960 * 500
