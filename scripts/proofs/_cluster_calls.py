"""Callers as a page is one: sound by WHIP, an overlay beside it, and coming back to any node by themselves."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import Any

import httpx
import websockets
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from scripts.proofs._cluster_talk import sound
from tests.support.node_processes import HEADERS, Process
from tests.support.whip import SDP
from wingman.transports import aiortc_seam as seam
from wingman.transports.whip_client import encode

PACKET_S = 0.02
CONNECT_S = 8.0
AGAIN_S = 0.25
LOOK_S = 0.15
SILENT_S = 0.9
"""Three reports come a second; a page doubts a line on which none came for so long (`whip.js`)."""

Nodes = Callable[[], Sequence[Process]]
"""The nodes a balancer would send to now."""


def packets() -> list[bytes]:
    """One round of all words, as Opus."""
    rounds = [bytes(packet) for packet in encode(chain(sound(), sound()))]
    return rounds[len(rounds) // 2 :]  # the second one: the codec has settled


class Line:
    """One WHIP connection."""

    def __init__(self) -> None:
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.peer.addTransceiver("audio", direction="sendonly")
        self.answered = self.connected = 0.0
        """When the node had answered, and when sound could go out (`time.monotonic`)."""
        self._sender: seam.PacketSender | None = None

    async def open(self, node: Process, **query: str) -> None:
        """Raises one of `httpx.HTTPError`, `TimeoutError` or `RuntimeError`."""
        with seam.host_addresses(("127.0.0.1",)):
            await self.peer.setLocalDescription(await self.peer.createOffer())
        offer = self.peer.localDescription.sdp
        async with client(node) as http:
            reply = await http.post("/whip", content=offer, headers=SDP, params={"channels": "tab", **query})
        if reply.status_code != 201:
            raise RuntimeError(f"{reply.status_code} {reply.text[:120]}")
        self.answered = time.monotonic()
        await self.peer.setRemoteDescription(RTCSessionDescription(reply.text, "answer"))
        async with asyncio.timeout(CONNECT_S):
            while self.peer.connectionState != "connected":  # noqa: ASYNC110 - aiortc has no event to wait for
                await asyncio.sleep(0.01)
        self.connected = time.monotonic()
        line = next(one for one in offer.splitlines() if one.startswith("a=rtpmap:") and "opus" in one)
        self._sender = seam.PacketSender(self.peer, int(line[len("a=rtpmap:") :].split(" ")[0]))

    def send(self, packet: bytes) -> None:
        if self._sender is not None:
            self._sender.send(packet)

    async def heard_of(self) -> float:
        """When the newest receiver report came (`time.time`); 0 before the first."""
        report = await self.peer.getSenders()[0].getStats()
        came = [one.timestamp.timestamp() for one in report.values() if one.type == "remote-inbound-rtp"]
        return max(came, default=0.0)


def client(node: Process) -> httpx.AsyncClient:
    """Without certificates: to read them takes longer than the handshakes of a take-over."""
    return httpx.AsyncClient(base_url=node.url, headers=HEADERS, trust_env=False, timeout=5, verify=False)


@dataclass(frozen=True, slots=True)
class Away:
    """One failure as a caller lived through it: seconds from the first sign of it to the next word."""

    failed: float
    """When that sign was (`time.monotonic`)."""
    answered: float
    """Until another node had answered the offer: the meeting runs there."""
    connected: float
    """From then until sound could go out."""
    heard: float
    """From then until the next word."""
    story: str = ""
    """What happened when, for people."""

    @property
    def total(self) -> float:
        return self.answered + self.connected + self.heard

    @property
    def parts(self) -> str:
        """For people."""
        return f"{self.answered:.1f} + {self.connected:.1f} + {self.heard:.1f} s ({self.story})"


@dataclass
class Caller:
    """One meeting, its sound and its overlay."""

    nodes: Nodes
    chance: random.Random
    meeting: str = ""
    seen: list[dict[str, Any]] = field(default_factory=list)
    moves: int = 0
    away: list[Away] = field(default_factory=list)
    resets: int = 0
    _lines: list[Line] = field(default_factory=list)
    _epoch: int = 0
    _failed: float = 0.0
    _moving: asyncio.Task[None] | None = None
    _asking: bool = False
    _story: list[str] = field(default_factory=list)

    async def begin(self) -> None:
        """Make the meeting and send its sound."""
        while not self.meeting:
            with contextlib.suppress(httpx.HTTPError):
                async with client(self._node()) as http:
                    made = await http.post("/api/meetings", json={"title": "Renewal"})
                self.meeting = made.json().get("id", "")
            if not self.meeting:  # a node whose loop is late takes nothing new for a while
                await asyncio.sleep(AGAIN_S)
        await self._connect()

    def say(self, packet: bytes) -> None:
        for line in self._lines:
            line.send(packet)

    async def watch(self) -> None:
        """The overlay: follow the meeting on any node until cancelled."""
        while True:
            last = self.seen[-1]["seq"] if self.seen else 0
            with contextlib.suppress(OSError, TimeoutError, websockets.WebSocketException):
                where = f"/api/meetings/{self.meeting}/ws?after={last}&epoch={self._epoch}"
                async with self._node().socket(where) as overlay:
                    await self._after_a_break()
                    async for text in overlay:
                        self._take(json.loads(text))
            self._fail(time.monotonic(), "overlay")
            await asyncio.sleep(AGAIN_S * self.chance.uniform(0.5, 1.0))

    async def mind(self) -> None:
        """Look whether anything comes back on the line, as a page does, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            if not self._lines or self._moving is not None:
                continue
            came = await self._lines[-1].heard_of()
            if came and (silent := time.time() - came) > SILENT_S:
                self._fail(time.monotonic() - silent, "silence")
                await self._after_a_break()

    async def close(self) -> None:
        if self._moving is not None:
            self._moving.cancel()
            await asyncio.wait([self._moving])
        for line in self._lines:
            await line.peer.close()

    def _fail(self, at: float, what: str) -> None:
        """The first sign that something is wrong, unless there was one."""
        if not self._failed:
            self._failed, self._story = at, []
        self._note(what)

    def _note(self, what: str) -> None:
        if self._failed and (not self._story or not self._story[-1].endswith(what)):
            self._story.append(f"{time.monotonic() - self._failed:.1f} {what}")

    def _node(self) -> Process:
        return self.chance.choice(list(self.nodes()))

    async def _connect(self, **query: str) -> None:
        while True:
            line, node = Line(), self._node()
            self._note(f"offer to {node.port}")
            try:
                await line.open(node, meeting=self.meeting, **query)
            except (httpx.HTTPError, TimeoutError, RuntimeError) as failed:
                self._note(f"{type(failed).__name__} {failed}")
                await line.peer.close()
                if query:
                    return
                await asyncio.sleep(AGAIN_S)
            else:
                old, self._lines = self._lines, [*self._lines, line] if query else [line]
                for one in old if not query else ():
                    await one.peer.close()
                return

    async def _after_a_break(self) -> None:
        """As a page does: whoever runs it may be gone, and then the sound goes elsewhere at once."""
        if not self._failed or self._moving is not None or self._asking:
            return
        self._asking = True
        try:
            await self._ask()
        finally:
            self._asking = False

    async def _ask(self) -> None:
        with contextlib.suppress(httpx.HTTPError, ValueError, KeyError):
            async with client(self._node()) as http:
                state = (await http.get(f"/api/meetings/{self.meeting}")).json()["state"]
            self._note(state)
            if state == "orphaned" and self._moving is None:
                self._begin(self._connect())
            elif (
                state != "orphaned"
                and self._lines
                and time.time() - await self._lines[-1].heard_of() < SILENT_S
            ):
                self._failed = 0.0  # it was the overlay's node alone

    def _begin(self, job: Any) -> None:
        self._moving = asyncio.ensure_future(job)
        self._moving.add_done_callback(lambda _: setattr(self, "_moving", None))

    def _take(self, event: dict[str, Any]) -> None:
        kind, data = event["type"], event["data"]
        if kind in ("stream.caught_up", "stream.reset", "meeting.moved"):
            self._epoch = data["epoch"]
        if kind == "stream.caught_up":
            return
        if kind == "stream.reset":
            self.resets += 1
            return
        self.seen.append(event)
        if kind == "meeting.move" and self._moving is None and len(self._lines) == 1:
            self._begin(self._connect(to=data["to"]))
        if kind == "meeting.moved":
            self.moves += 1
            if len(self._lines) > 1:
                old, self._lines = self._lines[:-1], self._lines[-1:]
                self._begin(_closed(old))
        if kind in ("utterance.created", "transcript.partial") and self._failed and self._moving is None:
            self.away.append(self._lived_through())
            self._failed = 0.0

    @property
    def seqs(self) -> list[int]:
        """What it was shown, in order."""
        return [event["seq"] for event in self.seen]

    @property
    def lost_sight(self) -> bool:
        """It waits for a word since something failed."""
        return bool(self._failed)

    def _lived_through(self) -> Away:
        now, line = time.monotonic(), self._lines[-1]
        answered = max(self._failed, line.answered)
        connected = max(answered, line.connected)
        story = "; ".join(self._story)
        return Away(self._failed, answered - self._failed, connected - answered, now - connected, story)

    @property
    def words(self) -> list[str]:
        """What was written down, in order."""
        said = [event["data"]["text"] for event in self.seen if event["type"] == "utterance.created"]
        return [word.lower().strip(".,") for text in said for word in text.split()]

    @property
    def gaps(self) -> int:
        """Stretches that were told to be missing."""
        missing = [event for event in self.seen if event["type"] == "transcript.gap"]
        return sum(event["data"]["branch"] == "transcribe" for event in missing)


def shown_twice(seqs: Sequence[int]) -> int:
    """Events that somebody was shown again, or after a later one."""
    return sum(after <= before for before, after in pairwise(seqs))


def left_out(seqs: Sequence[int], log: Sequence[dict[str, Any]]) -> int:
    """Events of a log up to the last one shown that were not shown; newer ones may stand for partial words."""
    shown = set(seqs)
    wanted = [event["seq"] for event in log if event["type"] != "transcript.partial"]
    return sum(seq not in shown for seq in wanted if seq <= max(seqs, default=0))


async def _closed(lines: Sequence[Line]) -> None:
    for line in lines:
        await line.peer.close()


async def talk(callers: Sequence[Caller], spoken: Sequence[bytes]) -> None:
    """Everybody says every word in time, until cancelled."""
    began, number = time.monotonic(), 0
    while True:
        for at, caller in enumerate(callers):
            caller.say(spoken[(number + 37 * at) % len(spoken)])
        number += 1
        await asyncio.sleep(max(0.0, began + number * PACKET_S - time.monotonic()))
