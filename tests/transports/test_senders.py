"""Senders as they are in the field, over real peer connections: begun anew, silent, with odd offers."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from aioice.ice import CandidatePair
from aiortc import RTCBundlePolicy, RTCCertificate, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.support.certificates import self_signed
from tests.support.http import http_client
from tests.support.media_files import hear
from tests.support.media_files import tone as bursts
from tests.support.until import until
from tests.transports.support import LOOPBACK, Meetings, TapeSink, service
from wingman.config.transports import IngestSettings
from wingman.core.losses import LossCause
from wingman.core.media import GapCause
from wingman.core.time import Channel
from wingman.transports import aiortc_seam as seam
from wingman.transports.aiortc_seam import dtls
from wingman.transports.aiortc_seam.srtp import widen
from wingman.transports.whip_client import encode

PACKETS = [bytes(packet) for packet in encode(iter([bursts(1.6, [(0.2, "alpha"), (1, "bravo")]).tobytes()]))]
"""One word in each half."""
JUMP = 45
"""The packet before which a sender begins anew."""
HELD_UP_S = 3.0
"""A client that is held up for less has not gone: it stands still with the machine that runs this test."""


@dataclass
class Client:
    peer: RTCPeerConnection
    sink: TapeSink
    senders: list[seam.PacketSender]
    late: float = 0.0
    """Seconds by which the machine was behind with what it played, at most."""

    @property
    def stream(self) -> Any:
        return self.senders[0]

    async def play(self, packets: Sequence[bytes], before: Callable[[int], None] = lambda n: None) -> None:
        """In real time; `before(n)` is called before packet n."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        for n, packet in enumerate(packets):
            await asyncio.sleep(max(0.0, began + n * 0.02 - loop.time()))
            self.late = max(self.late, loop.time() - began - n * 0.02)
            before(n)
            self.stream.send(packet)
        await asyncio.sleep(0.1)

    def words(self) -> list[str]:
        return [word for _, word in hear(bytes(self.sink.pcm))]


def settings(path: str = "direct", **more: float) -> IngestSettings:
    return IngestSettings(host_addresses=LOOPBACK.host_addresses, media_path=path, **more)  # type: ignore[arg-type]  # one of the two


async def post(url: str, offer: str, channels: str = "") -> httpx.Response:
    async with http_client() as http:
        return await http.post(
            url + "/whip",
            params={"channels": channels} if channels else {},
            content=offer,
            headers={"Content-Type": "application/sdp"},
        )


@asynccontextmanager
async def sender(
    ingest: IngestSettings,
    offered: Callable[[str], str] = lambda sdp: sdp,
    *,
    lines: int = 1,
    certificate: RTCCertificate | None = None,
    before: Callable[[RTCPeerConnection], None] = lambda peer: None,
    offering: Callable[[RTCPeerConnection], None] = lambda peer: None,
) -> AsyncIterator[Client]:
    """A connected client whose offer `offered` has rewritten; it is changed itself when it is `offering`, and
    `before` it connects."""
    async with service(ingest) as (url, meetings):
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        if certificate is not None:
            peer._RTCPeerConnection__certificates[:] = [certificate]  # type: ignore[attr-defined]  # aiortc gives no other way
        try:
            for _ in range(lines):
                peer.addTransceiver("audio", direction="sendonly")
            offering(peer)
            with seam.host_addresses(LOOPBACK.host_addresses):
                await peer.setLocalDescription(await peer.createOffer())
            answer = await post(url, offered(peer.localDescription.sdp))
            assert answer.status_code == 201, answer.text
            head, *sections = answer.text.split("m=")
            assert all(section.split(" ")[1] == "0" for section in sections[lines:])
            before(peer)
            # the client never offered what `offered` has added
            mine = "m=".join([head, *sections[:lines]])
            await peer.setRemoteDescription(RTCSessionDescription(mine, "answer"))
            await _connected(peer)
            yield Client(peer, _sink(meetings), [seam.PacketSender(peer, _opus(answer.text))])
        finally:
            await peer.close()


def _sink(meetings: Meetings) -> TapeSink:
    return meetings.known["m-1"].sinks[Channel.TAB]


def _opus(sdp: str) -> int:
    found = re.search(r"a=rtpmap:(\d+) opus", sdp)
    assert found
    return int(found[1])


async def _connected(peer: RTCPeerConnection) -> None:
    await until(lambda: peer.connectionState == "connected")


def begin_anew(client: Client, number: int, stamp: int, ssrc: int = 0) -> Callable[[int], None]:
    def before(n: int) -> None:
        if n == JUMP:
            stream = client.stream
            stream._sequence = (stream._sequence + number) % 65_536
            stream._timestamp = (stream._timestamp + stamp) % (1 << 32)
            stream._sender._ssrc ^= ssrc

    return before


@pytest.mark.parametrize(
    ("path", "number", "stamp", "ssrc"),
    [
        ("direct", -500, 123_456_789, 0x5A5A),
        ("direct", -125, 0, 0x5A5A),
        ("direct", -1, -960, 0x5A5A),
        ("direct", 0, 48_000, 0x5A5A),
        ("direct", 30_000, -123_456_789, 0x5A5A),
        ("direct", -1000, 123_456_789, 0),
        ("direct", -200, 0, 0),
        ("portable", -500, 123_456_789, 0x5A5A),
        ("portable", 20_000, -5_000_000, 0),
    ],
)
async def test_a_sender_that_begins_anew_is_heard_on(path: str, number: int, stamp: int, ssrc: int) -> None:
    async with sender(settings(path)) as client:
        client.stream._sequence = 1000
        await client.play(PACKETS, begin_anew(client, number, stamp, ssrc))
        assert client.words() == ["alpha", "bravo"]
        second = hear(bytes(client.sink.pcm))[1][0] + sum(c for at, c, _ in client.sink.gaps) / 16_000
        # where its clock says nothing of the time that passed, ours does: with all that the machine took
        assert 0.75 <= second <= 1.25 + client.late


async def test_a_stream_that_was_replaced_does_not_come_between() -> None:
    async with sender(settings()) as client:
        old, now = client.stream._sender._ssrc, client.stream._sender._ssrc ^ 0x5A5A

        def before(n: int) -> None:
            client.stream._sender._ssrc = old if n < JUMP or n in (JUMP + 3, JUMP + 5) else now

        await client.play(PACKETS, before)
        client.sink.losses.clear()
        assert client.words() == ["alpha", "bravo"]


async def test_a_sender_that_sends_nothing_is_silent_not_gone() -> None:
    async with sender(settings(stalled_after_s=0.3, gone_after_s=HELD_UP_S)) as client:
        _consent_often(client.peer)
        await client.play(PACKETS[:42])
        await asyncio.sleep(HELD_UP_S + 0.4)
        assert client.sink.states[-1] == "stalled"
        client.stream._timestamp += round((HELD_UP_S + 0.4) * 48_000)
        await client.play(PACKETS[42:])
        await until(lambda: client.sink.states[-1] == "capturing")
        assert set(client.sink.states) == {"connecting", "capturing", "stalled"}
        assert client.words() == ["alpha", "bravo"]


async def test_a_client_that_connects_and_says_nothing_is_waited_for() -> None:
    async with sender(settings(setup_timeout_s=HELD_UP_S, gone_after_s=HELD_UP_S)) as client:
        _consent_often(client.peer)
        await asyncio.sleep(HELD_UP_S + 0.4)
        assert client.sink.states == ["connecting"]
        await client.play(PACKETS[:42])
        await until(lambda: client.sink.states[-1] == "capturing")
        assert "gone" not in client.sink.states


def _consent_often(peer: RTCPeerConnection) -> None:
    """Browsers check consent every few seconds; tests cannot wait so long."""
    connection = peer.getSenders()[0].transport.transport._connection

    async def check() -> None:
        while connection._nominated:
            for pair in connection._nominated.values():
                pair.protocol.transport.sendto(b"\0\1\0\0" + b"\0" * 16, pair.remote_addr)
            await asyncio.sleep(0.2)

    assert connection._query_consent_task is not None
    connection._query_consent_task.cancel()
    connection._query_consent_task = asyncio.ensure_future(check())


async def test_a_client_with_an_rsa_certificate_connects() -> None:
    key = rsa.generate_private_key(65537, 2048)
    certificate = RTCCertificate(key=key, cert=self_signed(key))  # type: ignore[arg-type]  # RSA, which aiortc's types leave out
    async with sender(settings(), certificate=certificate) as client:
        await client.play(PACKETS[:42])
        assert client.words() == ["alpha"]


class HeldBack:
    """What a client sends last of its handshake comes later than the sound that it sends after it."""

    def __init__(self, peer: RTCPeerConnection) -> None:
        self._dtls = peer.getSenders()[0].transport
        self._stock = self._dtls.transport._send
        self._held: list[bytes] = []
        self._dtls.transport._send = self._send

    async def _send(self, data: bytes) -> None:
        ssl = self._dtls._ssl
        if ssl is not None and 19 < data[0] < 64 and b"finished" in ssl.get_state_string():
            self._held.append(data)
        else:
            await self._stock(data)

    async def let_go(self) -> None:
        self._dtls.transport._send = self._stock
        for data in self._held:
            await self._stock(data)


async def test_sound_that_comes_before_its_keys_is_heard() -> None:
    held: list[HeldBack] = []
    async with sender(settings(), before=lambda peer: held.append(HeldBack(peer))) as client:
        for packet in PACKETS[:30]:  # what gathered while the client was connecting, all at once
            client.stream.send(packet)
        await asyncio.sleep(0.05)
        assert not client.sink.pcm
        await held[0].let_go()
        await client.play(PACKETS[30:])
        assert client.words() == ["alpha", "bravo"]
        assert not client.sink.losses


async def test_a_failed_handshake_names_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_cipher(sdp: str) -> str:
        # neither side's certificate is RSA
        monkeypatch.setattr(dtls, "CIPHERS", b"ECDHE-RSA-AES128-GCM-SHA256")
        return sdp

    async with service(settings()) as (url, meetings):
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        try:
            peer.addTransceiver("audio", direction="sendonly")
            with seam.host_addresses(LOOPBACK.host_addresses):
                await peer.setLocalDescription(await peer.createOffer())
            answer = await post(url, no_cipher(peer.localDescription.sdp))
            await peer.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
            sink = _sink(meetings)
            await until(lambda: sink.states[-1:] == ["gone"])
            assert "the DTLS handshake with the client failed" in sink.details[-1]
        finally:
            await peer.close()


def without(pattern: str) -> Callable[[str], str]:
    return lambda sdp: re.sub(pattern, "", sdp, flags=re.M)


def in_session(line: str) -> Callable[[str], str]:
    """The attribute moved from the m-line to the session."""

    def edit(sdp: str) -> str:
        found = re.search(rf"^{line}.*\r\n", sdp, re.M)
        assert found
        rest = sdp.replace(found[0], "")
        return rest.replace("t=0 0\r\n", "t=0 0\r\n" + found[0], 1)

    return edit


def instead(candidate: str) -> Callable[[str], str]:
    return lambda sdp: re.sub(r"^a=candidate:.*\r\n", candidate + "\r\n", sdp, count=1, flags=re.M)


REJECTED = "m=audio 0 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:x\r\na=inactive\r\n"
DATA = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:d\r\na=sctp-port:5000\r\n"
UNNEEDED = (
    "a=extmap:9/sendonly urn:ietf:params:rtp-hdrext:ssrc-audio-level vad=on\r\na=ssrc:77\r\n"
    "a=ssrc:x cname:y\r\na=fmtp:96\r\na=rtcp-fb:96\r\na=rtpmap:97\r\na=rtcp:x\r\n"
    "a=max-message-size:x\r\na=ssrc-group:FID\r\n"
)
ODD_OFFERS: dict[str, Callable[[str], str]] = {
    "no candidates, and their end": without(r"^a=candidate:.*\r\n"),
    "no candidates": without(r"^a=(candidate:|end-of-candidates).*\r\n"),
    "a name for an address": instead("a=candidate:1 1 udp 2130706431 client.example 50000 typ host"),
    "mDNS": instead("a=candidate:1 1 udp 2130706431 4d2c7b9a-0000-4000-8000-000000000000.local 50000 typ host"),
    "TCP only": instead("a=candidate:1 1 tcp 1518280447 127.0.0.1 9 typ host tcptype active"),
    "an address nobody reaches": instead("a=candidate:1 1 udp 2130706431 203.0.113.9 50000 typ host"),
    "direction in the session": in_session("a=sendonly"),
    "no direction": without(r"^a=sendonly\r\n"),
    "trailing blanks": lambda sdp: sdp.replace("\r\n", " \r\n"),
    "bare line feeds": lambda sdp: sdp.replace("\r\n", "\n"),
    "fingerprint in the session": in_session("a=fingerprint:"),
    "ICE in the session": lambda sdp: in_session("a=ice-pwd:")(in_session("a=ice-ufrag:")(sdp)),
    "setup in the session": in_session("a=setup:"),
    "upper case": lambda sdp: sdp.replace("opus/48000", "OPUS/48000"),
    "no group": without(r"^a=group:.*\r\n"),
    "a rejected line more": lambda sdp: sdp + REJECTED,
    "an inactive line more": lambda sdp: sdp + REJECTED.replace("audio 0", "audio 9"),
    "a data channel": lambda sdp: sdp + DATA,
    "what nobody needs": lambda sdp: "\ufeff\r\n" + sdp.replace("t=0 0", "c=x\r\nt=0 0") + UNNEEDED,
}


@pytest.mark.parametrize("kind", ODD_OFFERS)
async def test_an_odd_offer_connects(kind: str) -> None:
    async with sender(settings(), ODD_OFFERS[kind]) as client:
        await client.play(PACKETS[:42])
        assert client.words() == ["alpha"]


def bundle_only(sdp: str) -> str:
    head, first, second = sdp.partition("m=audio")[0], *("m=audio" + s for s in sdp.split("m=audio")[1:])
    second = re.sub(r"^a=(ice-|fingerprint|setup|candidate|end-of).*\r\n", "", second, flags=re.M)
    return head + first + re.sub(r"^m=audio \d+", "m=audio 0", second) + "a=bundle-only\r\n"


@pytest.mark.parametrize(
    ("policy", "offered"),
    [(RTCBundlePolicy.MAX_BUNDLE, bundle_only), (RTCBundlePolicy.MAX_COMPAT, without(r"^a=group:.*\r\n"))],
    ids=["the second shares the way of the first", "each has a way of its own"],
)
async def test_two_lines_connect(policy: RTCBundlePolicy, offered: Callable[[str], str]) -> None:
    async with service(settings()) as (url, meetings):
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=policy))
        try:
            for _ in range(2):
                peer.addTransceiver("audio", direction="sendonly")
            with seam.host_addresses(LOOPBACK.host_addresses):
                await peer.setLocalDescription(await peer.createOffer())
            answer = await post(url, offered(peer.localDescription.sdp), "tab,mic")
            assert answer.status_code == 201, answer.text
            await peer.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
            await _connected(peer)
            sinks = meetings.known["m-1"].sinks
            assert set(sinks) == {Channel.TAB, Channel.MIC}
            streams = [seam.PacketSender(peer, _opus(answer.text)) for _ in sinks]
            streams[1]._sender = peer.getSenders()[1]
            tab, mic = (Client(peer, sinks[channel], [s]) for channel, s in zip(Channel, streams, strict=True))
            await asyncio.gather(tab.play(PACKETS[:42]), mic.play(PACKETS[38:]))
            assert (tab.words(), mic.words()) == (["alpha"], ["bravo"])
        finally:
            await peer.close()


def only_answers(peer: RTCPeerConnection) -> None:
    """Make `peer` an ICE-lite end (RFC 8445, 2.5): it sends no checks and takes the pair the other chooses."""
    for line in peer.getTransceivers():
        transport: Any = line.sender.transport.transport
        connection = transport._connection
        connection.ice_controlling, transport._role_set = False, True

        async def chosen(pair: Any, connection: Any = connection) -> None:
            await until(lambda: pair.remote_nominated)
            pair.nominated = True
            connection.check_state(pair, CandidatePair.State.SUCCEEDED)
            connection.check_complete(pair)

        connection.check_start = chosen


def lite(sdp: str) -> str:
    return sdp.replace("t=0 0\r\n", "t=0 0\r\na=ice-lite\r\n", 1)


async def test_an_end_that_only_answers_is_looked_for() -> None:
    async with sender(settings(), lite, offering=only_answers) as client:
        await client.play(PACKETS[:42])
        assert client.words() == ["alpha"]


NOT_FROM_A_PEER = {
    "nothing": b"",
    "a byte": b"\x80",
    "sound longer than any": b"\x80\x60" + bytes(60_000),
    "a report longer than any": b"\x80\xc8" + bytes(60_000),
    "an alert": bytes.fromhex("15fefd000000000000000100020228"),
    "a STUN attribute cut short": struct.pack("!HHI12sHHI", 1, 8, 0x2112A442, bytes(12), 0x24, 2, 0),
    "a STUN address cut short": struct.pack("!HHI12sHH", 1, 4, 0x2112A442, bytes(12), 0x20, 0),
}


def lengthened(packet: bytes, more: int) -> bytes:
    """The same Opus packet with padding (RFC 6716, 3.2.5)."""
    full, rest = divmod(more, 254)
    return bytes([packet[0] | 3, 0x41, *[255] * full, rest]) + packet[1:] + bytes(more)


async def test_what_no_peer_sends_ends_no_call_and_long_packets_are_heard(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with sender(settings()) as client:
        way: Any = client.peer.getSenders()[0].transport
        widen(way._tx_srtp)
        (pair,) = way.transport._connection._nominated.values()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for odd in NOT_FROM_A_PEER.values():
                stranger.sendto(odd, pair.remote_addr)
        for n, packet in enumerate(PACKETS):  # all at once: the numbers alone count here
            client.stream.send(lengthened(packet, 7000) if n % 10 == 0 else packet)
        await until(lambda: client.sink.position == len(PACKETS) * 320)
        assert client.words() == ["alpha", "bravo"]
    assert not caplog.records


async def test_lost_packets_are_told() -> None:
    async with sender(settings()) as client:
        sink = client.sink

        def lose(n: int) -> None:
            if n % 10 == 5:
                client.stream.skip()

        await client.play(PACKETS, lose)
        await client.peer.close()
        await until(lambda: sink.states[-1] in ("ended", "gone"))
        lost = [loss.amount for loss in sink.losses if loss.cause is LossCause.LOST]
        assert sum(lost) == pytest.approx(8, abs=1)
        assert GapCause.REANCHOR not in [cause for _, _, cause in sink.gaps]
