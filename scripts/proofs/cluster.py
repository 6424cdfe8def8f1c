"""`scripts/prove cluster`: what a cluster promises, on three NATS servers and nodes that are killed."""

from __future__ import annotations

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from scripts.proofs.figures import Figure, progress
from tests.cluster.test_processes import HEADERS, Process, feed_until_moved, processes
from tests.support.nats import Node, Servers, emptied, nodes, open_node, restarted, servers
from wingman.cluster.author import Author, LostError, Pending, Place
from wingman.cluster.record import Head
from wingman.core import codec
from wingman.core.events import Envelope, NoteAdded

RACES = 1000
MEETINGS = 20
KILLS = 3
EVERY_S = 12.0
TAKE_OVERS = 6


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
        *await _take_overs(running),
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
        while (stored := await node.engine.next(place.stream, place.subject, at + 1)) is not None:
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


async def _take_overs(running: Servers) -> list[Figure]:
    """From the kill of a node's process to the first event of its successor on an overlay of another node."""
    took: list[float] = []
    wrong = 0
    for number in range(TAKE_OVERS):
        progress(f"take-over {number + 1} of {TAKE_OVERS}")
        with tempfile.TemporaryDirectory() as folder:
            async with processes(running, Path(folder), 2) as (owner, other):
                seconds, seen = await _take_over(owner, other)
        took.append(seconds)
        wrong += [event["seq"] for event in seen] != list(range(1, len(seen) + 1))
    return [
        Figure("take-over, p50", statistics.median(took), 3.0, "<=", "s", f"{TAKE_OVERS} kills, sound by PCM"),
        Figure("take-over, worst", max(took), 6.0, "<=", "s"),
        Figure("overlays with a doubled or missing seq", wrong, 0, "=="),
    ]


async def _take_over(owner: Process, other: Process) -> tuple[float, list[dict[str, Any]]]:
    async with httpx.AsyncClient(base_url=owner.url, headers=HEADERS, trust_env=False) as http:
        meeting = (await http.post("/api/meetings", json={"title": "x"})).json()["id"]
    async with owner.socket(f"/api/meetings/{meeting}/pcm?channel=tab&rate=16000") as pcm:
        for _ in range(25):
            await pcm.send(b"\x01\x00" * 640)
            await asyncio.sleep(0.02)
        seen: list[dict[str, Any]] = []
        owner.process.kill()
        failed = time.monotonic()
        async with other.socket(f"/api/meetings/{meeting}/ws?after=0") as overlay:
            await feed_until_moved(other, meeting, overlay, seen)
        return time.monotonic() - failed, seen
