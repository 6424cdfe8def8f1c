"""A WHIP client: sends up to two Opus tracks from a file into a running service, over a real peer connection.

What the demo and the benchmarks use in place of a browser. Both tracks follow one clock and start on the same
sample, Opus at 32 kb/s in 20 ms packets.

Source: RFC 9725 section 4 (POST of the offer, the answer's `Location`, DELETE).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError

from wingman.audio.channel_map import ChannelSource
from wingman.audio.recording import Recording, probe, read
from wingman.core.errors import WingmanError
from wingman.core.losses import Loss
from wingman.core.media import PcmBlock
from wingman.core.time import BYTES_PER_SAMPLE, Channel
from wingman.transports import aiortc_seam as seam

OPUS_RATE = 48_000
FRAME = OPUS_RATE // 50
"""Samples of one 20 ms packet."""
BITRATE = 32_000
TIME_BASE = Fraction(1, OPUS_RATE)

Pcm = Iterator[bytes]
"""Blocks of 48 kHz mono s16, of any length."""


@dataclass(frozen=True, slots=True)
class Session:
    """An accepted session: where it is, and the meeting it feeds."""

    resource: str
    meeting: str


def file_tracks(path: Path, channels: Sequence[Channel]) -> dict[Channel, Pcm]:
    """The channels of a media file as tracks. Raises `InputError` as `wingman.audio.recording.probe` does."""
    media = probe(path, [ChannelSource(channel) for channel in channels])
    # each track reads the file for itself, so that neither has to hold what the other has not taken yet
    return {channel: _one(media, channel) for channel in media.channels}


def _one(media: Recording, channel: Channel) -> Pcm:
    for piece in read(media, OPUS_RATE):
        if isinstance(piece, Loss) or piece[0] is not channel:
            continue
        item = piece[1]
        if isinstance(item, PcmBlock):
            yield item.pcm
            continue
        for at in range(0, item.span.length, OPUS_RATE):
            yield bytes(BYTES_PER_SAMPLE * min(OPUS_RATE, item.span.length - at))


async def send(
    url: str,
    token: str,
    tracks: Mapping[Channel, Path | Pcm],
    *,
    query: Mapping[str, str] | None = None,
    host_addresses: Sequence[str] = (),
    on_session: Callable[[Session], None] | None = None,
) -> Session:
    """Play `tracks` into the service at `url` (its root, `http://127.0.0.1:8710`), in real time, to the end.

    `query` goes to `POST /whip` (`meeting`, `playbook`, …). `on_session` hears of the accepted session at once.
    Raises `WingmanError` when the service refuses or cannot be reached.
    """
    clock = _Clock()
    sources = {
        channel: file_tracks(source, [channel])[channel] if isinstance(source, Path) else source
        for channel, source in tracks.items()
    }
    senders = [OpusTrack(source, clock) for source in sources.values()]
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(headers=headers, timeout=15.0, trust_env=False) as http:
        try:
            for sender in senders:
                peer.addTransceiver(sender, direction="sendonly")
            with seam.host_addresses(host_addresses):
                await peer.setLocalDescription(await peer.createOffer())
            params = {"channels": ",".join(tracks), **(query or {})}
            session, answer = await _post(http, url, peer.localDescription.sdp, params)
            await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
            if on_session is not None:
                on_session(session)
            await _until_over(peer, senders)
            with contextlib.suppress(
                httpx.HTTPError
            ):  # all is sent; the service sees a peer that is gone as well
                await http.delete(session.resource)
            return session
        finally:
            await peer.close()


async def _post(
    http: httpx.AsyncClient, url: str, offer: str, params: Mapping[str, str]
) -> tuple[Session, str]:
    target = urljoin(url if url.endswith("/") else url + "/", "whip")
    try:
        reply = await http.post(
            target, params=params, content=offer, headers={"Content-Type": "application/sdp"}
        )
    except httpx.HTTPError as failed:
        raise WingmanError(f"the service at {url} cannot be reached ({type(failed).__name__})") from None
    if reply.status_code != 201:
        raise WingmanError(f"the service refused the session with {reply.status_code}: {reply.text[:300]}")
    resource = urljoin(target, reply.headers["location"])
    return Session(resource, reply.headers.get("x-wingman-meeting", "")), reply.text


async def _until_over(peer: RTCPeerConnection, senders: Sequence[OpusTrack]) -> None:
    closed = asyncio.Event()

    def on_state() -> None:
        if peer.connectionState in ("failed", "closed"):
            closed.set()

    peer.on("connectionstatechange", on_state)
    async with asyncio.TaskGroup() as tasks:
        lost = tasks.create_task(closed.wait())
        played = tasks.create_task(_all_played(senders))
        await asyncio.wait((lost, played), return_when=asyncio.FIRST_COMPLETED)
        lost.cancel()
        played.cancel()
    if closed.is_set():
        raise WingmanError("the service closed the connection before the recording was over")


async def _all_played(senders: Sequence[OpusTrack]) -> None:
    for sender in senders:
        await sender.played.wait()
    await asyncio.sleep(0.1)  # the last packet is on its way


class _Clock:
    """When packet n is due; begins with the first packet anybody asks for."""

    def __init__(self) -> None:
        self._began: float | None = None

    async def wait(self, packet: int) -> None:
        loop = asyncio.get_running_loop()
        if self._began is None:
            self._began = loop.time()
        delay = self._began + packet * FRAME / OPUS_RATE - loop.time()
        if delay > 0:
            await asyncio.sleep(delay)


class OpusTrack(MediaStreamTrack):
    """A track of ready-made Opus packets."""

    kind = "audio"

    def __init__(self, pcm: Pcm, clock: _Clock) -> None:
        super().__init__()
        self._packets = encode(pcm)
        self._clock = clock
        self._count = 0
        self.played = asyncio.Event()
        """Set when the last packet was handed out."""

    async def recv(self) -> Any:
        await self._clock.wait(self._count)
        packet = next(self._packets, None)
        if packet is None:
            self.played.set()
            self.stop()
            raise MediaStreamError
        self._count += 1
        return packet


def encode(pcm: Pcm) -> Iterator[Any]:
    """48 kHz mono PCM as Opus packets (`av.Packet`), stamped from 0."""
    import av

    encoder: Any = av.CodecContext.create("libopus", "w")
    encoder.sample_rate = OPUS_RATE
    encoder.layout = "mono"
    encoder.format = "s16"
    encoder.bit_rate = BITRATE
    encoder.options = {"application": "voip", "frame_duration": "20"}
    encoder.time_base = TIME_BASE
    number = 0
    for samples in _frames(pcm):
        frame = av.AudioFrame(format="s16", layout="mono", samples=FRAME)
        frame.sample_rate = OPUS_RATE
        frame.planes[0].update(samples.ljust(frame.planes[0].buffer_size, b"\0"))
        frame.pts = number * FRAME
        for packet in encoder.encode(frame):
            packet.pts = packet.dts = number * FRAME
            packet.time_base = TIME_BASE
            number += 1
            yield packet


def _frames(pcm: Pcm) -> Iterator[bytes]:
    """Blocks of any length as frames of 20 ms; the last one is filled up with silence."""
    size = FRAME * BYTES_PER_SAMPLE
    held = b""
    for block in pcm:
        held += block
        while len(held) >= size:
            yield held[:size]
            held = held[size:]
    if held:
        yield held.ljust(size, b"\0")
