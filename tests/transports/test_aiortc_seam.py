"""The guard of the seam: a new aiortc or aioice is met here, by name, and nowhere else."""

from __future__ import annotations

import asyncio
import importlib.metadata
import inspect
import struct
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import aioice.ice
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpReceiver
from aiortc.rtcrtpreceiver import decoder_worker
from pylibsrtp import Policy, Session

import wingman
from wingman.core.errors import WingmanError
from wingman.transports import aiortc_seam as seam


def test_the_installed_versions_are_the_ones_the_seam_knows() -> None:
    seam.check()


def test_another_version_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda package: "9.9.0")
    with pytest.raises(WingmanError, match=r"aiortc 9\.9\.0 is installed"):
        seam.check()


def test_a_lost_private_name_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(RTCRtpReceiver, "_handle_rtp_packet")
    with pytest.raises(WingmanError, match="RTCRtpReceiver has no `_handle_rtp_packet`"):
        seam.check()


async def test_every_private_attribute_of_a_receiver_is_there() -> None:
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        receiver = peer.addTransceiver("audio", direction="recvonly").receiver
        missing = [
            name
            for name in (
                "jitter_buffer",
                "timestamp_mapper",
                "decoder_queue",
                "codecs",
                "started",
                "rtcp_task",
                "rtcp_started",
                "rtcp_exited",
                "rtcp_ssrc",
                "remote_streams",
            )
            if not hasattr(receiver, f"_RTCRtpReceiver__{name}")
        ]
        assert not missing
        dtls = receiver.transport
        for owner, name in (
            (dtls, "_rx_srtp"),
            (dtls, "_tx_srtp"),
            (dtls, "_rtp_router"),
            (dtls.transport, "_connection"),
            (dtls.transport._connection, "_protocols"),
            (dtls.transport._connection, "_queue"),
            (dtls.transport._connection, "_nominated"),
            (dtls._rtp_router, "ssrc_table"),
            (dtls._rtp_router, "mid_table"),
            (dtls._rtp_router, "route_rtp"),
        ):
            assert hasattr(owner, name), f"{type(owner).__name__} has no `{name}` any more"
    finally:
        await peer.close()


def test_the_stock_code_still_has_the_shape_the_seam_replaces() -> None:
    handler = inspect.getsource(RTCRtpReceiver._handle_rtp_packet)
    assert "self.__jitter_buffer.add(packet)" in handler, "the jitter buffer is fed in another way"
    assert "self.__decoder_queue.put((codec, encoded_frame))" in handler, "the decoder is fed in another way"
    assert list(inspect.signature(decoder_worker).parameters)[:3] == ["loop", "input_q", "output_q"]
    received = inspect.getsource(aioice.ice.StunProtocol.datagram_received)
    assert "self.receiver.data_received(data" in received, "datagrams take another way"
    gather = inspect.getsource(aioice.ice.Connection.gather_candidates)
    assert "get_host_addresses(" in gather, "host addresses are found in another way"


async def test_chosen_addresses_are_the_only_candidates() -> None:
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        peer.addTransceiver("audio", direction="sendonly")
        with seam.host_addresses(("127.0.0.1",)):
            await peer.setLocalDescription(await peer.createOffer())
        lines = [line for line in peer.localDescription.sdp.splitlines() if line.startswith("a=candidate:")]
        assert lines
        assert all(" 127.0.0.1 " in line for line in lines)
    finally:
        await peer.close()


def test_loopback_is_among_the_default_addresses() -> None:
    assert "127.0.0.1" in aioice.ice.get_host_addresses(use_ipv4=True, use_ipv6=False)


def test_no_other_file_touches_private_names_of_aiortc() -> None:
    root = Path(wingman.__file__).parent
    for path in root.rglob("*.py"):
        if path.name in ("aiortc_seam.py", "ice_seam.py"):
            continue
        text = path.read_text()
        for name in (
            "_rx_srtp",
            "_tx_srtp",
            "_RTCRtpReceiver__",
            "_rtp_router",
            "_handle_rtp_packet",
            "_nominated",
        ):
            assert name not in text, f"{path.relative_to(root)} touches `{name}`"


async def test_receiver_reports_count_what_was_heard() -> None:
    stream = seam._Stream(96, Leads(lambda *_: None))
    for sequence in (65_534, 65_535, 0, 2, 3):
        stream.arrived.append((sequence, sequence * 960, sequence * 0.02))
    stream.count()
    assert (stream.packets_received, stream.packets_lost) == (5, 1)
    assert stream.max_seq == 65_536 + 3
    assert stream.fraction_lost == 256 // 6
    assert stream.fraction_lost == 0
    await asyncio.sleep(0)


@dataclass
class Leads:
    """An inlet that leads to one handler, and puts down what it is told of the stream."""

    packet: seam.PacketHandler
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
        direct = seam.DirectPath(peer, [])
        direct._streams[7] = seam._Stream(96, Leads(lambda sequence, *_: direct_way.append(sequence)))
        receive = direct._datagrams(lambda data, _: stock_way.append(data), queue, dtls, Way())  # type: ignore[arg-type]

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


@pytest.mark.parametrize(
    ("first", "packed", "payload"),
    [
        pytest.param(0x80, b"sound", b"sound", id="plain"),
        pytest.param(0x81, bytes(4) + b"sound", b"sound", id="a contributing source"),
        pytest.param(0x90, b"\xbe\xde\x00\x01abcd" + b"sound", b"sound", id="extended"),
        pytest.param(0xB0, b"\xbe\xde\x00\x01abcd" + b"sound" + b"\0\0\3", b"sound", id="extended and padded"),
        pytest.param(0xA0, b"sound\1", b"sound", id="padded"),
        pytest.param(0xA0, b"sound\xff", None, id="padded by more than there is"),
        pytest.param(0x80, b"", None, id="empty"),
    ],
)
async def test_of_each_datagram_only_the_sound_is_handed_on(
    first: int, packed: bytes, payload: bytes | None
) -> None:
    key, heard = bytes(range(30)), list[bytes]()
    sending = Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_OUTBOUND))
    dtls = SimpleNamespace(_rx_srtp=Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_INBOUND)))
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        direct, way = seam.DirectPath(peer, []), Way()
        direct._streams[7] = seam._Stream(96, Leads(lambda _n, _t, sound, *_: heard.append(sound)))
        stock = heard.append
        receive = direct._datagrams(lambda data, _: stock(data), asyncio.Queue(), dtls, way)  # type: ignore[arg-type]
        datagram = struct.pack("!BBHLL", first, 96, 1, 960, 7) + packed
        receive(datagram + bytes(16), None)  # forged
        assert way.media_at == 0.0
        receive(sending.protect(datagram), None)
        assert heard == ([] if payload is None else [payload])
        assert way.media_at > 0.0  # it came from the peer, whatever it holds
    finally:
        await peer.close()


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
        direct, inlet = seam.DirectPath(peer, []), Leads(lambda *_: None)
        direct._streams[7] = seam._Stream(96, inlet)
        receive = direct._datagrams(lambda data, _: stock.append(data), asyncio.Queue(), dtls, Way())  # type: ignore[arg-type]
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
