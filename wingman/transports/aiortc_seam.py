"""Every private touch of aiortc, and of aioice but for its connections (see `ice_seam`), in one file.

What they keep private and we need: which host addresses become ICE candidates, the audio jitter buffer (stock,
one lost packet costs five packets of audio and leaves 200 ms of delay for good), the sender reports, and for
the direct path the datagrams themselves. `check` says by name what a new version took away.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
import random
import struct
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, partial
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import aioice.ice
import pylibsrtp
from aiortc import RTCCertificate, RTCDtlsTransport, RTCPeerConnection, RTCRtpReceiver
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtcrtpparameters import RTCRtpReceiveParameters
from aiortc.rtcrtpreceiver import TimestampMapper
from aiortc.rtp import RtcpByePacket, RtcpSrPacket, RtpPacket
from OpenSSL import SSL
from pylibsrtp._binding import ffi, lib  # type: ignore[import-not-found]

from wingman.audio.reorder import ReorderBuffer
from wingman.core.errors import WingmanError
from wingman.core.shared_timer import shared_timer
from wingman.transports.ice_seam import IcePath

AIORTC = "1.16."
AIOICE = "0.13."
PYLIBSRTP = "1.0."
"""The versions this file was written against; others are refused in words rather than met by surprise."""

_addresses: ContextVar[tuple[str, ...]] = ContextVar("wingman_host_addresses", default=())
_stock_addresses = aioice.ice.get_host_addresses

LOOPBACK = "127.0.0.1"

LONGEST = 1500
"""Bytes of the longest packet that libsrtp has room for here."""

REPORT_S = 0.3
"""How often a sender is told what arrived."""
LOOK_S = 0.1
"""How often it is looked whether a sender is due to be told."""

CIPHERS = (
    b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:"
    b"ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA"
)
"""aiortc's list, and the same for peers whose certificate is RSA (GStreamer's is)."""


class SenderReport(Protocol):
    """What a sender report says of time."""

    def __call__(self, ntp: int, timestamp: int, ssrc: int) -> None:
        """RTP time `timestamp` of the stream `ssrc` was `ntp` (64-bit NTP) on the sender's clock."""
        ...


@cache
def unfit() -> str:
    """Why the private parts cannot be used with what is installed; empty when they can."""
    try:
        check()
    except WingmanError as reason:
        return str(reason)
    return ""


def check() -> None:
    """Raise `WingmanError` naming the first thing that is not as this file needs it."""
    for package, wanted in (("aiortc", AIORTC), ("aioice", AIOICE), ("pylibsrtp", PYLIBSRTP)):
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
        ("_handle_rtp_packet", "_handle_rtcp_packet", "_handle_disconnect", "_send_rtcp", "receive"),
    ),
    (aioice.ice.StunProtocol, ("datagram_received",)),
    (RTCCertificate, ("_create_ssl_context",)),
    (RTCDtlsTransport, ("_do_handshake",)),
    (aioice.ice.Connection, ("build_request", "data_received", "query_consent", "recvfrom")),
)


def _host_addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
    chosen = _addresses.get()
    if not chosen:
        found = _stock_addresses(use_ipv4, use_ipv6)
        return found if LOOPBACK in found else [*found, LOOPBACK]
    return [address for address in chosen if (use_ipv6 if ":" in address else use_ipv4)]


aioice.ice.get_host_addresses = _host_addresses  # type: ignore[attr-defined,unused-ignore]


_stock_context = RTCCertificate._create_ssl_context
_stock_handshake = RTCDtlsTransport._do_handshake


def _create_ssl_context(certificate: RTCCertificate, srtp_profiles: Any) -> SSL.Context:
    context = _stock_context(certificate, srtp_profiles)
    context.set_cipher_list(CIPHERS)
    return context


async def _do_handshake(transport: RTCDtlsTransport) -> None:
    """aiortc's handshake, which forgets why it failed: it swallows the error where it happens."""
    connection: Any = transport._ssl
    connection.do_handshake = _noting(transport, connection.do_handshake)
    connection.recv = _noting(transport, connection.recv)
    try:
        await _stock_handshake(transport)
    finally:
        del connection.do_handshake, connection.recv


def _noting(transport: RTCDtlsTransport, stock: Callable[..., Any]) -> Callable[..., Any]:
    def noted(*arguments: Any) -> Any:
        try:
            return stock(*arguments)
        except (SSL.WantReadError, SSL.WantWriteError, SSL.ZeroReturnError):
            raise
        except SSL.Error as failed:
            if failed.args and failed.args[0]:
                _why[transport] = str(failed.args[0][-1][-1])
            raise

    return noted


_why: WeakKeyDictionary[RTCDtlsTransport, str] = WeakKeyDictionary()
RTCCertificate._create_ssl_context = _create_ssl_context  # type: ignore[method-assign,assignment]
RTCDtlsTransport._do_handshake = _do_handshake  # type: ignore[method-assign,assignment]


def failure(peer: RTCPeerConnection) -> str:
    """Which step of connecting failed, in words; empty when none did."""
    for dtls in {receiver.transport for receiver in audio_receivers(peer)}:
        if dtls.state == "failed":
            why = f" ({_why[dtls]})" if _why.get(dtls) else ""
            return f"the network path was found, but the DTLS handshake with the client failed{why}"
        if dtls.transport.state == "failed":
            return "no network path to the client was found (ICE failed); check that it can reach this address"
    return ""


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
        self._depth = depth
        self._buffer: ReorderBuffer[RtpPacket] = ReorderBuffer(depth)
        self._ssrc: int | None = None
        self.origin: int | None = None
        """RTP timestamp of the first frame that left: what `pts == 0` means on the track."""

    def add(self, packet: RtpPacket) -> tuple[bool, JitterFrame | None]:
        if packet.ssrc != self._ssrc:  # another stream: its own numbers, its own clock
            self._ssrc, self.origin = packet.ssrc, None
            self._buffer = ReorderBuffer(self._depth)
            _set_private(self._receiver, "timestamp_mapper", TimestampMapper())
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


def on_control(receiver: RTCRtpReceiver, report: SenderReport, goodbye: Callable[[int], None]) -> None:
    """Hear the receiver's sender reports, of which aiortc keeps only half (the NTP time), and its BYEs."""
    stock = receiver._handle_rtcp_packet

    async def handle(packet: Any) -> None:
        if isinstance(packet, RtcpSrPacket):
            report(packet.sender_info.ntp_timestamp, packet.sender_info.rtp_timestamp, packet.ssrc)
        elif isinstance(packet, RtcpByePacket):
            for source in packet.sources:
                goodbye(source)
            return  # aiortc would stop the receiver for good; another stream may follow
        await stock(packet)

    receiver._handle_rtcp_packet = handle  # type: ignore[method-assign]


def abort(peer: RTCPeerConnection) -> None:
    """Close the sockets, and end the reports, of a peer whose own closing does not come to an end."""
    for receiver in audio_receivers(peer):
        if (reporting := _private(receiver, "rtcp_task")) is not None:
            reporting.cancel()
    for dtls in {receiver.transport for receiver in audio_receivers(peer)}:
        for protocol in dtls.transport._connection._protocols:
            protocol.transport.abort()


def audio_receivers(peer: RTCPeerConnection) -> list[RTCRtpReceiver]:
    """The peer's audio receivers in the order of the offer's m-lines."""
    return [line.receiver for line in peer.getTransceivers() if line.kind == "audio"]


class PacketHandler(Protocol):
    """Takes what arrives on one receiver."""

    def __call__(self, sequence: int, timestamp: int, payload: bytes, now: float, ssrc: int) -> None:
        """One RTP packet of the stream `ssrc`, in the order of arrival; `now` is loop time."""
        ...


class Inlet(Protocol):
    """Where one receiver's packets go now."""

    @property
    def packet(self) -> PacketHandler:
        """Looked up for each."""
        ...

    def report(self, ntp: int, timestamp: int, ssrc: int) -> None:
        """See `SenderReport`."""
        ...

    def goodbye(self, ssrc: int) -> None:
        """The sender has ended the stream `ssrc`."""
        ...


class Life:
    """When the peer last showed that it lives: its consent checks (RFC 7675) and reports, not its sound."""

    def __init__(self) -> None:
        self._clock = asyncio.get_running_loop().time
        self.seen = self._clock()
        """Loop time."""

    def note(self) -> None:
        self.seen = self._clock()

    def watch(self, peer: RTCPeerConnection) -> None:
        """Look at every datagram that arrives. To be called when the local candidates have been gathered."""
        for dtls in {receiver.transport for receiver in audio_receivers(peer)}:
            self.watch_way(dtls.transport._connection)

    def watch_way(self, connection: Any) -> None:
        """The same for one way to it: the first, or one that a restart found."""
        for protocol in connection._protocols:
            self._watch(protocol)

    def _watch(self, protocol: Any) -> None:
        stock: Callable[[Any, Any], None] = protocol.datagram_received

        def datagram_received(data: Any, address: Any) -> None:
            self.note()
            stock(data, address)

        vars(protocol)["datagram_received"] = datagram_received


class DirectPath:
    """RTP packets straight from the UDP socket: unprotected, taken apart and handed on in one call.

    aiortc keeps ICE, DTLS, RTCP and the decision which stream belongs to which receiver: the first packet of a
    stream takes the stock way, and what that learns is remembered here. So do packets that arrive while the
    stock queue still holds older ones, which keeps the order. No decoder thread is started.
    """

    def __init__(self, peer: RTCPeerConnection, inlets: Sequence[Inlet]) -> None:
        self._peer = peer
        self._streams: dict[int, _Stream] = {}
        self._newest: dict[RTCRtpReceiver, _Stream] = {}
        self._paths: dict[int, IcePath] = {}
        self._life: Life | None = None
        self._clock = asyncio.get_running_loop().time
        for receiver, inlet in zip(audio_receivers(peer), inlets, strict=True):
            self._replace(receiver, inlet)

    def hook_sockets(self, life: Life) -> None:
        """Take the datagrams; those of every connection, too, that a restart opens.

        To be called when the local candidates have been gathered.
        """
        self._life = life
        for dtls in {receiver.transport for receiver in audio_receivers(self._peer)}:
            _route_unannounced(dtls._rtp_router, self._quiet)
            hook = partial(self._hook, dtls=dtls)
            self._paths[id(dtls)] = IcePath(dtls, _both(life.watch_way, hook))
            hook(dtls.transport._connection)

    @property
    def ice(self) -> IcePath | None:
        """The way to the peer, once its sockets are hooked; there is one where all media is bundled."""
        return next(iter(self._paths.values()), None) if len(self._paths) == 1 else None

    async def close(self) -> None:
        """Close what was opened beside the peer's own connection."""
        for path in self._paths.values():
            await path.close()

    def _hook(self, connection: Any, dtls: Any) -> None:
        for protocol in connection._protocols:
            stock: Callable[[Any, Any], None] = protocol.datagram_received
            taken = self._datagrams(stock, connection._queue, dtls, self._paths[id(dtls)])
            vars(protocol)["datagram_received"] = taken

    def _control(self, data: bytes, dtls: Any) -> bool:
        """What a known stream's sender tells of it (RFC 3550, 6.4.1 and 6.6); False: it is for aiortc.

        aiortc's way takes a queue, a task and an object for each block of it. From a peer that is sent nothing
        but receiver reports there is nothing else to hear.
        """
        stream = self._streams.get(int.from_bytes(data[4:8], "big"))
        if stream is None or stream.unprotect is None:
            return False
        try:
            clear = dtls._rx_srtp.unprotect_rtcp(data)
        except pylibsrtp.Error:
            return True  # replayed or forged
        if self._life is not None:
            self._life.note()
        at = 0
        while at + _CONTROL_HEAD.size <= len(clear):
            first, kind, words = _CONTROL_HEAD.unpack_from(clear, at)
            block = clear[at + _CONTROL_HEAD.size : at + 4 * (words + 1)]
            at += 4 * (words + 1)
            if kind == _SENDER_REPORT and len(block) >= _SENDER_INFO.size:
                self._reported(*_SENDER_INFO.unpack_from(block))
            elif kind == _BYE:
                for source in range(0, min(4 * (first & 0x1F), len(block) - 3), 4):
                    self._ended(int.from_bytes(block[source : source + 4], "big"))
        return True

    def _reported(self, ssrc: int, ntp: int, timestamp: int) -> None:
        if (stream := self._streams.get(ssrc)) is not None:
            stream.reported = ntp >> 16 & 0xFFFFFFFF, self._clock()
            stream.inlet.report(ntp, timestamp, ssrc)

    def _ended(self, ssrc: int) -> None:
        if (stream := self._streams.get(ssrc)) is not None:
            stream.inlet.goodbye(ssrc)

    def _replace(self, receiver: RTCRtpReceiver, inlet: Inlet) -> None:
        types: list[int] = []

        async def receive(parameters: RTCRtpReceiveParameters) -> None:
            if _private(receiver, "started"):
                return
            types.extend(codec.payloadType for codec in parameters.codecs if codec.payloadType is not None)
            receiver.transport._register_rtp_receiver(receiver, parameters)
            reports = _Reports(receiver, self._paths[id(receiver.transport)])
            _set_private(receiver, "rtcp_task", asyncio.ensure_future(reports.run()))
            _set_private(receiver, "started", value=True)

        async def handle_rtp_packet(packet: RtpPacket, **_: Any) -> None:
            stream = self._streams.get(packet.ssrc)
            if stream is None and packet.payload_type in types:
                stream = self._streams[packet.ssrc] = _Stream(packet.payload_type, inlet)
                self._newest[receiver] = stream
                _private(receiver, "remote_streams")[packet.ssrc] = stream
            if stream is not None and packet.payload:
                now = self._clock()
                stream.arrived.append((packet.sequence_number, packet.timestamp, now))
                inlet.packet(packet.sequence_number, packet.timestamp, packet.payload, now, packet.ssrc)

        receiver.receive = receive  # type: ignore[method-assign]
        receiver._handle_rtp_packet = handle_rtp_packet  # type: ignore[method-assign,assignment]

    def _quiet(self) -> RTCRtpReceiver | None:
        """The one receiver whose stream has stopped, if there is exactly one."""
        now = self._clock()
        silent = [receiver for receiver, stream in self._newest.items() if stream.quiet_for(now) > QUIET_S]
        return silent[0] if len(silent) == 1 else None

    def _datagrams(
        self, stock: Callable[[Any, Any], None], queue: asyncio.Queue[Any], dtls: Any, path: IcePath
    ) -> Callable[[bytes, Any], None]:
        streams, clock, drained = self._streams, self._clock, queue.empty
        unpack, shortest = _HEADER.unpack_from, _HEADER.size

        def datagram_received(data: bytes, address: Any) -> None:
            if len(data) < shortest:
                return stock(data, address)
            first, kind, sequence, timestamp, ssrc = unpack(data)
            stream = streams.get(ssrc)
            if stream is None or not 127 < first < 192 or stream.payload_type != kind & 0x7F:
                if not (127 < first < 192 and kind in _CONTROL_KINDS and self._control(data, dtls)):
                    stock(data, address)
                return None
            if (unprotect := stream.unprotect) is None:
                if not drained():
                    return stock(data, address)
                unprotect = stream.unprotect = _unprotector(dtls._rx_srtp)
            start = shortest + 4 * (first & 0x0F)
            if first & 0x10:
                start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
            payload = unprotect(data, start)
            if payload is None:
                return None  # replayed or forged
            path.media_at = now = clock()
            if address != path.source:
                path.follow(address)
            if first & 0x20 and payload:
                payload = payload[: max(0, len(payload) - payload[-1])]
            if payload:
                stream.arrived.append((sequence, timestamp, now))
                stream.inlet.packet(sequence, timestamp, payload, now, ssrc)
            return None

        return datagram_received


def _unprotector(session: pylibsrtp.Session) -> Callable[[bytes, int], bytes | None]:
    """`session.unprotect` as one call where it makes four: a packet's content from a place on (RTP's header is
    in the clear). None for a packet that is replayed or forged.
    """
    room, buffer, length = session._cdata, session._buffer, ffi.new("int *")
    context, unprotect = session._srtp[0], lib.srtp_unprotect

    def in_the_clear(data: bytes, start: int, _lives: object = session) -> bytes | None:
        size = length[0] = len(data)
        if size > LONGEST:
            return None
        buffer[0:size] = data
        if unprotect(context, room, length):
            return None
        end = length[0]
        return buffer[start:end] if start < end else b""

    return in_the_clear


def _both(first: Callable[[Any], None], then: Callable[[Any], None]) -> Callable[[Any], None]:
    def called(connection: Any) -> None:
        first(connection)
        then(connection)

    return called


class _Reports:
    """aiortc's receiver reports (RFC 3550, 6.4.2), three times as often: without them a sender knows that its
    network is gone.
    """

    def __init__(self, receiver: RTCRtpReceiver, path: IcePath) -> None:
        self._receiver = receiver
        self._path = path
        self._streams: dict[int, _Stream] = _private(receiver, "remote_streams")
        self._due = 0.0

    async def run(self) -> None:
        """aiortc's task for them. However it ends, it says so: `stop` waits for that without a limit."""
        _private(self._receiver, "rtcp_started").set()
        beats = shared_timer(LOOK_S)
        beats.join(self._look)
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            pass  # that is how `stop` ends it, and aiortc's own ends without a word as well
        finally:
            beats.leave(self._look)
            _private(self._receiver, "rtcp_exited").set()

    def _look(self, now: float) -> None:
        if now < self._due:
            return
        self._due = now + REPORT_S * (0.75 + 0.5 * random.random())
        about = [_about(ssrc, stream, now) for ssrc, stream in self._streams.items()][-MOST_BLOCKS:]
        source, dtls = _private(self._receiver, "rtcp_ssrc"), self._receiver.transport
        if source is None or not about or dtls._tx_srtp is None:
            return
        head = _REPORT_HEAD.pack(0x80 | len(about), _RECEIVER_REPORT, 1 + 6 * len(about), source)
        with contextlib.suppress(pylibsrtp.Error):  # the key is used up
            self._path.send(dtls._tx_srtp.protect_rtcp(head + b"".join(about)))


def _about(ssrc: int, stream: _Stream, now: float) -> bytes:
    """A report's block; `now` is loop time."""
    stream.count()
    lost = stream.fraction_lost << 24 | stream.packets_lost & 0xFFFFFF
    lsr, at = stream.reported
    dlsr = int((now - at) * 65536) if lsr and 0 < now - at < 65536 else 0
    return _REPORT_BLOCK.pack(ssrc, lost, stream.max_seq, stream.jitter, lsr, dlsr)


class PacketSender:
    """Sends ready-made Opus packets over a connected peer, without a track and its tasks (for load tests)."""

    def __init__(self, peer: RTCPeerConnection, payload_type: int) -> None:
        self._sender = peer.getSenders()[0]
        self._payload_type = payload_type
        self._sequence = 0
        self._timestamp = 0

    def send(self, payload: bytes) -> None:
        """One packet of 20 ms. Does nothing once the connection is gone."""
        dtls = self._sender.transport
        pair = dtls.transport._connection._nominated.get(1)
        if pair is None or dtls._tx_srtp is None:
            return
        header = _HEADER.pack(0x80, self._payload_type, self._sequence, self._timestamp, self._sender._ssrc)
        pair.protocol.transport.sendto(dtls._tx_srtp.protect(header + payload), pair.remote_addr)
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._timestamp = (self._timestamp + 960) & 0xFFFFFFFF

    def skip(self) -> None:
        """Pretend that a packet was lost on the way."""
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._timestamp = (self._timestamp + 960) & 0xFFFFFFFF


class _Stream:
    """One SSRC: where its packets go, and what receiver reports say of it (aiortc's `StreamStatistics`).

    What arrives is put down packet by packet and counted when it is asked for: a few at a time cost a third.
    """

    __slots__ = (
        "_base",
        "_heard",
        "_jitter",
        "_newest",
        "_prior",
        "_top",
        "arrived",
        "inlet",
        "payload_type",
        "reported",
        "unprotect",
    )

    def __init__(self, payload_type: int, inlet: Inlet) -> None:
        self.payload_type = payload_type
        self.inlet = inlet
        self.unprotect: Callable[[bytes, int], bytes | None] | None = None
        """There once none of its packets can be waiting in the stock queue any more."""
        self.reported = (0, 0.0)
        """The middle of its newest sender report's NTP time, and the loop time at which it came."""
        self.arrived: deque[tuple[int, int, float]] = deque(maxlen=UNCOUNTED)
        """Sequence number, RTP timestamp and loop time of packets that are not counted yet."""
        self._base: int | None = None
        self._top = 0  # highest sequence number, extended beyond 16 bits
        self._heard = 0
        self._jitter = 0.0
        self._newest = (0, 0, 0.0)
        self._prior = (0, 0)

    def count(self) -> None:
        """Count what has arrived (RFC 3550, A.3 and A.8)."""
        top, jitter = self._top, self._jitter
        _, before, arrival = self._newest
        for sequence, timestamp, now in self.arrived:
            if self._base is None:
                self._base = top = sequence
            elif 0 < (ahead := sequence - top & 0xFFFF) < 0x8000:
                top += ahead
                late = abs((now - arrival) * 48_000 - (timestamp - before))
                if late < 48_000:  # a wrapped or restarted timestamp says nothing
                    jitter += (late - jitter) / 16
            before, arrival = timestamp, now
        if self.arrived:
            self._newest = self.arrived[-1]
            self._heard += len(self.arrived)
            self.arrived.clear()
        self._top, self._jitter = top, jitter

    def quiet_for(self, now: float) -> float:
        """Seconds of loop time since its last packet."""
        return now - (self.arrived or (self._newest,))[-1][2]

    @property
    def max_seq(self) -> int:
        return self._top & 0xFFFFFFFF

    @property
    def jitter(self) -> int:
        return int(self._jitter)

    @property
    def packets_received(self) -> int:
        return self._heard

    @property
    def packets_lost(self) -> int:
        return max(0, min(self._expected - self._heard, 0x7FFFFF))

    @property
    def fraction_lost(self) -> int:
        expected, heard = self._expected - self._prior[0], self._heard - self._prior[1]
        self._prior = (self._expected, self._heard)
        return ((expected - heard) << 8) // expected if expected > heard else 0

    @property
    def _expected(self) -> int:
        return self._top - self._base + 1 if self._base is not None else 0


_HEADER = struct.Struct("!BBHLL")
_REPORT_HEAD, _REPORT_BLOCK = struct.Struct("!BBHL"), struct.Struct("!LLLLLL")
_CONTROL_HEAD, _SENDER_INFO = struct.Struct("!BBH"), struct.Struct("!LQL")
_SENDER_REPORT, _RECEIVER_REPORT, _BYE = 200, 201, 203
_CONTROL_KINDS = range(192, 224)
"""RFC 5761: what shares a port with sound and is none."""
MOST_BLOCKS = 31
"""RFC 3550: more do not fit into one report."""


UNCOUNTED = 4096
"""Packets put down between two reports, at most."""

QUIET_S = 0.3
"""A stream without a packet for so long may have been replaced by one that nobody announced."""


def _route_unannounced(router: Any, quiet: Callable[[], RTCRtpReceiver | None]) -> None:
    """Where a stream belongs that the description does not name: its MID header extension says it, or it takes
    the place of the one that has gone quiet. aiortc discards it otherwise."""
    stock = router.route_rtp

    def route_rtp(packet: RtpPacket) -> Any:
        if packet.ssrc in router.ssrc_table:
            return stock(packet)
        known = packet.extensions.mid
        if known is not None and known in router.mid_table:
            router.ssrc_table[packet.ssrc] = router.mid_table[known]
        found = stock(packet)
        if found is None and (receiver := quiet()) is not None:
            router.ssrc_table[packet.ssrc] = receiver
            found = stock(packet)
        return found

    router.route_rtp = route_rtp


def _data(packet: RtpPacket) -> bytes:
    return packet._data  # type: ignore[attr-defined,no-any-return,unused-ignore]


def _private(receiver: RTCRtpReceiver, name: str) -> Any:
    return getattr(receiver, f"_RTCRtpReceiver__{name}")


def _set_private(receiver: RTCRtpReceiver, name: str, value: Any) -> None:
    _private(receiver, name)  # raises AttributeError when aiortc renamed it: nothing is replaced unnoticed
    setattr(receiver, f"_RTCRtpReceiver__{name}", value)
