"""Two releases side by side, as processes on one NATS server. Run with `-m slow`.

A node of the other release beside one of this tree: each goes on with the other's meetings, and a service is
moved from one release to the other, and back, under calls whose words are counted.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from scripts.proofs._cluster_calls import Caller, packets, shown_twice, talk
from scripts.proofs._cluster_talk import Transcriber, differences
from tests.support.http import http_client
from tests.support.nats import Servers, emptied
from tests.support.node_processes import HEADERS, Process, begin, feed_until_moved, killed
from tests.support.releases import CHECKOUT, FUTURE, release
from tests.support.until import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
EARLIER = ("9a2e339", "c147604")
"""The first commit with all that nodes do together, and one of the last day's."""
CALLS = 3
HEAR_S = 8.0


@pytest.fixture(params=(*EARLIER, FUTURE))
def other(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A checkout of the other release."""
    try:
        with release(request.param) as checkout:
            yield checkout
    except subprocess.CalledProcessError:
        pytest.skip(f"{request.param} is not in this clone")


@asynccontextmanager
async def started() -> AsyncIterator[Any]:
    """What starts nodes; they are killed when the block ends."""
    running: list[Process] = []

    async def start(servers: Servers, folder: Path, name: str, code: Path, **more: Any) -> Process:
        running.append(await begin(servers, folder, name, code=code, **more))
        return running[-1]

    try:
        yield start
    finally:
        await killed(running)


async def told(node: Process, meeting: str) -> list[dict[str, Any]]:
    async with http_client(node.url, headers=HEADERS, timeout=10) as http:
        answer = await http.get(f"/api/meetings/{meeting}/events", params={"limit": 10_000})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["events"])


def alike(one: Any, other: Any) -> bool:
    """Are these two readings of the same? A node tells events with the fields its own release knows: what only
    one reading has must be all that they differ in, and only one of them may have more.
    """
    if isinstance(one, dict) and isinstance(other, dict):
        fewer, more = sorted((one, other), key=len)
        return all(name in more and alike(value, more[name]) for name, value in fewer.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    return bool(one == other)


async def spoken_into(owner: Process, beside: Process, *, heard_of: bool = False) -> str:
    """A meeting on one node that is fed, noted, paused and resumed through the other one.

    `heard_of`: not before that one has heard of it. The first release asks no
    server for a meeting that it does not know.
    """
    brief = {"title": "Renewal", "brief": "They want a discount", "keyterms": ["Acme"]}
    async with http_client(owner.url, headers=HEADERS, timeout=10) as http:
        made = await http.post("/api/meetings", json=brief)
    assert made.status_code == 201, made.text
    meeting = str(made.json()["id"])
    address = f"/api/meetings/{meeting}"
    async with http_client(beside.url, headers=HEADERS, timeout=10) as http:
        if heard_of:
            await until(partial(_known, http, meeting), every=0.02)
        await _fed(beside, http, address)
    return meeting


async def _fed(beside: Process, http: httpx.AsyncClient, address: str) -> None:
    async with beside.socket(f"{address}/pcm?channel=tab&rate=16000") as pcm:
        for number in range(5):
            for _ in range(10):
                await pcm.send(b"\x01\x00" * 640)
                await asyncio.sleep(0.02)
            noted = await http.post(f"{address}/notes", json={"text": f"note {number}"})
            assert noted.status_code < 300, noted.text
        for what in ("pause", "resume"):
            done = await http.post(f"{address}/{what}")
            assert done.status_code == 200, done.text


async def taken_over(meeting: str, dead: Process, by: Process) -> None:
    """A node dies, and the other one goes on with its meeting: told once, in order, and all of it."""
    before = await told(by, meeting)
    dead.process.kill()
    await dead.process.wait()
    seen: list[dict[str, Any]] = []
    async with by.socket(f"/api/meetings/{meeting}/ws?after=0") as overlay:
        moved = await feed_until_moved(by, meeting, overlay, seen)
    assert moved["data"]["reason"] == "lost"
    assert [event["seq"] for event in seen] == list(range(1, len(seen) + 1))
    assert [pair for pair in zip(seen, before, strict=False) if not alike(*pair)] == []
    assert len(seen) >= len(before)
    notes = [event["data"]["text"] for event in seen if event["type"] == "note.added"]
    assert notes == [f"note {number}" for number in range(5)]


async def test_each_goes_on_with_the_others_meetings(one_server: Servers, tmp_path: Path, other: Path) -> None:
    await emptied(one_server)
    async with started() as start:
        theirs = await start(one_server, tmp_path, "theirs", other)
        ours = await start(one_server, tmp_path, "ours", CHECKOUT)
        first = await spoken_into(theirs, ours)
        await taken_over(first, theirs, ours)
        theirs = await start(one_server, tmp_path, "theirs-again", other)
        second = await spoken_into(ours, theirs, heard_of=True)
        await taken_over(second, ours, theirs)
        async with theirs.socket(f"/api/meetings/{first}/ws?after=0") as overlay:
            await feed_until_moved(theirs, first, overlay, [])  # the first move, as the log tells it
        ours = await start(one_server, tmp_path, "ours-again", CHECKOUT)
        await both_tell_the_same(ours, theirs, (first, second))


async def both_tell_the_same(ours: Process, theirs: Process, meetings: tuple[str, str]) -> None:
    async with (
        http_client(ours.url, headers=HEADERS, timeout=10) as here,
        http_client(theirs.url, headers=HEADERS, timeout=10) as there,
    ):
        for meeting in meetings:
            for asked in (
                f"/api/meetings/{meeting}/events?limit=10000",
                f"/api/meetings/{meeting}/export?format=md",
            ):
                answers = [await http.get(asked) for http in (here, there)]
                assert [answer.status_code for answer in answers] == [200, 200], answers
        assert await told(ours, meetings[1]) == await told(theirs, meetings[1])
        found = [(await http.get("/api/meetings?q=note")).json()["hits"] for http in (here, there)]
        assert len(found[0]) == len(found[1]) == 10
        for http, other_one, meeting in ((here, there, meetings[0]), (there, here, meetings[1])):
            ended = await http.post(f"/api/meetings/{meeting}/end")
            assert ended.status_code in (200, 503), ended.text  # 503: nobody runs it just now
            assert (await http.delete(f"/api/meetings/{meeting}")).status_code == 204
            await until(partial(_unknown, other_one, meeting), every=0.1)


async def _known(http: httpx.AsyncClient, meeting: str) -> bool:
    return (await http.get(f"/api/meetings/{meeting}")).status_code == 200


async def _unknown(http: httpx.AsyncClient, meeting: str) -> bool:
    return (await http.get(f"/api/meetings/{meeting}")).status_code == 404


async def test_a_service_is_moved_to_the_other_release_and_back_under_its_calls(
    one_server: Servers, tmp_path: Path, other: Path
) -> None:
    await emptied(one_server)
    async with AsyncExitStack() as stack:
        start = await stack.enter_async_context(started())
        deepgram = await stack.enter_async_context(Transcriber().open())
        heard = {"url": f"ws://127.0.0.1:{deepgram.port}", "api_key": "a key of nobody"}
        more = {"transcribe": {"provider": "deepgram", "deepgram": heard}}
        nodes = [await start(one_server, tmp_path, f"first{n}", other, **more) for n in range(2)]
        callers = [Caller(lambda: nodes, random.Random(n)) for n in range(CALLS)]
        jobs = [asyncio.ensure_future(talk(callers, packets()))]
        try:
            for caller in callers:
                await caller.begin()
                jobs += [asyncio.ensure_future(caller.watch()), asyncio.ensure_future(caller.mind())]
            await asyncio.sleep(HEAR_S)
            for number, code in enumerate((CHECKOUT, CHECKOUT, other, other)):
                nodes.append(await start(one_server, tmp_path, f"next{number}", code, **more))
                old = nodes.pop(0)
                old.process.terminate()
                await asyncio.wait_for(old.process.wait(), 90)
            await asyncio.sleep(HEAR_S)
            logs = [await told(nodes[0], caller.meeting) for caller in callers]
        finally:
            for job in jobs:
                job.cancel()
            await asyncio.wait(jobs)
            for caller in callers:
                await caller.close()
    for caller, log in zip(callers, logs, strict=True):
        assert [event["seq"] for event in log] == list(range(1, len(log) + 1))
        stored = {event["seq"]: event for event in log}
        assert [event for event in caller.seen if not alike(stored.get(event["seq"], event), event)] == []
        assert shown_twice(caller.seqs) == 0
        assert caller.moves, "it was moved at least once"
    assert [differences(caller.words) for caller in callers] == [(0, 0, 0)] * CALLS
