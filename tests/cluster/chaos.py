"""Meetings on nodes and servers that are killed, frozen and cut off at random; and the judge of what is left.

Clients are strangers: they know the addresses and the documented protocol. What an overlay was shown has to be
in the log, unless the overlay was told that it is taken back; every log counts without a hole and is the same
on every node.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import websockets

from tests.support.cable import Cable, cable
from tests.support.nats import Servers, start
from tests.support.node_processes import HEADERS, Process, begin
from wingman.cluster.record import Head

NODES, MEETINGS = 3, 6
SETTLE_S = 60.0
BLOCK_S = 0.1
AGAIN_S = 0.3

Shown = tuple[int, str, str]
"""An event as somebody was shown it: `seq`, type and data."""


def shown(event: dict[str, Any]) -> Shown:
    return event["seq"], event["type"], json.dumps(event["data"], sort_keys=True)


@dataclass
class Verdict:
    """What the judge found. All but `events`, `moves` and `taken_back` must be nothing."""

    seed: int
    faults: list[str]
    events: int = 0
    moves: int = 0
    taken_back: int = 0
    """Overlays that were told that what they had seen does not hold."""
    holes: int = 0
    """Logs in which a `seq` is missing or doubled."""
    differ: int = 0
    """Logs that two nodes tell differently."""
    lost: int = 0
    """Events an overlay was shown that are not in the log, without a word to it."""
    needless: list[str] = field(default_factory=list)
    """Why overlays were told to begin anew though all they had seen was stored."""
    jumps: list[str] = field(default_factory=list)
    """Events an overlay was shown twice, out of order, or after one was left out."""
    forks: int = 0
    """Records of an owner behind the claim of a later one, or that do not follow on the one before."""

    @property
    def good(self) -> bool:
        return not (self.holes or self.differ or self.lost or self.needless or self.jumps or self.forks)


@dataclass
class Overlay:
    """One that watches a meeting, on whichever node takes it."""

    meeting: str
    runs: list[list[Shown]] = field(default_factory=lambda: [[]])
    """What it was shown, begun anew with each `stream.reset`."""
    resets: list[str] = field(default_factory=list)
    last: int = 0
    epoch: int = 0

    async def watch(self, pick: Callable[[], Process]) -> None:
        while True:
            with contextlib.suppress(OSError, TimeoutError, websockets.WebSocketException):
                where = f"/api/meetings/{self.meeting}/ws?after={self.last}&epoch={self.epoch}"
                async with pick().socket(where) as socket:
                    while True:
                        self._take(json.loads(await asyncio.wait_for(socket.recv(), 5.0)))
            await asyncio.sleep(AGAIN_S)

    def _take(self, event: dict[str, Any]) -> None:
        if event["type"] in ("stream.caught_up", "stream.reset", "meeting.moved"):
            self.epoch = event["data"]["epoch"]
        if event["type"] == "stream.caught_up":
            return
        if event["type"] == "stream.reset":
            self.resets.append(event["data"]["reason"])
            self.runs.append([])
            self.last = event["data"]["snapshot"]["seq"]
            return
        self.last = event["seq"]
        self.runs[-1].append(shown(event))


class Town:
    """Nodes behind cables, servers, and the faults that befall them."""

    def __init__(self, running: Servers, folder: Path, chance: random.Random) -> None:
        self.running = running
        self.folder = folder
        self.chance = chance
        self.nodes: list[Process | None] = [None] * NODES
        self.cables: list[list[Cable]] = []
        self.lives = 0
        self.faults: list[str] = []

    def pick(self) -> Process:
        """A node a balancer would send to: one whose process is there."""
        there = [node for node in self.nodes if node is not None]
        return self.chance.choice(there)

    async def begin(self, number: int) -> None:
        self.lives += 1
        url = ",".join(wire.url for wire in self.cables[number])
        name = f"node{number}-{self.lives}"
        while self.nodes[number] is None:
            with contextlib.suppress(IndexError, TimeoutError):  # no majority of servers
                self.nodes[number] = await begin(self.running, self.folder, name, cluster_url=url)

    async def befall(self) -> None:
        """One fault, and its end. Several may be going on at once."""
        what = self.chance.choice(
            [self._kill_node, self._freeze_node, self._cut_off, self._kill_server, self._freeze_server]
        )
        await what()

    def _say(self, what: str) -> None:
        self.faults.append(what)

    async def _kill_node(self) -> None:
        there = [number for number, node in enumerate(self.nodes) if node is not None]
        if len(there) < 2:
            return
        number = self.chance.choice(there)
        node, self.nodes[number] = self.nodes[number], None
        assert node is not None
        self._say(f"kill node {number}")
        node.process.kill()
        await node.process.wait()
        await asyncio.sleep(self.chance.uniform(0.5, 6))
        await self.begin(number)

    async def _freeze_node(self) -> None:
        node, seconds = self.pick(), self.chance.uniform(0.5, 25)
        self._say(f"freeze a node for {seconds:.1f} s")
        node.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        with contextlib.suppress(ProcessLookupError):
            node.process.send_signal(signal.SIGCONT)

    async def _cut_off(self) -> None:
        number, seconds = self.chance.randrange(NODES), self.chance.uniform(0.5, 25)
        self._say(f"cut node {number} off for {seconds:.1f} s")
        for wire in self.cables[number]:
            wire.pull()
        await asyncio.sleep(seconds)
        for wire in self.cables[number]:
            wire.plug_in()

    async def _kill_server(self) -> None:
        server, seconds = self.chance.choice(self.running.all), self.chance.uniform(0.5, 12)
        if server.process.poll() is not None:
            return
        self._say(f"kill a server for {seconds:.1f} s")
        server.process.kill()
        await asyncio.to_thread(server.process.wait)
        await asyncio.sleep(seconds)
        server.process = start(server.folder, server.port, server.routes, server.hidden)

    async def _freeze_server(self) -> None:
        server, seconds = self.chance.choice(self.running.all), self.chance.uniform(0.5, 12)
        self._say(f"freeze a server for {seconds:.1f} s")
        process = server.process
        process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        process.send_signal(signal.SIGCONT)


@asynccontextmanager
async def town(running: Servers, folder: Path, chance: random.Random) -> AsyncIterator[Town]:
    """Three nodes, each on cables of its own to all servers."""
    made = Town(running, folder, chance)
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(NODES):
            wires = [await stack.enter_async_context(cable(server.port)) for server in running.all]
            made.cables.append(wires)
        try:
            for number in range(NODES):
                await made.begin(number)
            yield made
        finally:
            for node in made.nodes:
                if node is not None:
                    node.process.kill()
                    await node.process.wait()


async def suffer(running: Servers, folder: Path, seed: int, seconds: float) -> Verdict:
    """So many seconds of random faults under load, then peace, then the verdict."""
    chance = random.Random(seed)
    async with town(running, folder, chance) as made:
        meetings = [await _meeting(made) for _ in range(MEETINGS)]
        overlays = [Overlay(meeting) for meeting in meetings for _ in range(2)]
        jobs = [asyncio.ensure_future(overlay.watch(made.pick)) for overlay in overlays]
        jobs += [asyncio.ensure_future(_feed(made, meeting)) for meeting in meetings]
        noting = [asyncio.ensure_future(_note(made, meeting)) for meeting in meetings]
        try:
            await _faults(made, seconds)
            await _peace(made, meetings)
            for job in noting:
                job.cancel()
            await asyncio.wait(noting)
            return await _judged(made, Verdict(seed, made.faults), overlays)
        finally:
            for job in (*jobs, *noting):
                job.cancel()
            await asyncio.wait([*jobs, *noting])


async def _faults(made: Town, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    async with asyncio.TaskGroup() as tasks:
        while time.monotonic() < deadline:
            await asyncio.sleep(made.chance.uniform(0.5, 8))
            tasks.create_task(made.befall())


async def _meeting(made: Town) -> str:
    async with _http(made.pick()) as http:
        return str((await http.post("/api/meetings", json={"title": "Chaos"})).json()["id"])


async def _feed(made: Town, meeting: str) -> None:
    """Somebody's sound, brought to any node for as long as one takes it."""
    block = b"\x01\x00" * int(16_000 * BLOCK_S)
    while True:
        with contextlib.suppress(OSError, TimeoutError, websockets.WebSocketException):
            where = f"/api/meetings/{meeting}/pcm?channel=tab&rate=16000"
            async with made.pick().socket(where) as socket:
                while True:
                    await asyncio.wait_for(socket.send(block), 2.0)
                    await asyncio.sleep(BLOCK_S)
        await asyncio.sleep(AGAIN_S)


async def _note(made: Town, meeting: str) -> None:
    """Somebody who writes something down, several times a second, on any node."""
    number = 0
    while True:
        number += 1
        with contextlib.suppress(httpx.HTTPError):
            async with _http(made.pick()) as http:
                await http.post(f"/api/meetings/{meeting}/notes", json={"text": f"note {number}"})
        await asyncio.sleep(0.2)


async def _peace(made: Town, meetings: list[str]) -> None:
    """Wait until every meeting takes a note again and has it in its log."""
    for meeting in meetings:

        async def takes(meeting: str = meeting) -> bool:
            async with _http(made.pick()) as http:
                noted = await http.post(f"/api/meetings/{meeting}/notes", json={"text": "peace"})
                return noted.status_code < 300

        await _until(takes)
    await asyncio.sleep(2.0)


async def _judged(made: Town, verdict: Verdict, overlays: list[Overlay]) -> Verdict:
    meetings = {overlay.meeting for overlay in overlays}
    there = [node for node in made.nodes if node is not None]
    for meeting in meetings:
        told = [await _settled(node, meeting) for node in there]
        upto = min(len(log) for log in told)
        log = told[0][:upto]
        verdict.events += len(log)
        verdict.moves += sum(kind == "meeting.moved" for _, kind, _ in log)
        verdict.holes += [seq for seq, _, _ in log] != list(range(1, len(log) + 1))
        verdict.differ += any(other[:upto] != log for other in told)
        stored = {event[0]: event for event in log}
        for overlay in overlays:
            if overlay.meeting == meeting:
                _compare(verdict, overlay, stored, upto)
    verdict.forks = await _forks(made)
    return verdict


def _compare(verdict: Verdict, overlay: Overlay, stored: dict[int, Shown], upto: int) -> None:
    *before, now = overlay.runs
    verdict.taken_back += len(before)
    verdict.lost += sum(stored.get(event[0]) != event for event in now if event[0] <= upto)
    for run, reason in zip(before, overlay.resets, strict=True):
        if all(stored.get(event[0]) == event for event in run):
            verdict.needless.append(f"{reason} ({len(run)} events)")
    for run in overlay.runs:
        seqs = [event[0] for event in run]
        verdict.jumps += [
            f"{overlay.meeting}: {after} after {before}"
            for before, after in pairwise(seqs)
            if after != before + 1
        ]


async def _settled(node: Process, meeting: str) -> list[Shown]:
    found: list[Shown] = []

    async def read() -> bool:
        async with _http(node) as http:
            page = await http.get(f"/api/meetings/{meeting}/events", params={"limit": 10_000})
            if page.status_code == 200:
                found[:] = [shown(event) for event in page.json()["events"]]
        return bool(found)

    await _until(read)
    return found


async def _forks(made: Town) -> int:
    """The records themselves, as the servers have them."""
    from tests.support.nats import open_node

    judge = await open_node(made.running, "judge")
    wrong = 0
    try:
        at, ends = 0, dict[str, tuple[int, int]]()
        while page := await judge.jetstream.page("WM_LOG_00", {"next_by_subj": "log.>", "seq": at + 1}):
            for stored in page:
                head, at = Head.of(stored.headers), stored.seq
                epoch, last = ends.get(stored.subject, (0, 0))
                wrong += head.epoch < epoch or head.first != last + 1
                ends[stored.subject] = head.epoch, head.last
    finally:
        await judge.aclose()
    return wrong


async def _until(held: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(SETTLE_S):
        while True:
            with contextlib.suppress(httpx.HTTPError, ValueError, KeyError):
                if await held():
                    return
            await asyncio.sleep(0.2)


def _http(node: Process) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=node.url, headers=HEADERS, trust_env=False, timeout=5)
