"""`scripts/prove cluster`: what a cluster promises, on three NATS servers and nodes that are killed."""

from __future__ import annotations

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.proofs._cluster_calls import Away, Caller, client, left_out, packets, shown_twice, talk
from scripts.proofs._cluster_deletion import copies, deletion
from scripts.proofs._cluster_pages import pages
from scripts.proofs._cluster_talk import Transcriber, differences
from scripts.proofs._cluster_watchers import Watchers
from scripts.proofs.figures import Figure, progress
from tests.cluster.chaos import suffer
from tests.support.nats import Node, Servers, emptied, nodes, open_node, restarted, servers
from tests.support.node_processes import Process, begin, processes
from wingman.cluster.appender import FencedAppender, LogPosition, LostError, Pending
from wingman.cluster.record import Head
from wingman.core import codec
from wingman.core.events import Envelope, NoteAdded

RACES = 10_000
MEETINGS = 20
KILLS = 3
EVERY_S = 12.0
NODES = 3
CALLS = 60
NODE_KILLS = 15
SERVER_KILLS = 3
NODE_EVERY_S = 20.0
RESTART_S = 6.0
"""What an orchestrator takes to begin another node."""
ROLLED = 10
"""Calls of the rolling restart."""
WATCHERS, NOTES = 1000, 100
CHAOS_S = 90.0
SLOWEST = 8
"""Take-overs that are told part by part."""


def measure(parts: Sequence[str] = ()) -> list[Figure]:
    """The figures of these `PARTS`; of all when none is named.

    Three servers share this machine with their clients: times are of that.
    """
    with servers(3) as running:
        return asyncio.run(_measured(running, [name for name in PARTS if name in (parts or PARTS)]))


async def _measured(running: Servers, parts: Sequence[str]) -> list[Figure]:
    seed = random.randrange(10**6)
    progress(f"seed {seed}")
    deleted = await deletion(running) if DELETION in parts else None
    figures = list(deleted.figures) if deleted else []
    for name in parts:
        if name != DELETION:
            figures += await _MEASURED[name](running, seed)
    return [*figures, *(await copies(running, deleted) if deleted else ())]


async def _chaos(_: Servers, seed: int) -> list[Figure]:
    """Random faults of nodes, servers and the cables between them, on servers of their own."""
    progress("chaos")
    with servers(3, hidden=True) as apart, tempfile.TemporaryDirectory() as name:
        found = await suffer(apart, Path(name), seed, CHAOS_S)
    for odd in (*found.jumps, *found.needless):
        progress(odd)
    note = f"seed {seed}: {len(found.faults)} faults, {found.events} events, {found.moves} moves"
    return [
        Figure("chaos: logs with a fork or a hole", found.forks + found.holes, 0, "==", "", note),
        Figure("chaos: logs that nodes tell differently", found.differ, 0, "=="),
        Figure("chaos: events shown, not stored and not taken back", found.lost, 0, "=="),
        Figure("chaos: events shown twice or left out", len(found.jumps), 0, "=="),
        Figure(
            "chaos: overlays begun anew for nothing",
            len(found.needless),
            0,
            "==",
            "",
            f"{found.taken_back} in all",
        ),
    ]


async def _races(running: Servers, seed: int) -> list[Figure]:
    """An owner that writes against another's claim, over and over, in one log."""
    chance = random.Random(seed)
    async with nodes(running, 1) as (node,):
        place = LogPosition("m-race", "WM_LOG_00", "log.0.m-race", "n0")
        owner = FencedAppender(place, node.jetstream, node.keys)
        await owner.claim(await owner.look(), b"", 1)
        for number in range(1, RACES + 1):
            if number % 100 == 0:
                progress(f"race {number}")
            writing = asyncio.ensure_future(_write(owner, chance))
            await asyncio.sleep(chance.random() * 0.004)
            rival = FencedAppender(
                LogPosition(place.meeting, place.stream, place.subject, f"n{number}"), node.jetstream, node.keys
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
        while page := await node.jetstream.page(place.stream, {**query, "seq": at + 1}):
            for stored in page:
                head, at = Head.of(stored.headers), stored.seq
                late += head.epoch < epoch
                doubled += head.first != last + 1
                epoch, last = max(epoch, head.epoch), head.last
    return [
        Figure("stale owner's records after a claim", late, 0, "==", "", f"{RACES} races, {last} events"),
        Figure("seq doubled or left out in the races", doubled, 0, "=="),
    ]


async def _write(owner: FencedAppender, chance: random.Random) -> None:
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


async def _leaders(running: Servers, seed: int) -> list[Figure]:
    """Servers are killed under load, and come back with what is on their disks."""
    chance = random.Random(seed)
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


@asynccontextmanager
async def _town(running: Servers, count: int) -> AsyncIterator[_Town]:
    """Three nodes, and so many calls that go on over them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with Transcriber().open() as deepgram:
            heard = {"url": f"ws://127.0.0.1:{deepgram.port}", "api_key": "a key of nobody"}
            more: dict[str, Any] = {"transcribe": {"provider": "deepgram", "deepgram": heard}}
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
                address = f"/api/meetings/{caller.meeting}/events"
                page = await http.get(address, params={"limit": 10_000}, timeout=60)
                found.append(page.json()["events"])
        return found


async def _killed(running: Servers, seed: int) -> list[Figure]:
    """A node is killed every so often, and another one started; at last each with one of the servers."""
    chance = random.Random(seed)
    async with _town(running, CALLS) as town:
        await asyncio.sleep(5)
        began = time.monotonic()
        await _nodes_die(town, chance, NODE_KILLS)
        together = time.monotonic()
        await _nodes_die(town, chance, SERVER_KILLS, with_server=True)
        callers = town.callers
        seen = [list(caller.seen) for caller in town.callers]
        logs = await town.written()
        lost = wrong = untold = 0
        for caller, shown, log in zip(callers, seen, logs, strict=True):
            kept = [event["seq"] for event in log]
            wrong += kept != list(range(1, len(kept) + 1))
            lost += len({event["seq"] for event in shown} - set(kept))
            told = [event for event in log if event["type"] == "transcript.gap"]
            untold += bool(differences(caller.words)[0]) and not told
        away = [each for caller in callers for each in caller.away]
        never = sum(caller.lost_sight for caller in callers)
        steady = [(c.seqs, log) for c, log in zip(callers, logs, strict=True) if not c.resets]
        doubled = sum(shown_twice(seqs) for seqs, _ in steady)
        missed = sum(left_out(seqs, log) for seqs, log in steady)
        moves, events = sum(caller.moves for caller in callers), sum(len(log) for log in logs)
    note = f"{events} events of {CALLS} calls by WHIP, {NODE_KILLS} nodes killed, {moves} meetings moved"
    alone = [each for each in away if began <= each.failed < together]
    both = [each for each in away if each.failed >= together]
    return [
        Figure("events seen by an overlay and not in the log", lost, 0, "==", "", note),
        Figure("events an overlay was shown twice", doubled, 0, "=="),
        Figure("events an overlay was not shown", missed, 0, "=="),
        Figure("meetings whose log doubles or leaves out a seq", wrong, 0, "=="),
        Figure("meetings with words lost and no gap told", untold, 0, "=="),
        Figure("calls that did not come back", never, 0, "=="),
        *_taken(alone, "take-over", 3.0, 6.0),
        *_taken(both, "take-over with a server", None, 12.0),
    ]


async def _nodes_die(town: _Town, chance: random.Random, count: int, *, with_server: bool = False) -> None:
    for number in range(count):
        began = time.monotonic()
        dead = town.nodes.pop(chance.randrange(len(town.nodes)))
        server = chance.randrange(len(town.running.all)) if with_server else -1
        progress(f"node {number + 1} of {count} is killed{f', with server {server}' if with_server else ''}")
        dead.process.kill()
        if with_server:
            town.running.all[server].process.kill()
        await dead.process.wait()
        await asyncio.sleep(RESTART_S)
        if with_server:
            await asyncio.to_thread(restarted, town.running, server)
        await town.another()
        await asyncio.sleep(max(1.0, NODE_EVERY_S - (time.monotonic() - began)))


def _taken(away: Sequence[Away], name: str, usual: float | None, worst: float) -> list[Figure]:
    """From the first failure a client could see to its next word, and what of that took how long."""
    if not away:
        return [Figure(f"{name}, worst", float("inf"), worst, "<=", "s", "nobody came back")]
    slowest = sorted(away, key=lambda each: each.total)[-SLOWEST:]
    for each in slowest:
        progress(f"{name}: {each.parts}")
    totals = sorted(each.total for each in away)
    parts = (
        f"p50 of its parts: {statistics.median(each.answered for each in away):.2f} s to the answer, "
        f"{statistics.median(each.connected for each in away):.2f} s to connect, "
        f"{statistics.median(each.heard for each in away):.2f} s to a word"
    )
    return [
        Figure(f"{name}, p50", statistics.median(totals), usual, "<=", "s", parts),
        Figure(f"{name}, worst", totals[-1], worst, "<=", "s", f"of {len(totals)}"),
    ]


async def _rolling(running: Servers, _: int) -> list[Figure]:
    """Each node is stopped as an upgrade does it: a new one first, then SIGTERM."""
    async with _town(running, ROLLED) as town:
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


async def _overlays(running: Servers, _: int) -> list[Figure]:
    """One meeting that so many people watch, on three nodes."""
    with tempfile.TemporaryDirectory() as name:
        async with processes(running, Path(name), NODES) as nodes, client(nodes[0]) as http:
            meeting = (await http.post("/api/meetings", json={"title": "All hands"})).json()["id"]
            watchers = await asyncio.to_thread(Watchers, nodes, meeting, WATCHERS)
            await asyncio.sleep(3)
            watchers.forget()
            for number in range(NOTES):
                await http.post(f"/api/meetings/{meeting}/notes", json={"text": f"note {number}"})
                await asyncio.sleep(0.25)
            late = watchers.late()
            await asyncio.to_thread(watchers.close)
    note = f"{len(late)} of {NOTES * WATCHERS} arrivals, clients on the same two cores"
    return [
        Figure(f"{WATCHERS} overlays, p50", 1000 * late[len(late) // 2], None, "", "ms"),
        Figure(f"{WATCHERS} overlays, p99", 1000 * late[round(0.99 * (len(late) - 1))], 50, "<=", "ms", note),
        Figure("arrivals missing", NOTES * WATCHERS - len(late), 0, "=="),
    ]


async def _pages(running: Servers, _: int) -> list[Figure]:
    with tempfile.TemporaryDirectory() as name:
        return await pages(running, Path(name))


_MEASURED: Mapping[str, Callable[[Servers, int], Awaitable[list[Figure]]]] = {
    "races": _races,
    "servers": _leaders,
    "nodes": _killed,
    "rolling": _rolling,
    "overlays": _overlays,
    "chaos": _chaos,
    "pages": _pages,
}
"""Each takes the servers and a seed."""
DELETION = "deletion"
"""What is deleted is deleted first, and looked for last."""
PARTS = (DELETION, *_MEASURED)
"""In the order in which they are measured."""
