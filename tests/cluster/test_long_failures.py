"""Failures that take their time: elections, a full disk, a node away for a minute. Run with `-m slow`."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.nats import Node, Servers, nodes, open_node, restarted, servers, start
from tests.support.node_processes import HEADERS, feed_until_moved, processes, until_agreed
from tests.support.until import until
from wingman.cluster.delivery import STORAGE
from wingman.cluster.jetstream import UnavailableError, UnknownError
from wingman.cluster.streams import copies
from wingman.core.events import NoteAdded, StorageState

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
ELECTED_S = 25.0


def kill(running: Servers, number: int) -> None:
    running.all[number].process.kill()
    running.all[number].process.wait()


def revive(running: Servers, number: int) -> None:
    server = running.all[number]
    server.process = start(server.folder, server.port, server.routes)


async def leader_of(node: Node, stream: str) -> str:
    async def elected() -> str:
        with contextlib.suppress(UnavailableError, UnknownError, KeyError):
            return str((await node.jetstream.api(f"STREAM.INFO.{stream}"))["cluster"]["leader"])
        return ""

    return await until(elected, every=0.2, within=ELECTED_S)


async def test_the_leader_is_killed_and_nothing_is_lost() -> None:
    with servers(3) as running:
        async with nodes(running, 2) as (owner, reader):
            told: list[int] = []
            owner.log.on_committed(lambda batch: told.extend(event.seq for event in batch))
            await owner.log.own("m-1", b"")
            for kill_number in range(2):
                for number in range(30):
                    owner.log.append("m-1", NoteAdded(f"n{kill_number}-{number}", "x", 0.0), at=1.0)
                    await asyncio.sleep(0.02)
                leader = await leader_of(owner, "WM_LOG_00")
                await asyncio.to_thread(restarted, running, int(leader.removeprefix("n")))
            await owner.log.flush()
            await until(lambda: owner.log.fault == "", within=ELECTED_S)
            last = await owner.log.last_seq("m-1")
            await until(lambda: reader.log.epoch("m-1") == 1, within=ELECTED_S)

            async def heard() -> bool:
                return await reader.log.last_seq("m-1") >= last

            await until(heard, every=0.1, within=ELECTED_S)
            kept = [event.seq for event in await reader.log.read("m-1", 0, 10_000)]
            assert kept == list(range(1, last + 1))
            assert told == kept


async def test_servers_are_restarted_one_after_the_other_and_nobody_notices() -> None:
    """As an upgrade of them does it: told to end, waited for, the next; then one that does not lead dies."""
    with servers(3) as running:
        async with nodes(running, 1) as (owner,):
            await owner.log.own("m-1", b"")
            saying = asyncio.ensure_future(_say(owner))
            try:
                for number in range(3):
                    server = running.all[number]
                    server.process.terminate()
                    await asyncio.to_thread(server.process.wait)
                    revive(running, number)
                    await _whole(owner, 3)
                leader = int((await leader_of(owner, "WM_LOG_00")).removeprefix("n"))
                await asyncio.to_thread(restarted, running, (leader + 1) % 3)
                await _whole(owner, 3)
            finally:
                saying.cancel()
                await asyncio.wait([saying])
            await owner.log.flush()
            kept = await owner.log.read("m-1", 0, 100_000)
            assert [event.seq for event in kept] == list(range(1, len(kept) + 1))
            late = await open_node(running, "late")
            try:
                assert list(await late.log.read("m-1", 0, 100_000)) == list(kept)
            finally:
                await late.aclose()


async def _say(owner: Node) -> None:
    while True:
        owner.log.append("m-1", NoteAdded("n", "x", 0.0), at=1.0)
        await asyncio.sleep(0.05)


async def _whole(node: Node, count: int) -> None:
    """Wait until every server holds all of the log."""

    async def all_current() -> bool:
        with contextlib.suppress(UnavailableError, UnknownError, KeyError):
            others = (await node.jetstream.api("STREAM.INFO.WM_LOG_00"))["cluster"]["replicas"]
            return len(others) == count - 1 and all(one["current"] for one in others)
        return False

    await until(all_current, every=0.2, within=60)


async def test_every_server_and_node_dies_at_once_and_what_was_acknowledged_is_there() -> None:
    with servers(3) as running:
        async with nodes(running, 1) as (owner,):
            told: list[int] = []
            owner.log.on_committed(lambda batch: told.extend(event.seq for event in batch))
            await owner.log.own("m-1", b"")
            saying = asyncio.ensure_future(_say(owner))
            await until(lambda: len(told) > 40, within=ELECTED_S)
            for number in range(3):
                kill(running, number)
            stored = len(told)
            saying.cancel()
            await asyncio.wait([saying])
            assert owner.log.fault == "", "all that was told was stored"
        for number in range(3):
            revive(running, number)
        late = await open_node(running, "late")
        try:
            kept = [event.seq for event in await late.log.read("m-1", 0, 10_000)]
            assert kept[:stored] == list(range(1, stored + 1))
            assert kept == list(range(1, len(kept) + 1))
        finally:
            await late.aclose()


async def test_a_node_and_its_server_die_together(tmp_path: Path) -> None:
    with servers(3) as running:
        async with processes(running, tmp_path, 2) as (owner, other):
            async with httpx.AsyncClient(base_url=owner.url, headers=HEADERS, trust_env=False) as http:
                meeting = (await http.post("/api/meetings", json={"title": "x"})).json()["id"]
                for number in range(5):
                    await http.post(f"/api/meetings/{meeting}/notes", json={"text": f"note {number}"})
            async with owner.socket(f"/api/meetings/{meeting}/pcm?channel=tab&rate=16000") as pcm:
                for _ in range(25):
                    await pcm.send(b"\x01\x00" * 640)
                    await asyncio.sleep(0.02)
                owner.process.kill()
                kill(running, 0)
                seen: list[dict[str, Any]] = []
                async with other.socket(f"/api/meetings/{meeting}/ws?after=0") as overlay:
                    await feed_until_moved(other, meeting, overlay, seen)
            assert [event["seq"] for event in seen] == list(range(1, len(seen) + 1))
            assert [e["data"]["text"] for e in seen if e["type"] == "note.added"] == [
                f"note {n}" for n in range(5)
            ]


async def test_one_full_disk_of_three_lags_and_is_seen(small_disk: Path) -> None:
    with servers(3) as running:
        server = running.all[2]
        kill(running, 2)
        shutil.rmtree(server.folder)
        server.folder = small_disk
        revive(running, 2)
        async with nodes(running, 1) as (owner,):
            await owner.log.own("m-1", b"")
            await _whole(owner, 3)
            with contextlib.suppress(OSError), (small_disk / "ballast").open("wb") as file:
                while True:
                    file.write(bytes(1 << 16))
                    file.flush()
            for number in range(200):
                owner.log.append("m-1", NoteAdded(f"n{number}", "w" * 20_000, 0.0), at=1.0)
                if number % 10 == 0:
                    await owner.log.flush()
            await owner.log.flush()
            assert owner.log.fault == "", "two others take it"
            assert await owner.log.last_seq("m-1") == 200

            async def behind() -> bool:
                return bool((await copies(owner.jetstream, ["WM_LOG_00"]))[0].behind)

            await until(behind, every=0.5, within=60)
            kept = await owner.log.read("m-1", 0, 1000)
            assert [event.seq for event in kept] == list(range(1, 201))


async def test_two_of_three_servers_are_gone_and_come_back() -> None:
    with servers(3) as running:
        async with nodes(running, 2) as (owner, other):
            await owner.log.own("m-1", b"")
            owner.log.append("m-1", NoteAdded("n0", "stored", 0.0), at=1.0)
            await owner.log.flush()
            for number in (1, 2):
                kill(running, number)
            owner.log.append("m-1", NoteAdded("n1", "in memory", 0.0), at=1.0)
            await until(lambda: owner.log.fault == STORAGE["memory"], within=ELECTED_S)

            async def told() -> bool:
                return any(isinstance(e.data, StorageState) for e in await owner.log.read("m-1"))

            await until(told, every=0.02, within=ELECTED_S)
            claiming = asyncio.ensure_future(other.log.own("m-1", b""))
            await asyncio.sleep(3)
            assert not claiming.done(), "without a majority nobody takes over"
            claiming.cancel()
            await asyncio.wait([claiming])
            for number in (1, 2):
                revive(running, number)
            await until(lambda: owner.log.fault == "", within=60)
            await owner.log.flush()

            async def heard() -> bool:
                return len(await other.log.read("m-1")) >= 4

            await until(heard, every=0.2, within=ELECTED_S)
            kept = await other.log.read("m-1")
            assert [event.seq for event in kept] == list(range(1, len(kept) + 1))
            texts = [event.data.text for event in kept if isinstance(event.data, NoteAdded)]
            assert texts == ["stored", "in memory"]


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of 24 MB."""
    folder = Path(tempfile.mkdtemp(prefix="wingman-nats-small-"))
    mounted = os.geteuid() == 0 and (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)], check=False, capture_output=True
        ).returncode
        == 0
    )
    if not mounted:
        shutil.rmtree(folder)
        pytest.skip("needs the right to mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)
        shutil.rmtree(folder, ignore_errors=True)


async def test_a_full_disk_is_waited_for(small_disk: Path) -> None:
    with servers(1) as running:
        server = running.all[0]
        server.process.kill()
        server.process.wait()
        server.folder = small_disk
        revive(running, 0)
        async with nodes(running, 1) as (owner,):
            await owner.log.own("m-1", b"")
            ballast = small_disk / "ballast"
            with contextlib.suppress(OSError), ballast.open("wb") as file:
                while True:  # until there is no room left
                    file.write(bytes(1 << 20))
                    file.flush()
            for number in range(60):
                owner.log.append("m-1", NoteAdded(f"n{number}", "w" * 5000, 0.0), at=1.0)
                await asyncio.sleep(0.02)
            await until(lambda: owner.log.fault == STORAGE["memory"], within=ELECTED_S)
            seen = await owner.log.read("m-1", 0, 1000)
            assert sum(isinstance(event.data, NoteAdded) for event in seen) == 60
            ballast.unlink()
            try:
                await until(lambda: owner.log.fault == "", within=10)
            except TimeoutError:  # a server that could not write its file system may want to be started again
                await asyncio.to_thread(restarted, running, 0)
                await until(lambda: owner.log.fault == "", within=60)
            await owner.log.flush()
            late = await open_node(running, "late")
            try:
                kept = await late.log.read("m-1", 0, 1000)
                assert [event.seq for event in kept] == list(range(1, len(kept) + 1))
                assert sum(isinstance(event.data, NoteAdded) for event in kept) == 60
            finally:
                await late.aclose()


async def test_a_node_that_was_frozen_for_a_minute_has_nothing_to_say(tmp_path: Path) -> None:
    with servers(1) as running:
        async with processes(running, tmp_path, 2) as (owner, other):
            async with httpx.AsyncClient(base_url=owner.url, headers=HEADERS, trust_env=False) as http:
                meeting = (await http.post("/api/meetings", json={"title": "x"})).json()["id"]
            async with owner.socket(f"/api/meetings/{meeting}/pcm?channel=tab&rate=16000") as pcm:
                for _ in range(25):
                    await pcm.send(b"\x01\x00" * 640)
                    await asyncio.sleep(0.02)
                owner.process.send_signal(19)
                frozen = time.monotonic()
                async with other.socket(f"/api/meetings/{meeting}/ws?after=0") as overlay:
                    await feed_until_moved(other, meeting, overlay, [])
                await asyncio.sleep(max(0.0, 60 - (time.monotonic() - frozen)))
                owner.process.send_signal(18)
                await until_agreed(owner, other, meeting, within=30)
