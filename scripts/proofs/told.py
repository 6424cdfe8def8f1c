"""Every sample ends in words or in a gap: measured against servers and senders written from the wire alone."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import httpx

from scripts.proofs._told_composed import compositions, handshakes
from scripts.proofs._told_network import browser_moves, network
from scripts.proofs.figures import Figure, progress
from tests.support.strangers.deepgram import Fault, Stranger, stranger
from tests.support.strangers.running import Overlay, Running, running, speak
from tests.support.strangers.spoken import RATE, Speaker, Spoken
from tests.support.strangers.stored import store_long_meeting
from tests.support.strangers.world import arrange
from wingman.app import open_service
from wingman.app.http import serve_http
from wingman.config.settings import build
from wingman.server.gc_tuning import SETTLE_S

MEETINGS = 1000
SETTLED_AFTER = 50
LINES = 20_000
OUTAGE = (Fault("refuse", status=503, count=9999), Fault("close", code=1006))


@contextlib.asynccontextmanager
async def served(*arguments: str, **more: str) -> AsyncIterator[tuple[Running, Stranger, Path]]:
    """A service of its own process with the stranger behind it."""
    with tempfile.TemporaryDirectory() as name:
        async with stranger() as provider, running(Path(name), provider, *arguments, **more) as service:
            yield service, provider, Path(name)


async def begin(service: Running) -> str:
    """A new meeting's id."""
    async with service.client() as http:
        answer: dict[str, Any] = (await http.post("/api/meetings", json={"title": "told"})).json()
        return str(answer["id"])


async def memory() -> list[Figure]:
    """A thousand short meetings, twelve at a time and then one after another, and what stays of them."""
    async with served() as (service, _, _):
        many = await _resident(service, at_once=12)
        single = await _resident(service, at_once=1)
    farthest = max(map(_spread, (many, single)))
    return [
        Figure("memory slope over ended meetings, 12 at a time", _rise(many), 5, "<=", "kB", "each"),
        Figure("the same, one after another", _rise(single), 5, "<=", "kB", "each"),
        Figure("memory, farthest from its mean after the 50th", farthest, 5, "<=", "MB"),
        Figure("memory after them", single[MEETINGS] / 1e6, None, "<=", "MB"),
    ]


async def _resident(service: Running, at_once: int) -> dict[int, int]:
    """Bytes after every fiftieth meeting, when all of them have ended."""
    progress(f"{MEETINGS} short meetings, {at_once} at a time")
    marks: dict[int, int] = {}
    gate = asyncio.Semaphore(at_once)
    async with service.client() as http:
        for ended in range(SETTLED_AFTER, MEETINGS + 1, SETTLED_AFTER):
            async with asyncio.TaskGroup() as tasks:
                for _ in range(SETTLED_AFTER):
                    tasks.create_task(_short(service, http, gate))
            await asyncio.sleep(2 * SETTLE_S)
            marks[ended] = service.resident
    progress("  MB: " + " ".join(f"{size / 1e6:.1f}" for size in marks.values()))
    return marks


async def _short(service: Running, http: httpx.AsyncClient, gate: asyncio.Semaphore) -> None:
    """One meeting of half a second."""
    async with gate:
        meeting = await begin(service)
        async with service.socket(f"/api/meetings/{meeting}/pcm?channel=tab&rate=16000") as socket:
            for _ in range(5):
                await socket.send(b"\1\0" * 1600)
            await socket.send('{"type":"end"}')
            async for _ in socket:
                pass
        await http.post(f"/api/meetings/{meeting}/end")


def _rise(marks: dict[int, int]) -> float:
    """Kilobytes that each meeting after the first fifty leaves; least squares."""
    return max(0.0, _slope({count: size for count, size in marks.items() if count > SETTLED_AFTER})) / 1000


def _spread(marks: dict[int, int]) -> float:
    """Megabytes between the mean after the fiftieth and what is farthest from it."""
    sizes = [size for count, size in marks.items() if count >= SETTLED_AFTER]
    middle = sum(sizes) / len(sizes)
    return max(abs(size - middle) for size in sizes) / 1e6


def _slope(marks: dict[int, int]) -> float:
    """Least squares: bytes per meeting."""
    xs, ys = list(marks), list(marks.values())
    middle, height = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((x - middle) * (y - height) for x, y in marks.items()) / sum((x - middle) ** 2 for x in xs)


async def stopped(*arguments: str) -> tuple[int, bool]:
    """SIGTERM in an outage: words untold, and whether the client heard the end before its connection went."""
    async with served(*arguments) as (service, provider, _):
        meeting, speaker, overlay = await begin(service), Speaker(3), Overlay()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(overlay.watch(service, meeting))
            async with service.socket(f"/api/meetings/{meeting}/pcm?channel=tab&rate=16000") as socket:
                position = await speak(socket, speaker, 4.0)
                for fault in OUTAGE:
                    arrange(provider, fault)
                await speak(socket, speaker, 6.0, position=position)
                await service.stop(signal.SIGTERM)
    ended = overlay.of("meeting.ended")
    length = ended[0]["data"]["seconds"] if ended else 0.0
    return len(untold(speaker.said, overlay, length)), bool(ended)


def untold(said: list[Spoken], overlay: Overlay, seconds: float) -> list[str]:
    """Words within the meeting that its events neither hold nor miss."""
    heard = {word for event in overlay.of("utterance.created") for word in event["data"]["text"].split()}
    gaps = [
        (event["media"]["start"] * RATE, event["media"]["end"] * RATE)
        for event in overlay.of("transcript.gap")
        if event["data"]["branch"] == "transcribe"
    ]
    return [
        word.text
        for word in said
        if word.end <= seconds * RATE
        and word.text not in heard
        and not any(word.start < end and start < word.end for start, end in gaps)
    ]


async def shutdown() -> list[Figure]:
    """One process and two."""
    progress("stopping the service while its provider is away")
    lost, told = zip(*[await stopped(*arguments) for arguments in ((), ("--workers", "2"))], strict=True)
    return [
        Figure("SIGTERM in an outage: untold words", sum(lost), 0, "=="),
        Figure("clients that heard the end", sum(told), len(told), "=="),
    ]


async def last_sentence() -> list[Figure]:
    """From a source's last sample to its sentence, wherever in the sentence it ends."""
    progress("sources that end in the middle of a sentence")
    waits = []
    async with served() as (service, _, _):
        for number in range(5):
            meeting, speaker, overlay = await begin(service), Speaker(number), Overlay()
            watching = asyncio.create_task(overlay.watch(service, meeting))
            async with service.socket(f"/api/meetings/{meeting}/pcm?channel=tab&rate=16000") as socket:
                position = await speak(socket, speaker, 3.0)
                while not (speaker.said and speaker.said[-1].end > position - RATE // 10):
                    position = await speak(socket, speaker, 0.1, position=position)
            ended = asyncio.get_running_loop().time()
            last = speaker.said[-1].text
            waits.append(await _waited(overlay, last, ended))
            watching.cancel()
            await asyncio.wait([watching])
    return [Figure("last sentence after the end of its source", max(waits), 1.0, "<=", "s")]


async def _waited(overlay: Overlay, word: str, since: float) -> float:
    loop = asyncio.get_running_loop()
    while loop.time() - since < 10:
        for event, at in zip(overlay.events, overlay.arrived, strict=True):
            if event["type"] == "utterance.created" and word in event["data"]["text"].split():
                return max(0.0, at - since)
        await asyncio.sleep(0.01)
    return 10.0


async def locked() -> list[Figure]:
    """Another program locks the database for six seconds; how late are the pushes?"""
    progress("a database that another program locks")
    async with served() as (service, _, folder):
        meeting, overlay, sent = await begin(service), Overlay(), list[float]()
        watching = asyncio.create_task(overlay.watch(service, meeting))
        async with service.client() as http:
            await asyncio.sleep(0.5)
            other = sqlite3.connect(folder / "wingman.db", isolation_level=None)
            other.execute("BEGIN EXCLUSIVE")
            loop, until = asyncio.get_running_loop(), asyncio.get_running_loop().time() + 6
            while loop.time() < until:
                sent.append(loop.time())
                name = {"setting": "speaker_name", "value": {"speaker": "tab", "name": f"n{len(sent)}"}}
                await http.post(f"/api/meetings/{meeting}/control", json=name)
                await asyncio.sleep(0.1)
            other.execute("COMMIT")
            other.close()
        await asyncio.sleep(1.0)
        watching.cancel()
        await asyncio.wait([watching])
    came = {
        event["data"]["name"]: at
        for event, at in zip(overlay.events, overlay.arrived, strict=True)
        if event["type"] == "speaker.renamed"
    }
    delays = [came.get(f"n{number}", began + 10) - began for number, began in enumerate(sent, 1)]
    return [
        Figure("push delay under a locked database", max(delays) * 1000, 250, "<=", "ms"),
        Figure("pushes measured", len(delays), 30, ">="),
    ]


async def held() -> list[Figure]:
    """How long a report and the exports of a long meeting hold the event loop, in time of its own thread."""
    progress(f"reports of a meeting of {LINES} lines")
    worst: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        meeting = await store_long_meeting(Path(name), LINES)
        tree = {"deliver": {"data_dir": name}, "transcribe": {"provider": "off"}, "server": {"port": 0}}
        async with open_service(build({**tree, "suggest": {"provider": "cues"}})) as service:
            port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            serving = asyncio.create_task(serve_http(service, port.set_result))
            url = f"http://127.0.0.1:{await port}"
            headers = {"Authorization": f"Bearer {service.token}"}
            async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=60) as http:
                await asyncio.sleep(2.0)  # what a start has to do
                for path in (f"/meetings/{meeting}", *(f"/api/meetings/{meeting}/{tail}" for tail in TAILS)):
                    worst[path.rpartition("/")[2]] = await _held_by(http.get(path))
            serving.cancel()
            await asyncio.wait([serving])
    for path, wait in worst.items():
        progress(f"  {path}: {wait * 1000:.1f} ms")
    return [Figure("loop held by a report", max(worst.values()) * 1000, 20, "<=", "ms", f"{LINES} lines")]


TAILS = ("export?format=md", "export?format=json", "export?format=srt", "export?format=bundle", "summary")


async def _held_by(work: Coroutine[Any, Any, httpx.Response]) -> float:
    """The most time this thread spent between two turns of the loop while `work` went on."""
    task, worst, last = asyncio.create_task(work), 0.0, time.thread_time()
    while not task.done():
        await asyncio.sleep(0)
        now = time.thread_time()
        worst, last = max(worst, now - last), now
    (await task).raise_for_status()
    return worst


def measure() -> list[Figure]:
    """All figures."""
    figures = [*compositions(), *handshakes(), *browser_moves()]
    parts: tuple[Callable[[], Awaitable[list[Figure]]], ...] = (
        memory,
        shutdown,
        last_sentence,
        locked,
        held,
        network,
    )
    for part in parts:
        figures += asyncio.run(_awaited(part))
    return figures


async def _awaited(part: Callable[[], Awaitable[list[Figure]]]) -> list[Figure]:
    return await part()
