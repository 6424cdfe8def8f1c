"""A reorder buffer in place of aiortc's audio `JitterBuffer`, for the portable media path."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiortc import RTCRtpReceiver
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtcrtpreceiver import TimestampMapper
from aiortc.rtp import RtpPacket

from wingman.audio.reorder import ReorderBuffer
from wingman.transports.aiortc_seam.receivers import private, set_private


def reorder_only(receiver: RTCRtpReceiver, depth: int) -> Callable[[], int | None]:
    """Replace the receiver's jitter buffer. Returns what tells the RTP timestamp of `pts == 0`."""
    buffer = _ReorderOnly(receiver, depth)
    set_private(receiver, "jitter_buffer", buffer)
    return lambda: buffer.origin


class _ReorderOnly:
    """Stands in for aiortc's audio `JitterBuffer`. One Opus packet is one frame, so nothing is reassembled."""

    def __init__(self, receiver: RTCRtpReceiver, depth: int) -> None:
        self._receiver = receiver
        self._depth = depth
        self._buffer: ReorderBuffer[RtpPacket] = ReorderBuffer(depth)
        self._ssrc: int | None = None
        self.origin: int | None = None
        """RTP timestamp of the first frame that left: what `pts == 0` means on the track."""

    def add(self, packet: RtpPacket) -> tuple[bool, JitterFrame | None]:
        if packet.ssrc != self._ssrc:  # another stream: its own numbers, its own clock
            self._ssrc, self.origin = packet.ssrc, None
            self._buffer = ReorderBuffer(self._depth)
            set_private(self._receiver, "timestamp_mapper", TimestampMapper())
        out = self._buffer.push(packet.sequence_number, packet, 0.0)
        if not out:
            return False, None
        if self.origin is None:
            self.origin = out[0].timestamp
        for each in out[:-1]:  # the caller takes one frame only
            frame = JitterFrame(_data(each), self._map(each.timestamp))
            self._put((self._codec(each), frame))
        return False, JitterFrame(_data(out[-1]), out[-1].timestamp)

    def _map(self, timestamp: int) -> int:
        return int(private(self._receiver, "timestamp_mapper").map(timestamp))

    def _put(self, task: tuple[Any, JitterFrame]) -> None:
        private(self._receiver, "decoder_queue").put(task)

    def _codec(self, packet: RtpPacket) -> Any:
        return private(self._receiver, "codecs")[packet.payload_type]


def _data(packet: RtpPacket) -> bytes:
    return packet._data  # type: ignore[attr-defined,no-any-return,unused-ignore]  # its private name
