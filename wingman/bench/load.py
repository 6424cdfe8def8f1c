"""The load: live WebRTC sessions sending marked audio, and the clocks that date it at the provider sockets."""

from __future__ import annotations

import asyncio
import gc
import time
from bisect import bisect_right
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from wingman.bench.marks import CYCLE, PITCHES, Bursts, signal
from wingman.bench.providers import Providers
from wingman.bench.sockets import Chunk
from wingman.bench.timer import Timer
from wingman.core.errors import WingmanError
from wingman.transports import aiortc_seam as seam
from wingman.transports.whip_client import encode

PACKET_S = 0.02
PACKET_BYTES = 640
"""What a packet is at a provider's socket: 16 kHz mono s16."""
NEAR_S = 0.0001
"""Packets nearer to one another than this leave together."""
OPEN_S = 20.0
"""How long a session may take until its provider sockets receive audio."""
GREETINGS = range(0, PITCHES, 2)
"""Pitches by which sessions that open at the same time are told from one another; neighbours stay free."""
TRIES = 10
"""Bursts after which a socket that greets nobody is one of a session that is open already: a reconnect."""


@dataclass(slots=True)
class Session:
    """One client: what it sent when, and what came out at the provider sockets."""

    peer: RTCPeerConnection
    sender: seam.PacketSender
    greeting: int | None = None
    """The pitch it repeats until all its provider sockets are known by it; None once they are."""
    greeted: int = 0
    """Packets of that sent so far."""
    sent: list[float] = field(default_factory=list)
    """When each packet after the greeting went out, by number."""
    outlets: dict[str, ProviderSocket] = field(default_factory=dict)

    def send(self, packets: Sequence[bytes]) -> None:
        """The next packet of its greeting, or of the round that dates itself."""
        if self.greeting is not None:
            self.sender.send(packets[self.greeting * CYCLE + self.greeted % CYCLE])
            self.greeted += 1
            return
        self.sent.append(self.sender.send(packets[len(self.sent) % len(packets)]))


class ProviderSocket:
    """One provider socket of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._bursts = Bursts()
        self.latencies: list[float] = []
        self.bytes = 0

    def chunk(self, pcm: bytes, now: float) -> None:
        """A chunk arrived at `now`: date it by the packet it ends with."""
        self.bytes += len(pcm)
        burst = self._bursts.feed(pcm, now)
        if burst is None:
            return
        sent = self._session.sent
        newest = (bisect_right(sent, burst.arrived) - 1 - burst.after) // CYCLE
        cycle = newest - (newest - burst.pitch) % PITCHES
        number = cycle * CYCLE + burst.after
        if 0 <= number < len(sent):
            self.latencies.append(burst.arrived - sent[number])


class _Newcomer:
    """A provider socket of which nobody knows whose it is, until the same pitch comes twice in a row."""

    def __init__(self, claim: Callable[[int], ProviderSocket | None]) -> None:
        self._claim = claim
        self._bursts = Bursts()
        self._pitch = -1
        self._left = TRIES
        self._outlet: ProviderSocket | None = None

    def chunk(self, pcm: bytes, now: float) -> None:
        """What the socket was sent."""
        if self._outlet is not None:
            self._outlet.chunk(pcm, now)
        elif self._left and (burst := self._bursts.feed(pcm, now)) is not None:
            self._left -= 1
            if burst.pitch == self._pitch:
                self._outlet = self._claim(self._pitch)
            self._pitch = burst.pitch


class Load:
    """Sessions against one server. `post` sends an offer its way and returns the answer's SDP."""

    def __init__(
        self,
        post: Callable[[str], Any],
        outlets: tuple[str, ...],
        data_channel: bool = False,
        *,
        talkative: bool = False,
    ) -> None:
        self._post = post
        self._wanted = outlets
        self._data_channel = data_channel
        self.sessions: list[Session] = []
        self.delivered = 0.0
        """Share of the audio sent during the last `measure` that reached the provider sockets during it."""
        self.resting = False
        """While it is True no session sends; its sound goes on afterwards where it stopped."""
        self.providers = Providers(self.newcomer, talkative=talkative)
        self._packets: list[bytes] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Load]:
        """The provider sockets and the sender; leaving closes every session."""
        # the second of two rounds: the codec has settled, and the round repeats cleanly
        self._packets = [bytes(p) for p in encode(chain(signal(), signal()))][-PITCHES * CYCLE :]
        async with self.providers.open(), asyncio.TaskGroup() as tasks:
            ticker = tasks.create_task(self._tick())
            try:
                yield self
            finally:
                ticker.cancel()
                await asyncio.gather(*(session.peer.close() for session in self.sessions))

    async def grow(self, count: int) -> None:
        """Open sessions, some at a time, until there are `count`. Raises `WingmanError` when one fails."""
        missing = iter(range(count - len(self.sessions)))
        opening = [asyncio.ensure_future(self._open_some(missing, pitch)) for pitch in GREETINGS]
        try:
            await asyncio.gather(*opening)
        finally:
            for task in opening:
                task.cancel()
            await asyncio.wait(opening)

    async def _open_some(self, missing: Iterator[int], pitch: int) -> None:
        for _ in missing:
            await self._open(pitch)

    async def measure(self, seconds: float) -> list[float]:
        """Latencies in seconds of every onset at every socket during the next `seconds`."""
        gc.collect()
        gc.freeze()  # a pass over all peers would stop this process, and count as the server's lateness
        for outlet in self._outlets:
            outlet.latencies.clear()
        arrived, sent = self._totals
        await asyncio.sleep(seconds)
        arrived, sent = self._totals[0] - arrived, self._totals[1] - sent
        self.delivered = arrived / max(1, sent * PACKET_BYTES * len(self._wanted))
        return self.latencies()

    def latencies(self, branch: str | None = None) -> list[float]:
        """What the last `measure` heard, of one provider or of all."""
        outlets = [o for s in self.sessions for name, o in s.outlets.items() if branch in (None, name)]
        return [x for outlet in outlets for x in outlet.latencies]

    @property
    def _outlets(self) -> list[ProviderSocket]:
        return [outlet for session in self.sessions for outlet in session.outlets.values()]

    @property
    def sent_s(self) -> float:
        """Seconds of audio that all sessions together have sent so far, greetings apart."""
        return PACKET_S * sum(len(session.sent) for session in self.sessions)

    @property
    def _totals(self) -> tuple[int, int]:
        """Bytes that arrived at all sockets, and packets that were sent, so far."""
        return sum(outlet.bytes for outlet in self._outlets), sum(len(s.sent) for s in self.sessions)

    def silent(self) -> int:
        """Sockets at which nothing arrived since the last `measure` began."""
        return sum(not outlet.latencies for outlet in self._outlets)

    async def _open(self, pitch: int) -> None:
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        peer.addTransceiver("audio", direction="sendonly")
        if self._data_channel:
            peer.createDataChannel("text")
        with seam.host_addresses(("127.0.0.1",)):
            await peer.setLocalDescription(await peer.createOffer())
        offer = peer.localDescription.sdp
        session = Session(peer, seam.PacketSender(peer, _payload_type(offer)), pitch)
        self.sessions.append(session)
        await peer.setRemoteDescription(RTCSessionDescription(await self._post(offer), "answer"))
        deadline = time.perf_counter() + OPEN_S
        # sockets open in a callback of the provider's server; there is no one event to wait for
        while set(session.outlets) != set(self._wanted):
            if time.perf_counter() > deadline:
                raise WingmanError(f"session {len(self.sessions)} reached only {sorted(session.outlets)}")
            await asyncio.sleep(0.02)
        session.greeting = None

    def newcomer(self, branch: str) -> Chunk:
        """What takes the chunks of a provider socket that has just been opened."""
        return _Newcomer(lambda pitch: self._greeted(branch, pitch)).chunk

    def _greeted(self, branch: str, pitch: int) -> ProviderSocket | None:
        """The outlet of the session that opens with this pitch; None where none does."""
        for session in reversed(self.sessions):
            if session.greeting == pitch and branch not in session.outlets:
                outlet = session.outlets[branch] = ProviderSocket(session)
                return outlet
        return None

    async def _tick(self) -> None:
        """Every connected session sends a packet every 20 ms, spread evenly so that none is favoured."""
        with Timer() as timer:
            began = time.perf_counter()
            number = 0
            while True:
                while self.resting:
                    await timer.sleep(PACKET_S)
                    began, number = time.perf_counter(), 0
                sessions = list(self.sessions)
                for at, session in enumerate(sessions):
                    due = began + (number + at / len(sessions)) * PACKET_S
                    if (wait := due - time.perf_counter()) > NEAR_S:
                        await timer.sleep(wait)
                    if session.peer.connectionState == "connected":
                        session.send(self._packets)
                number += 1
                if (wait := began + number * PACKET_S - time.perf_counter()) > 0:
                    await timer.sleep(wait)
                else:
                    await asyncio.sleep(0)


def _payload_type(offer: str) -> int:
    line = next(line for line in offer.splitlines() if line.startswith("a=rtpmap:") and "opus" in line)
    return int(line[len("a=rtpmap:") :].split(" ")[0])


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` (0 to 1) of `values` lie; infinite when there are none."""
    if not values:
        return float("inf")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def summary(latencies: list[float]) -> Mapping[str, float]:
    """p50 and p99 in milliseconds."""
    return {name: percentile(latencies, share) * 1000 for name, share in (("p50", 0.5), ("p99", 0.99))}
