"""What comes over the socket, packet by packet: sound, what its sender tells, what is forged or cut short."""

from __future__ import annotations

import asyncio
import gc
import struct
import weakref
from dataclasses import dataclass, field
from types import SimpleNamespace

import aioice.ice
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection
from aiortc.rtcdtlstransport import RtpRouter
from aiortc.rtp import RtpPacket
from pylibsrtp import Policy, Session

from tests.transports.aiortc_seam.test_early_media import Dtls
from wingman.transports.aiortc_seam.direct_path import DirectPath, _route_unagreed
from wingman.transports.aiortc_seam.inbound_stream import InboundStream, PacketHandler


@dataclass
class Leads:
    """An inlet that leads to one handler, and puts down what it is told of the stream."""

    packet: PacketHandler
    told: list[tuple[int, ...]] = field(default_factory=list)

    def report(self, ntp: int, timestamp: int, ssrc: int) -> None:
        self.told.append((ntp, timestamp, ssrc))

    def goodbye(self, ssrc: int) -> None:
        self.told.append((ssrc,))


class Way:
    """Where media comes from, as `IcePath` keeps it."""

    source = None
    media_at = 0.0


async def test_a_waiting_control_packet_does_not_send_audio_the_stock_way() -> None:
    """Only what is older than the first direct packet can be overtaken; later the queue is no matter."""
    direct_way: list[int] = []
    stock_way: list[bytes] = []
    queue: asyncio.Queue[bytes] = asyncio.Queue()
    key = bytes(range(30))
    sending = Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_OUTBOUND))
    dtls = SimpleNamespace(_rx_srtp=Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_INBOUND)))
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        direct = DirectPath(peer, [])
        direct._streams[7] = InboundStream(96, Leads(lambda sequence, *_: direct_way.append(sequence)))
        receive = direct._datagrams(lambda data, _: stock_way.append(data), queue, dtls, Way())  # type: ignore[arg-type]  # the part that is used

        def arrive(sequence: int) -> None:
            header = struct.pack("!BBHLL", 0x80, 96, sequence, sequence * 960, 7)
            receive(sending.protect(header + b"sound"), None)

        queue.put_nowait(b"an older packet of the stream")
        arrive(1)
        queue.get_nowait()
        arrive(2)
        queue.put_nowait(b"a sender report")
        arrive(3)
    finally:
        await peer.close()
    assert len(stock_way) == 1
    assert direct_way == [2, 3]


async def test_with_its_keys_a_call_that_finds_new_ways_holds_none_of_the_old() -> None:
    dtls = Dtls()
    dtls.come_to("connected")
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        direct = DirectPath(peer, [])
        direct._paths[id(dtls)] = Way()  # type: ignore[assignment]  # the part that is used
        ways = []
        for _ in range(3):
            protocol = aioice.ice.StunProtocol(None)  # type: ignore[arg-type]  # it receives nothing
            direct._hook(SimpleNamespace(_protocols=[protocol], _queue=asyncio.Queue()), dtls)
            ways.append(weakref.ref(protocol))
        del protocol
        gc.collect()
        assert [way() for way in ways] == [None] * 3
    finally:
        await peer.close()


@pytest.mark.parametrize(
    ("first", "packed", "payload"),
    [
        pytest.param(0x80, b"sound", b"sound", id="plain"),
        pytest.param(0x81, bytes(4) + b"sound", b"sound", id="a contributing source"),
        pytest.param(0x90, b"\xbe\xde\x00\x01abcd" + b"sound", b"sound", id="extended"),
        pytest.param(0xB0, b"\xbe\xde\x00\x01abcd" + b"sound" + b"\0\0\3", b"sound", id="extended and padded"),
        pytest.param(0xA0, b"sound\1", b"sound", id="padded"),
        pytest.param(0xA0, b"sound\xff", b"", id="padded by more than there is"),
        pytest.param(0xA0, b"\0\0\0\4", b"", id="padding alone"),
        pytest.param(0x80, b"", b"", id="empty"),
    ],
)
async def test_of_each_datagram_only_the_sound_is_handed_on(first: int, packed: bytes, payload: bytes) -> None:
    key, heard = bytes(range(30)), list[bytes]()
    sending = Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_OUTBOUND))
    dtls = SimpleNamespace(_rx_srtp=Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_INBOUND)))
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        direct, way = DirectPath(peer, []), Way()
        direct._streams[7] = InboundStream(96, Leads(lambda _n, _t, sound, *_: heard.append(sound)))
        stock = heard.append
        receive = direct._datagrams(lambda data, _: stock(data), asyncio.Queue(), dtls, way)  # type: ignore[arg-type]  # the part that is used
        datagram = struct.pack("!BBHLL", first, 96, 1, 960, 7) + packed
        receive(datagram + bytes(16), None)  # forged
        assert way.media_at == 0.0
        receive(sending.protect(datagram), None)
        assert heard == [payload], "its number counts, with sound or without"
        assert way.media_at > 0.0  # it came from the peer, whatever it holds
    finally:
        await peer.close()


@pytest.mark.parametrize("kind", [13, 101, 0x80 | 13], ids=["comfort noise", "a pressed key", "marked"])
async def test_what_is_not_the_sound_of_its_stream_is_a_number_alone(kind: int) -> None:
    key, heard = bytes(range(30)), list[tuple[int, bytes]]()
    sending = Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_OUTBOUND))
    dtls = SimpleNamespace(_rx_srtp=Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_INBOUND)))
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        direct = DirectPath(peer, [])
        leads = Leads(lambda number, _t, sound, *_: heard.append((number, sound)))
        direct._streams[7] = InboundStream(96, leads)
        receive = direct._datagrams(lambda *_: heard.append((0, b"stock")), asyncio.Queue(), dtls, Way())  # type: ignore[arg-type]  # the part that is used
        for number, of in enumerate((96, kind, 96)):
            header = struct.pack("!BBHLL", 0x80, of, number, 960 * number, 7)
            receive(sending.protect(header + b"sound"), None)
    finally:
        await peer.close()
    assert heard == [(0, b"sound"), (1, b""), (2, b"sound")]


RED = 63
OLDER = bytes((0x80 | 96, 960 << 2 >> 8, 960 << 2 & 0xFF, 4))
"""The head of a block of four bytes, 20 ms older."""


async def test_redundancy_that_was_not_agreed_is_heard_without_it() -> None:
    """From the middle of a stream, and from its first packet, which nothing else routes."""
    sound = struct.pack("!B", 96) + b"sound"
    packed = {
        sound: b"sound",
        OLDER + struct.pack("!B", 96) + b"pastsound": b"sound",
        OLDER * 2 + struct.pack("!B", 96) + b"pastpastsound": b"sound",
        OLDER + struct.pack("!B", 96) + b"pas": b"",
        OLDER: b"",
        OLDER + struct.pack("!B", 97) + b"pastsound": b"",
        b"": b"",
        b"\x60": b"",
    }
    key, heard = bytes(range(30)), list[bytes]()
    sending = Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_OUTBOUND))
    dtls = SimpleNamespace(_rx_srtp=Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_INBOUND)))
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        direct = DirectPath(peer, [])
        direct._streams[7] = InboundStream(96, Leads(lambda _n, _t, sound, *_: heard.append(sound)))
        receive = direct._datagrams(lambda *_: heard.append(b"stock"), asyncio.Queue(), dtls, Way())  # type: ignore[arg-type]  # the part that is used
        for number, payload in enumerate(packed):
            receive(sending.protect(struct.pack("!BBHLL", 0x80, RED, number, 960 * number, 7) + payload), None)
    finally:
        await peer.close()
    assert heard == list(packed.values())
    router = RtpRouter()
    receiver = object()
    router.register_receiver(receiver, [], [96])  # type: ignore[arg-type]  # it is only compared
    _route_unagreed(router, lambda: None)
    for payload, newest in packed.items():
        first = RtpPacket(payload_type=RED, ssrc=len(payload), payload=payload)
        assert router.route_rtp(first) is (receiver if newest else None)
        assert not newest or (first.payload_type, first.payload) == (96, newest)


SENDER_REPORT = struct.pack("!BBHLQLLL", 0x80, 200, 6, 7, 0x1122_3344_5566_7788, 960, 1, 5)
REPORTED = (0x1122_3344_5566_7788, 960, 7)
WORDS = struct.pack("!BBHL", 0x81, 202, 2, 7) + b"\1\1a\0"
BYE = struct.pack("!BBHL", 0x81, 203, 1, 7)


@pytest.mark.parametrize(
    ("packed", "told"),
    [
        pytest.param(SENDER_REPORT, [REPORTED], id="report"),
        pytest.param(SENDER_REPORT + WORDS + BYE, [REPORTED, (7,)], id="all of a compound"),
        pytest.param(SENDER_REPORT + BYE[:-1] + b"\x08", [REPORTED], id="another stream's goodbye"),
        pytest.param(SENDER_REPORT[:3] + b"\1" + SENDER_REPORT[4:8], [], id="a report without its times"),
        pytest.param(struct.pack("!BBHL", 0x9F, 203, 1, 7), [(7,)], id="fewer sources than it says"),
        pytest.param(struct.pack("!BBHL", 0x81, 203, 999, 7), [(7,)], id="longer than it is"),
        pytest.param(struct.pack("!BBHL", 0x80, 204, 0, 7) + b"\x80", [], id="something else, cut short"),
    ],
)
async def test_what_a_sender_tells_of_its_stream_is_heard_at_once(
    packed: bytes, told: list[tuple[int, ...]]
) -> None:
    key, stock = bytes(range(30)), list[bytes]()
    sending = Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_OUTBOUND))
    dtls = SimpleNamespace(_rx_srtp=Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_INBOUND)))
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        direct, inlet = DirectPath(peer, []), Leads(lambda *_: None)
        direct._streams[7] = InboundStream(96, inlet)
        receive = direct._datagrams(lambda data, _: stock.append(data), asyncio.Queue(), dtls, Way())  # type: ignore[arg-type]  # the part that is used
        receive(first := sending.protect_rtcp(packed), None)
        assert stock == [first]  # nothing has come of the stream yet
        receive(sending.protect(struct.pack("!BBHLL", 0x80, 96, 1, 960, 7) + b"sound"), None)
        receive(packed + bytes(14), None)  # forged
        assert not inlet.told
        receive(again := sending.protect_rtcp(packed), None)
        receive(again, None)  # and once more
        assert (inlet.told, stock) == (told, [first])
        assert direct._streams[7].reported[0] == (0x3344_5566 if REPORTED in told else 0)
    finally:
        await peer.close()
