"""Clients of several nodes, two of which die under them, one after the other. Run with `-m slow`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
from pathlib import Path

import pytest
import websockets

import wingman
from tests.support.cluster import TOKEN
from tests.support.http import http_client
from tests.support.nats import Servers
from tests.support.node_processes import Process, processes
from tests.support.until import until
from wingman.client import Client
from wingman.core.errors import InputError
from wingman.core.events import Envelope, MeetingEnded, MeetingMoved, StreamReset

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
PAGE = Path(wingman.__file__).parent / "web" / "client" / "wingman.js"


async def feed(nodes: list[Process], meeting: str) -> None:
    """Sound, to whichever node takes it."""
    turn = 0
    while True:
        turn += 1
        with contextlib.suppress(websockets.WebSocketException, OSError):
            async with nodes[turn % len(nodes)].socket(
                f"/api/meetings/{meeting}/pcm?channel=tab&rate=16000"
            ) as pcm:
                while True:
                    await pcm.send(b"\x01\x00" * 640)
                    await asyncio.sleep(0.04)
        await asyncio.sleep(0.2)


async def owner_of(nodes: list[Process]) -> Process:
    """The node that runs a meeting."""

    async def owner() -> Process | None:
        for node in nodes:
            async with http_client(node.url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=5) as http:
                lines = (await http.get("/metrics")).text.splitlines()
            if any(line.startswith("wingman_meetings_live ") and float(line.split()[1]) for line in lines):
                return node
        return None

    return await until(owner, every=0.2)


async def until_moved(seen: list[Envelope], times: int) -> None:
    def moves() -> int:
        return sum(isinstance(event.data, MeetingMoved) for event in seen)

    await until(lambda: moves() >= times, every=0.1, within=60)


async def test_a_client_of_three_nodes_sees_all_of_a_meeting_once(one_server: Servers, tmp_path: Path) -> None:
    async with processes(one_server, tmp_path, 3) as nodes:
        left = list(nodes)
        addresses = ",".join(node.url for node in nodes)
        async with Client(addresses, TOKEN) as client:
            meeting = (await client.create(title="Renewal")).id
            seen: list[Envelope] = []

            async def follow() -> None:
                async for event in client.events(meeting):
                    seen.append(event)

            following, feeding = asyncio.ensure_future(follow()), asyncio.ensure_future(feed(left, meeting))
            try:
                for times in (1, 2):
                    for number in range(3):
                        await client.push(meeting, f"card {times} {number}")
                    dead = await owner_of(left)
                    dead.process.kill()
                    await dead.process.wait()
                    left.remove(dead)
                    await until_moved(seen, times)
                    assert (await client.status(meeting)).state == "live"
                assert (await client.end(meeting)).state == "ended"
                await asyncio.wait_for(following, 30)
            finally:
                for task in (following, feeding):
                    task.cancel()
                await asyncio.wait([following, feeding])
            assert not [event for event in seen if isinstance(event.data, StreamReset)]
            assert [event.seq for event in seen] == list(range(1, len(seen) + 1))
            assert isinstance(seen[-1].data, MeetingEnded)
            assert list(await client.history(meeting))[: len(seen)] == seen
            await client.delete(meeting)
            with pytest.raises(InputError) as gone:
                await client.status(meeting)
            assert gone.value.status == 404


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
async def test_a_pages_client_sees_all_of_a_meeting_once_whose_node_dies(
    one_server: Servers, tmp_path: Path
) -> None:
    """It has one address: here that of a node that stays, as a balancer does."""
    async with processes(one_server, tmp_path, 2) as (owner, stays):
        left = [owner, stays]
        async with Client(owner.url, TOKEN) as client:
            meeting = (await client.create(title="Renewal")).id
        script = (
            f"import {{ Client }} from {json.dumps(PAGE.as_uri())};\n"
            f"const wingman = new Client({json.dumps(stays.url)}, {json.dumps(TOKEN)});\n"
            f"for await (const e of wingman.events({json.dumps(meeting)})) console.log(e.seq, e.type);\n"
        )
        page = await asyncio.create_subprocess_exec(
            "node", "--input-type=module", "--eval", script, stdout=asyncio.subprocess.PIPE
        )
        feeding = asyncio.ensure_future(feed(left, meeting))
        try:
            await owner_of([owner])
            await asyncio.sleep(1)
            owner.process.kill()
            await owner.process.wait()
            left.remove(owner)
            await owner_of(left)
            async with Client(stays.url, TOKEN) as client:
                await client.end(meeting)
            out, _ = await asyncio.wait_for(page.communicate(), 60)
        finally:
            feeding.cancel()
            await asyncio.wait([feeding])
            if page.returncode is None:
                page.kill()
                await page.wait()
    told = [line.split() for line in out.decode().splitlines()]
    assert [int(seq) for seq, _ in told] == list(range(1, len(told) + 1))
    kinds = [kind for _, kind in told]
    assert kinds.count("meeting.moved") == 1
    assert kinds[-1] == "meeting.ended"
