"""`scripts/prove cluster`: what a cluster promises, on three NATS servers and nodes that are killed."""

from __future__ import annotations

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.proofs._cluster_calls import Caller, client, packets, talk
from scripts.proofs._cluster_talk import Transcriber, differences
from scripts.proofs._cluster_watchers import watch
from scripts.proofs.figures import Figure, progress
from tests.cluster.test_processes import Process, begin, processes
from tests.support.nats import Node, Servers, emptied, nodes, open_node, restarted, servers
from wingman.cluster.author import Author, LostError, Pending, Place
from wingman.cluster.record import Head
from wingman.core import codec
from wingman.core.events import Envelope, NoteAdded

RACES = 10_000
MEETINGS = 20
KILLS = 3
EVERY_S = 12.0
NODES = 3
CALLS = 10
NODE_KILLS = 5
WATCHERS, NOTES = 1000, 20


def measure() -> list[Figure]:
    """All figures. Three servers share this machine with their clients: times are of that."""
    with servers(3) as running:
        return asyncio.run(_measured(running))


async def _measured(running: Servers) -> list[Figure]:
    seed = random.randrange(10**6)
    progress(f"seed {seed}")
    return [
        *await _races(running, random.Random(seed)),
        *await _leaders(running, random.Random(seed)),
        *await _deletion(running),
        *await _killed(running, random.Random(seed)),
        *await _rolling(running),
        *await _overlays(running),
    ]


async def _races(running: Servers, chance: random.Random) -> list[Figure]:
    """An owner that writes against another's claim, over and over, in one log."""
    async with nodes(running, 1) as (node,):
        place = Place("m-race", "WM_LOG_00", "log.0.m-race", "n0")
        owner = Author(place, node.engine, node.keys)
        await owner.claim(await owner.look(), b"", 1)
        for number in range(1, RACES + 1):
            if number % 100 == 0:
                progress(f"race {number}")
            writing = asyncio.ensure_future(_write(owner, chance))
            await asyncio.sleep(chance.random() * 0.004)
            rival = Author(
                Place(place.meeting, place.stream, place.subject, f"n{number}"), node.engine, node.keys
            )
            while not rival.owned:
                try:
                    await rival.claim(await rival.look(), b"", 1)
                except LostError:
                    continue
            await writing
            owner = rival
        late = doubled = at = epoch = last = 0
        query = {"next_by_subj": place.subject}
        while page := await node.engine.page(place.stream, {**query, "seq": at + 1}):
            for stored in page:
                head, at = Head.of(stored.headers), stored.seq
                late += head.epoch < epoch
                doubled += head.first != last + 1
                epoch, last = max(epoch, head.epoch), head.last
    return [
        Figure("stale owner's records after a claim", late, 0, "==", "", f"{RACES} races, {last} events"),
        Figure("seq doubled or left out in the races", doubled, 0, "=="),
    ]


async def _write(owner: Author, chance: random.Random) -> None:
    try:
        while owner.tip is not None:
            envelope = codec.envelope(owner.tip.head.last + 1, "m-race", 1.0, NoteAdded("n", "x", 0.0))
            await owner.store(Pending([(envelope, codec.encode(envelope))], []))
            await asyncio.sleep(chance.random() * 0.004)
    except LostError:
        return


@dataclass
class _Told:
    """What was acknowledged of one meeting."""

    seqs: list[int] = field(default_factory=list)


async def _leaders(running: Servers, chance: random.Random) -> list[Figure]:
    """Servers are killed under load, and come back with what is on their disks."""
    await emptied(running)
    node = await open_node(running, "writer")
    told: dict[str, _Told] = {f"m-{n}": _Told() for n in range(MEETINGS)}

    def note_down(batch: Sequence[Envelope]) -> None:
        for event in batch:
            told[event.meeting].seqs.append(event.seq)

    node.log.on_committed(note_down)
    for meeting in told:
        await node.log.own(meeting, b"")
    writing = asyncio.ensure_future(_load(node, tuple(told), chance))
    for number in range(KILLS):
        await asyncio.sleep(EVERY_S / 2)
        progress(f"kill {number + 1} of {KILLS}")
        await asyncio.to_thread(restarted, running, chance.randrange(3))
        await asyncio.sleep(EVERY_S / 2)
    writing.cancel()
    await asyncio.wait([writing])
    await node.log.flush()
    await node.aclose()
    reader = await open_node(running, "reader")
    try:
        lost = doubled = stored = 0
        for meeting, known in told.items():
            kept = [event.seq for event in await reader.log.read(meeting, 0, 10**6)]
            stored += len(kept)
            lost += len(set(known.seqs) - set(kept))
            doubled += kept != list(range(1, len(kept) + 1))
    finally:
        await reader.aclose()
    note = f"{stored} events, {KILLS} servers killed"
    return [
        Figure("acknowledged events lost", lost, 0, "==", "", note),
        Figure("meetings with a doubled or missing seq", doubled, 0, "=="),
    ]


async def _load(node: Node, meetings: tuple[str, ...], chance: random.Random) -> None:
    while True:
        for meeting in meetings:
            node.log.append(meeting, NoteAdded("n", "word " * chance.randrange(1, 20), 0.0), at=time.time())
        await asyncio.sleep(0.2)


async def _deletion(running: Servers) -> list[Figure]:
    async with nodes(running, 1) as (node,):
        await node.log.own("m-gone", b"a brief about xylophones")
        for number in range(200):
            node.log.append("m-gone", NoteAdded("n", f"xylophone {number}", 0.0), at=1.0)
        await node.log.flush()
        before = running.everything.count(b"xylophone")
        wrapped = await node.engine.newest("WM_KEYS", "key.m-gone")
        await node.log.delete("m-gone")
        after = running.everything.count(b"xylophone")
        left = running.everything.count(wrapped.body) if wrapped else -1
    return [
        Figure("plain words on the servers' disks", before + after, 0, "==", "", "before and after"),
        Figure("copies of the destroyed key, at once", left, None, note="Raft logs keep some for minutes"),
    ]


@asynccontextmanager
async def _town(running: Servers, count: int) -> AsyncIterator[_Town]:
    """Three nodes, and so many calls that go on over them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with Transcriber().open() as deepgram:
            heard = {"url": f"ws://127.0.0.1:{deepgram.port}", "api_key": "a key of nobody"}
            more = {"transcribe": {"provider": "deepgram", "deepgram": heard}}
            async with processes(running, folder, NODES, **more) as nodes:
                town = _Town(running, folder, more, nodes)
                town.callers = [Caller(lambda: town.nodes, random.Random(n)) for n in range(count)]
                jobs = [asyncio.ensure_future(talk(town.callers, packets()))]
                for caller in town.callers:
                    await caller.begin()
                    jobs += [asyncio.ensure_future(caller.watch()), asyncio.ensure_future(caller.mind())]
                try:
                    yield town
                finally:
                    for job in jobs:
                        job.cancel()
                    await asyncio.wait(jobs)
                    for caller in town.callers:
                        await caller.close()


@dataclass
class _Town:
    running: Servers
    folder: Path
    more: dict[str, Any]
    nodes: list[Process]
    callers: list[Caller] = field(default_factory=list)
    begun: int = 0

    async def another(self) -> None:
        """A node more."""
        self.begun += 1
        self.nodes.append(await begin(self.running, self.folder, f"later{self.begun}", **self.more))

    async def written(self) -> list[list[dict[str, Any]]]:
        """Each meeting's log, as a node has it when all is over."""
        found = []
        async with client(self.nodes[0]) as http:
            for caller in self.callers:
                page = await http.get(f"/api/meetings/{caller.meeting}/events", params={"limit": 10_000})
                found.append(page.json()["events"])
        return found


async def _killed(running: Servers, chance: random.Random) -> list[Figure]:
    """A node is killed every so often, and another one started."""
    async with _town(running, CALLS) as town:
        await asyncio.sleep(5)
        for number in range(NODE_KILLS):
            progress(f"node {number + 1} of {NODE_KILLS} is killed")
            dead = town.nodes.pop(chance.randrange(len(town.nodes)))
            dead.process.kill()
            await dead.process.wait()
            began = time.monotonic()
            await town.another()
            await asyncio.sleep(max(1.0, EVERY_S - (time.monotonic() - began)))
        callers = town.callers
        seen = [{event["seq"] for event in caller.seen} for caller in callers]
        logs = await town.written()
        lost = wrong = untold = 0
        for caller, known, log in zip(callers, seen, logs, strict=True):
            kept = [event["seq"] for event in log]
            wrong += kept != list(range(1, len(kept) + 1))
            lost += len(known - set(kept))
            told = [event for event in log if event["type"] == "transcript.gap"]
            untold += bool(differences(caller.words)[0]) and not told
        away = sorted(second for caller in callers for second in caller.away)
        moves = sum(caller.moves for caller in callers)
        note = f"{CALLS} calls by WHIP, {NODE_KILLS} nodes killed, {moves} meetings moved"
    return [
        Figure("events seen by an overlay and not in the log", lost, 0, "==", "", note),
        Figure("meetings whose log doubles or leaves out a seq", wrong, 0, "=="),
        Figure("meetings with words lost and no gap told", untold, 0, "=="),
        Figure("take-over, p50", statistics.median(away), 3.0, "<=", "s", "last sign of life to next word"),
        Figure("take-over, worst", max(away), 6.0, "<=", "s", f"of {len(away)}"),
    ]


async def _rolling(running: Servers) -> list[Figure]:
    """Each node is stopped as an upgrade does it: a new one first, then SIGTERM."""
    async with _town(running, CALLS) as town:
        await asyncio.sleep(10)
        for number in range(NODES):
            progress(f"node {number + 1} of {NODES} is replaced")
            await town.another()
            old = town.nodes.pop(0)
            old.process.terminate()
            await _stopped(old)
        await asyncio.sleep(8)
        counted = [differences(caller.words) for caller in town.callers]
        words = sum(len(caller.words) for caller in town.callers)
        moves = sum(caller.moves for caller in town.callers)
        gaps = sum(caller.gaps for caller in town.callers)
    return [
        Figure("rolling restart, words lost", sum(n for n, _, _ in counted), 0, "==", "", f"of {words}"),
        Figure("rolling restart, words said twice", sum(n for _, n, _ in counted), 0, "=="),
        Figure("rolling restart, words cut in two", sum(n for _, _, n in counted), 0, "=="),
        Figure("rolling restart, gaps told", gaps, 0, "==", "", f"{moves} meetings moved"),
    ]


async def _stopped(node: Process) -> None:
    """What an orchestrator gives a node to end."""
    await asyncio.wait_for(node.process.wait(), 90)


async def _overlays(running: Servers) -> list[Figure]:
    """One meeting that so many people watch, on three nodes."""
    with tempfile.TemporaryDirectory() as name:
        async with processes(running, Path(name), NODES) as nodes, client(nodes[0]) as http:
            meeting = (await http.post("/api/meetings", json={"title": "All hands"})).json()["id"]
            watchers = [await watch(nodes[n % NODES], meeting) for n in range(WATCHERS)]
            await asyncio.sleep(3)
            for watcher in watchers:
                watcher.late.clear()
            for number in range(NOTES):
                await http.post(f"/api/meetings/{meeting}/notes", json={"text": f"note {number}"})
                await asyncio.sleep(0.5)
            late = sorted(seconds for watcher in watchers for seconds in watcher.late)
            for watcher in watchers:
                watcher.close()
    note = f"{len(late)} of {NOTES * WATCHERS} arrivals, clients on the same two cores"
    return [
        Figure(f"{WATCHERS} overlays, p99", 1000 * late[round(0.99 * (len(late) - 1))], 50, "<=", "ms", note),
        Figure("arrivals missing", NOTES * WATCHERS - len(late), 0, "=="),
    ]
