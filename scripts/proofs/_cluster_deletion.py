"""A call with notes and stored sound is deleted: what of it is left on any disk?"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.proofs._cluster_calls import client
from scripts.proofs.figures import Figure
from tests.support.nats import Servers, open_node
from tests.support.node_processes import Process, processes
from tests.support.s3 import object_store

PLANTED = b"xylophone"
COMPACTED_S = 300.0
"""What servers may take to compact their Raft logs."""
SOUND = b"OpusHead"
"""How every stream of Opus begins."""


@dataclass
class Deleted:
    """What was deleted a while ago, and should be nowhere."""

    figures: list[Figure]
    key: bytes
    """The destroyed key, as it was kept."""
    at: float
    """When it was destroyed (`time.monotonic`)."""


async def deletion(running: Servers) -> Deleted:
    """A call with stored sound, on two nodes and a shared folder: what of it is on any disk?"""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = folder / "sound"
        more: dict[str, Any] = {"report": {"summary": True, "store_audio": True}}
        async with processes(running, folder, 2, store=str(store), **more) as nodes:
            meeting = await _planted_call(nodes)
            async with client(nodes[1]) as http:
                found = (await http.get("/api/meetings", params={"q": PLANTED.decode()})).json()["hits"]
            wrapped = await _wrapped(running, meeting)
            before, kept = _count(folder, PLANTED) + running.everything.count(PLANTED), _files(store, meeting)
            async with client(nodes[1]) as http:
                gone = (await http.delete(f"/api/meetings/{meeting}")).status_code
                asked = (await http.get(f"/api/meetings/{meeting}")).status_code
            destroyed = time.monotonic()
            await asyncio.sleep(2.0)
            after, left = _count(folder, PLANTED) + running.everything.count(PLANTED), _files(store, meeting)
    note = f"before and after, on servers, nodes and the store; found by search {len(found)} times before"
    told = f"answers {gone} and {asked}; {kept} files before"
    return Deleted(
        [
            Figure("plain words on any disk", before + after, 0, "==", "", note),
            Figure("a deleted call's stored sound, files left", left if kept else -1, 0, "==", "", told),
        ],
        wrapped,
        destroyed,
    )


async def copies(running: Servers, deleted: Deleted) -> list[Figure]:
    """What is left of the destroyed key by now, or when the servers have had time to compact their logs."""
    over = deleted.at + COMPACTED_S
    while (found := running.everything.count(deleted.key)) and time.monotonic() < over:  # noqa: ASYNC110 - disks
        await asyncio.sleep(5.0)
    note = f"Raft logs included, {time.monotonic() - deleted.at:.0f} s after"
    return [Figure("copies of the destroyed key, minutes later", found, 0, "==", "", note)]


async def in_objects(running: Servers) -> list[Figure]:
    """The same with sound in a store with the S3 API, which is another program: what is in all its memory?"""
    with tempfile.TemporaryDirectory() as name, object_store() as store:
        folder = Path(name)
        kept_as, more = store.settings("calls"), {"report": {"summary": True, "store_audio": True}}
        async with processes(running, folder, 2, store=kept_as, **more) as nodes, client(nodes[1]) as http:
            meeting = await _planted_call(nodes)
            kept = [key for key in await asyncio.to_thread(store.objects) if meeting in key]
            bundle = await http.get(f"/api/meetings/{meeting}/export", params={"format": "bundle"})
            in_bundle = SOUND in bundle.content
            words, sound = store.count(PLANTED), store.count(SOUND)
            gone = (await http.delete(f"/api/meetings/{meeting}")).status_code
            left = [key for key in await asyncio.to_thread(store.objects) if meeting in key]
            again = (await http.get(f"/api/meetings/{meeting}/export", params={"format": "bundle"})).status_code
            words += store.count(PLANTED) + _count(folder, PLANTED) + running.everything.count(PLANTED)
            sound += store.count(SOUND) + _count(folder, SOUND) + running.everything.count(SOUND)
    told = f"{len(kept)} objects before; a bundle made of them {'plays' if in_bundle else 'HAS NO SOUND'}"
    note = f"memory of the S3 server, disks of servers and nodes, before and after; answers {gone}, {again}"
    return [
        Figure("S3: plain words anywhere", words, 0, "==", "", note),
        Figure("S3: sound in clear anywhere", sound if in_bundle else -1, 0, "==", "", told),
        Figure("S3: objects left of a deleted call", len(left) if kept else -1, 0, "=="),
    ]


async def _planted_call(nodes: Sequence[Process]) -> str:
    planted = PLANTED.decode()
    asked = {"title": f"The {planted}", "brief": f"They sell a {planted}"}
    async with client(nodes[0]) as http:
        meeting = str((await http.post("/api/meetings", json=asked)).json()["id"])
        async with nodes[1].socket(f"/api/meetings/{meeting}/pcm?channel=tab&rate=16000") as pcm:
            for _ in range(60):
                await pcm.send(random.randbytes(3200))
                await asyncio.sleep(0.1)
        await http.post(f"/api/meetings/{meeting}/notes", json={"text": f"one {planted}"})
        await http.post(f"/api/meetings/{meeting}/end")
        await asyncio.sleep(3.0)
    return meeting


async def _wrapped(running: Servers, meeting: str) -> bytes:
    node = await open_node(running, "looks")
    try:
        found = await node.jetstream.newest("WM_KEYS", f"key.{meeting}")
    finally:
        await node.aclose()
    if found is None:
        raise RuntimeError(f"{meeting} has no key")
    return found.body


def _count(folder: Path, what: bytes) -> int:
    return sum(path.read_bytes().count(what) for path in folder.rglob("*") if path.is_file())


def _files(store: Path, meeting: str) -> int:
    return sum(path.is_file() and meeting in str(path) for path in store.rglob("*"))
