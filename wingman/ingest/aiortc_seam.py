"""Every private touch of aiortc and aioice, in one file.

What they keep private and we need: which host addresses become ICE candidates, the audio jitter buffer (stock,
one lost packet costs five packets of audio and leaves 200 ms of delay for good), the sender reports, and for
the direct path the datagrams themselves. `check` says by name what a new version took away.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

import aioice.ice
from aiortc import RTCPeerConnection, RTCRtpReceiver
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtp import RtcpSrPacket, RtpPacket

from wingman.ingest.reorder import ReorderBuffer
from wingman.model.faults import WingmanError

AIORTC = "1.16."
AIOICE = "0.13."
"""The versions this file was written against; others are refused in words rather than met by surprise."""

_addresses: ContextVar[tuple[str, ...]] = ContextVar("wingman_host_addresses", default=())
_stock_addresses = aioice.ice.get_host_addresses

LOOPBACK = "127.0.0.1"


class SenderReport(Protocol):
    def __call__(self, ntp: int, timestamp: int) -> None:
        """RTP time `timestamp` was `ntp` (64-bit NTP) on the sender's clock."""
        ...


def check() -> None:
    """Raise `WingmanError` naming the first thing that is not as this file needs it."""
    for package, wanted in (("aiortc", AIORTC), ("aioice", AIOICE)):
        found = importlib.metadata.version(package)
        if not found.startswith(wanted):
            raise WingmanError(f"{package} {found} is installed, but the media path was written for {wanted}x")
    for owner, names in _NEEDED:
        for name in names:
            if not hasattr(owner, name):
                raise WingmanError(f"{owner.__module__}.{owner.__qualname__} has no `{name}` any more")


_NEEDED: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (
        RTCRtpReceiver,
        ("_handle_rtp_packet", "_handle_rtcp_packet", "_handle_disconnect", "_run_rtcp", "receive"),
    ),
    (aioice.ice.StunProtocol, ("datagram_received",)),
    (aioice.ice.Connection, ("data_received", "recvfrom")),
)


def _host_addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
    chosen = _addresses.get()
    if not chosen:
        found = _stock_addresses(use_ipv4, use_ipv6)
        return found if LOOPBACK in found else [*found, LOOPBACK]
    return [address for address in chosen if (use_ipv6 if ":" in address else use_ipv4)]


aioice.ice.get_host_addresses = _host_addresses  # type: ignore[attr-defined,unused-ignore]


@contextmanager
def host_addresses(addresses: Sequence[str]) -> Iterator[None]:
    """Candidates gathered inside are these addresses; empty: all of the machine's, and loopback.

    aioice leaves loopback out, so that a host with nothing else could not connect at all.
    """
    token = _addresses.set(tuple(addresses))
    try:
        yield
    finally:
        _addresses.reset(token)


class _ReorderOnly:
    """Stands in for aiortc's audio `JitterBuffer`. One Opus packet is one frame, so nothing is reassembled."""

    def __init__(self, receiver: RTCRtpReceiver, depth: int) -> None:
        self._receiver = receiver
        self._buffer: ReorderBuffer[RtpPacket] = ReorderBuffer(depth)
        self.origin: int | None = None
        """RTP timestamp of the first frame that left: what `pts == 0` means on the track."""

    def add(self, packet: RtpPacket) -> tuple[bool, JitterFrame | None]:
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
        return int(_private(self._receiver, "timestamp_mapper").map(timestamp))

    def _put(self, task: tuple[Any, JitterFrame]) -> None:
        _private(self._receiver, "decoder_queue").put(task)

    def _codec(self, packet: RtpPacket) -> Any:
        return _private(self._receiver, "codecs")[packet.payload_type]


def reorder_only(receiver: RTCRtpReceiver, depth: int) -> Callable[[], int | None]:
    """Replace the receiver's jitter buffer. Returns what tells the RTP timestamp of `pts == 0`."""
    buffer = _ReorderOnly(receiver, depth)
    _set_private(receiver, "jitter_buffer", buffer)
    return lambda: buffer.origin


def on_sender_report(receiver: RTCRtpReceiver, report: SenderReport) -> None:
    """Hear the receiver's sender reports; aiortc keeps only half of each (the NTP time)."""
    stock = receiver._handle_rtcp_packet

    async def handle(packet: Any) -> None:
        if isinstance(packet, RtcpSrPacket):
            report(packet.sender_info.ntp_timestamp, packet.sender_info.rtp_timestamp)
        await stock(packet)

    receiver._handle_rtcp_packet = handle  # type: ignore[method-assign]


def audio_receivers(peer: RTCPeerConnection) -> list[RTCRtpReceiver]:
    """The peer's audio receivers in the order of the offer's m-lines."""
    lines = [t for t in peer.getTransceivers() if t.kind == "audio"]
    return [t.receiver for t in sorted(lines, key=lambda t: t._get_mline_index() or 0)]


def _data(packet: RtpPacket) -> bytes:
    return packet._data  # type: ignore[attr-defined,no-any-return,unused-ignore]


def _private(receiver: RTCRtpReceiver, name: str) -> Any:
    return getattr(receiver, f"_RTCRtpReceiver__{name}")


def _set_private(receiver: RTCRtpReceiver, name: str, value: Any) -> None:
    _private(receiver, name)  # raises AttributeError when aiortc renamed it: nothing is replaced unnoticed
    setattr(receiver, f"_RTCRtpReceiver__{name}", value)
