"""A browser's or WHIP client's peer connection as an audio source."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import structlog

from wingman.audio.decode import opus_decoder, pcm_of
from wingman.audio.source import ChannelSink
from wingman.audio.stream_sync import PeerTimeline
from wingman.config.transports import IngestSettings
from wingman.core.errors import InputError
from wingman.core.shared_timer import shared_timer
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.transports.ice_candidates import CandidateBudget
from wingman.transports.ice_fragment import IceFragment
from wingman.transports.inbound_track import InboundTrack
from wingman.transports.sdp import Offer, finish_answer

if TYPE_CHECKING:
    from aiortc import RTCPeerConnection, RTCRtpReceiver

    from wingman.transports.aiortc_seam import DirectPath, Liveness, PacketHandler

_UFRAG = re.compile(r"^a=ice-ufrag:(\S+)", re.MULTILINE)
_CANDIDATE = re.compile(r"^a=candidate:([^\r\n]*)", re.MULTILINE)

log = structlog.get_logger(__name__)

WATCH_S = 1.0
"""How often the watchdog looks at what runs, at most; a quarter of what it watches for, where that is less."""
LOOK_S = 0.25
"""The same before it does."""
CLOSE_S = 5.0
"""How long a goodbye may take: whoever ends a session or a meeting waits for it."""
FORMER = 16
"""Restarts of a session whose own late candidates are known as such."""
LOSSES_S = 10.0
"""How often lost packets are told, where there are any."""


class WebRtcSource:
    """One peer connection with one audio track per channel.

    `accept` negotiates; `run` (in the meeting's TaskGroup) feeds the sinks until the peer is gone. Whoever
    called `accept` and then does not `run` must `close`.
    """

    def __init__(self, offer: Offer, settings: IngestSettings) -> None:
        self._offer = offer
        self._settings = settings
        self._peer: RTCPeerConnection | None = None
        self._direct = settings.media_path == "direct"
        self._ended = asyncio.Event()
        self._failure = ""
        self._life: Liveness | None = None
        self._path: DirectPath | None = None
        found = _UFRAG.search(offer.sdp)
        self._ufrag = found[1] if found else ""
        self._former: deque[str] = deque(maxlen=FORMER)
        self._restarted: IceFragment | None = None
        self._budget = CandidateBudget(_CANDIDATE.findall(offer.sdp), settings.candidates != "near")
        self._patching = asyncio.Lock()
        self._inlets = [_Inlet() for _ in offer.channels]

    @property
    def channels(self) -> tuple[Channel, ...]:
        return self._offer.channels

    @property
    def recorded(self) -> bool:
        return False

    @property
    def ended(self) -> bool:
        """True when the peer connection is over."""
        return self._ended.is_set()

    @property
    def connected(self) -> bool:
        """True while packets have a way here."""
        return self._peer is not None and self._peer.connectionState == "connected"

    async def accept(self) -> str:
        """Negotiate; returns the answer's SDP. Raises `InputError` when the offer cannot be accepted."""
        # aiortc takes 0.4 s and 37 MB to import: the first peer pays, not the start of the service
        from aiortc import (
            RTCBundlePolicy,
            RTCConfiguration,
            RTCIceServer,
            RTCPeerConnection,
            RTCSessionDescription,
        )
        from aiortc.exceptions import InternalError, InvalidStateError, OperationError

        from wingman.transports import aiortc_seam as seam

        servers = [RTCIceServer(**_ice_server(url)) for url in self._settings.ice_servers]
        # without a bundle each m-line has a way of its own, also where there are several of one kind
        bundling = RTCBundlePolicy.BALANCED if self._offer.grouped else RTCBundlePolicy.MAX_COMPAT
        self._peer = peer = RTCPeerConnection(RTCConfiguration(iceServers=servers, bundlePolicy=bundling))
        peer.on("connectionstatechange", self._on_state)
        try:
            with seam.host_addresses(self._settings.host_addresses):
                await peer.setRemoteDescription(RTCSessionDescription(self._offer.sdp, "offer"))
                direct = self._prepare(peer)
                await peer.setLocalDescription(await peer.createAnswer())
                self._life = seam.Liveness()
                self._life.watch(peer)
                if direct is not None:
                    direct.hook_sockets(self._life)
                    self._path = direct
        except (ValueError, IndexError, KeyError, AssertionError, OperationError) as refused:
            await self.close()
            raise InputError(
                f"the offer cannot be accepted: {refused or 'it is malformed'}", field="body"
            ) from None
        except (InvalidStateError, InternalError):
            await self.close()
            raise InputError("the peer connection was closed while it was negotiated", status=409) from None
        return finish_answer(peer.localDescription.sdp, self._offer.unused, self._offer.grouped)

    def _prepare(self, peer: RTCPeerConnection) -> DirectPath | None:
        """Put the chosen media path between aiortc and the tracks."""
        from wingman.transports import aiortc_seam as seam

        if reason := seam.unfit():
            log.warning("media path without its improvements", reason=reason)
            self._direct = False
            return None
        if self._direct:
            direct = seam.DirectPath(peer, self._inlets)
            for inlet, receiver in zip(self._inlets, seam.audio_receivers(peer), strict=True):
                seam.on_control(receiver, inlet.report, inlet.goodbye)
            return direct
        for inlet, receiver in zip(self._inlets, seam.audio_receivers(peer), strict=True):
            inlet.origin = seam.reorder_only(receiver, self._settings.reorder_packets)
            seam.on_control(receiver, inlet.report, inlet.goodbye)
        return None

    async def run(self, sinks: Mapping[Channel, ChannelSink]) -> None:
        """Feed the sinks until the peer closes, is gone for too long, or the task is cancelled."""
        from wingman.transports import aiortc_seam as seam

        peer = self._peer
        if peer is None:
            raise RuntimeError("accept() comes before run()")
        peer_timeline = PeerTimeline(max(sinks[channel].position for channel in self.channels))
        depth = self._settings.reorder_packets
        tracks = [InboundTrack(channel, sinks[channel], peer_timeline, depth) for channel in self.channels]
        for track in tracks:
            sinks[track.channel].state("connecting")
        try:
            for inlet, track in zip(self._inlets, tracks, strict=True):
                inlet.lead_to(track)
            if self._direct:
                for track in tracks:
                    track.use(opus_decoder(), self._settings.conceal_loss)
                await self._watch(tracks, sinks)
                return
            async with asyncio.TaskGroup() as tasks:
                receivers = seam.audio_receivers(peer)
                pumps = [tasks.create_task(_pump(r, track)) for r, track in zip(receivers, tracks, strict=True)]
                await self._watch(tracks, sinks)
                for pump in pumps:
                    pump.cancel()
        finally:
            for inlet in self._inlets:
                inlet.lead_to(None)
            for track in tracks:
                track.close()
            await self.close()

    @property
    def mids(self) -> tuple[str, ...]:
        """The offer's media sections by name."""
        return tuple(re.findall(r"^a=mid:(\S+)", self._offer.sdp, re.MULTILINE))

    async def patch(self, fragment: IceFragment, *, again: bool = False) -> IceFragment | None:
        """Candidates that were found later (None), or new credentials: ours for the restart (RFC 9725, 4.3).

        Candidates for a way that was given up come too late and are passed over, unless it is in use again: the
        restart found none. Whose they are, the user fragment says (RFC 8838, 9).

        `again`: the answer to the last restart may have got lost, and is given once more. Raises `InputError`
        when the session is over or its media path knows no restart.
        """
        ice = self._path.ice if self._path is not None else None
        if ice is None or self._peer is None:
            raise InputError("this session cannot change its way; make a new one", field="session", status=409)
        from wingman.transports import aiortc_seam as seam

        async with self._patching:
            if fragment.ufrag == self._ufrag:
                if again and self._restarted is not None:
                    return self._restarted
            elif not ice.serves(fragment.ufrag):
                if fragment.ufrag in self._former:
                    return None
                self._budget.renew(asyncio.get_running_loop().time())
                fragment = replace(fragment, candidates=self._budget.take(fragment.candidates))
                with seam.host_addresses(self._settings.host_addresses):
                    self._restarted = await ice.restart(fragment)
                self._former.append(self._ufrag)
                self._ufrag = fragment.ufrag
                return self._restarted
            await ice.trickle(replace(fragment, candidates=self._budget.take(fragment.candidates)))
            return None

    async def close(self) -> None:
        """Close the peer connection, within `CLOSE_S`. Idempotent."""
        path, self._path = self._path, None
        peer, self._peer = self._peer, None
        try:
            async with asyncio.timeout(CLOSE_S):
                if path is not None:
                    await path.close()
                if peer is not None:
                    peer.remove_all_listeners()
                    await peer.close()
        except TimeoutError:
            log.warning("a peer connection did not close in time; its sockets were cut", seconds=CLOSE_S)
        finally:
            if peer is not None:
                self._cut(peer)
            self._ended.set()

    def _cut(self, peer: RTCPeerConnection) -> None:
        from wingman.transports import aiortc_seam as seam

        seam.abort(peer)

    def _on_state(self) -> None:
        state = self._peer.connectionState if self._peer is not None else "closed"
        log.debug("peer", state=state)
        if state in ("failed", "closed"):
            self._failure = self._failed_step()
            self._ended.set()

    def _failed_step(self) -> str:
        from wingman.transports import aiortc_seam as seam

        return seam.failure(self._peer) if self._peer is not None else ""

    async def _watch(self, tracks: Sequence[InboundTrack], sinks: Mapping[Channel, ChannelSink]) -> None:
        """Report each channel's state; return when the peer is over."""
        loop = asyncio.get_running_loop()
        began = told = loop.time()
        pause = min(WATCH_S, self._settings.stalled_after_s / 4, self._settings.gone_after_s / 4)
        while not self._ended.is_set():
            now = loop.time()
            if detail := self._gone(tracks, began, now):
                _tell(tracks, sinks, "gone", detail)
                return
            for track in tracks:
                self._report(track, sinks[track.channel], now)
                if now - told > LOSSES_S:
                    track.tell_losses()
            told = now if now - told > LOSSES_S else told
            waits = any(track.last_arrival is None for track in tracks)
            await shared_timer(LOOK_S if waits else pause).wait()
        _tell(tracks, sinks, "gone" if self._failure else "ended", self._failure)

    def _gone(self, tracks: Sequence[InboundTrack], began: float, now: float) -> str:
        """Why the peer counts as gone; empty while it lives.

        Silence alone is not absence: its consent checks and reports prove life, unless it said goodbye.
        """
        heard = max((track.last_arrival or 0.0 for track in tracks), default=0.0)
        connected = self.connected
        left = heard and all(track.left for track in tracks)
        alive = self._life.seen if self._life is not None and connected and not left else began
        limit = self._settings.gone_after_s if heard or connected else self._settings.setup_timeout_s
        if now - max(heard, alive) <= limit:
            return ""
        if heard or connected:
            return f"nothing came for {limit:g} s; the capture must be started again"
        return f"the client did not connect within {limit:g} s; check that it can reach this address"

    def _report(self, track: InboundTrack, sink: ChannelSink, now: float) -> None:
        if track.last_arrival is None:
            return
        if now - track.last_arrival > self._settings.stalled_after_s:
            sink.state("stalled", "the client is connected but sends no audio")
        elif track.no_signal:
            sink.state("no_signal", "only digital silence is coming; is it the right tab or microphone?")
        else:
            sink.state("capturing")


class _Inlet:
    """Where packets and sender reports go: a track while the source runs, nowhere before and after."""

    __slots__ = ("_track", "origin", "packet")

    def __init__(self) -> None:
        self._track: InboundTrack | None = None
        self.packet: PacketHandler = _nowhere
        """Takes what arrives."""
        self.origin: Callable[[], int | None] = lambda: 0
        """RTP timestamp that the track knows as 0."""

    def lead_to(self, track: InboundTrack | None) -> None:
        """From now on there."""
        self._track = track
        self.packet = _nowhere if track is None else track.packet

    def report(self, ntp: int, timestamp: int, ssrc: int) -> None:
        origin = self.origin()
        if self._track is not None and origin is not None:
            self._track.report(ntp, (timestamp - origin) % (1 << 32), ssrc)

    def goodbye(self, ssrc: int) -> None:
        if self._track is not None:
            self._track.goodbye(ssrc)


def _nowhere(sequence: int, timestamp: int, payload: bytes, now: float, ssrc: int) -> None:
    """No source runs: what arrives is not for anybody."""


async def _pump(receiver: RTCRtpReceiver, track: InboundTrack) -> None:
    """The portable path: decoded frames out of aiortc's public `recv`, resampled, into the track."""
    from aiortc.mediastreams import MediaStreamError

    resample = _Resampler()
    clock = asyncio.get_running_loop().time
    while True:
        try:
            frame = await receiver.track.recv()
        except MediaStreamError:
            return
        for timestamp, pcm in resample(frame):
            track.pcm(timestamp, pcm, clock())


class _Resampler:
    """48 kHz frames to 16 kHz mono; begins anew where the stream has a hole, so that none is smeared over."""

    def __init__(self) -> None:
        import av

        self._make: Callable[[], Any] = lambda: av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
        self._resampler = self._make()
        self._expected: int | None = None

    def __call__(self, frame: Any) -> list[tuple[int, bytes]]:
        if self._expected is not None and frame.pts != self._expected:
            self._resampler = self._make()
        self._expected = frame.pts + frame.samples
        return [(frame.pts, pcm_of(out)) for out in self._resampler.resample(frame)]


def _tell(
    tracks: Sequence[InboundTrack], sinks: Mapping[Channel, ChannelSink], state: str, detail: str
) -> None:
    for track in tracks:
        sinks[track.channel].state(state, detail)


def _ice_server(text: str) -> dict[str, str]:
    """Address and credentials in `stun:host:port` or `turn:user:password@host:port`."""
    scheme, _, rest = text.partition(":")
    credentials, _, place = rest.rpartition("@")
    user, _, password = credentials.partition(":")
    found = {"urls": f"{scheme}:{place}"}
    return {**found, "username": user, "credential": password} if user else found
