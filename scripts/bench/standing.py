"""What standing still and growing cost: idle processor time, start, memory a meeting, an overlay, a stored one.

`python -m scripts.bench.standing` prints a line a point of each curve; two hours of one meeting are
`scripts.bench.soak`'s.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from websockets.asyncio.client import connect

from wingman.bench.harness import Subject, cpu_seconds, rss_mb, started
from wingman.client.client import Client
from wingman.core.events import Media, MeetingEnded, MeetingStarted, SuggestionCompleted, UtteranceCreated
from wingman.core.json import JsonObject
from wingman.core.time import Channel
from wingman.core.utterance import EMOTION_OFF
from wingman.events.sqlite.log import SqliteLog

TOKEN = "bench"
MEETINGS = (0, 50, 100)
OVERLAYS = (0, 100, 400)
"""The first hundred find room that starting has left behind; what one costs shows after them."""
STORED = (0, 50, 150)
UTTERANCES = 400
"""Of a stored meeting: half an hour of talk, with a card for every tenth."""
CALM_S = 4.0
"""After a change: first ticks and garbage are over by then."""
CALM_MS = 5.0
"""Of processor time a second; imports and the encoder are over once a service with little to do takes less."""
CALM_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a curve."""

    curve: str
    count: int
    cpu_ms_per_s: float
    """Processor time the whole service spends a second, in milliseconds."""
    rss_mb: float
    start_s: float = 0.0
    disk_mb: float = 0.0


async def standing(seconds: float = 10.0) -> list[Point]:
    """Every curve but that of the hours; each point is looked at for so many seconds."""
    with tempfile.TemporaryDirectory(prefix="wingman-standing-") as folder:
        # two services that do next to nothing, each measured by its own process, are in nobody's way
        curves = await asyncio.gather(_meetings(seconds), _overlays(seconds))
        points = [point for curve in curves for point in curve]
        for count in STORED:
            (own := Path(folder) / str(count)).mkdir()
            points.append(await _stored(count, own))
    return points


@asynccontextmanager
async def _service(keep: str = "") -> AsyncIterator[tuple[int, str]]:
    """A service without any provider elsewhere: its pid and address."""
    settings: JsonObject = {
        "server": {"port": 0, "token": TOKEN},
        "transcribe": {"provider": "deepgram", "deepgram": {"api_key": "bench", "url": "ws://127.0.0.1:9"}},
        "emotion": {"provider": "off"},
        "suggest": {"provider": "cues"},
        "meeting": {"most": 1000},
    }
    keeping = ("--keep", keep) if keep else ()
    if keep:
        settings["deliver"] = {"data_dir": keep}
    command = (sys.executable, "-m", "wingman.bench.server", "--settings", json.dumps(settings), *keeping)
    async with started(Subject("wingman", lambda _: command, pinned=False), 0) as (pid, port):
        yield pid, f"http://127.0.0.1:{port}"


async def _point(curve: str, count: int, pid: int, seconds: float) -> Point:
    await asyncio.sleep(CALM_S)
    await _calm(pid, CALM_MS + count)
    before, began = cpu_seconds(pid), time.perf_counter()
    await asyncio.sleep(seconds)
    spent = cpu_seconds(pid) - before
    return Point(curve, count, 1000 * spent / (time.perf_counter() - began), rss_mb(pid))


async def _calm(pid: int, most_ms: float) -> None:
    """Return when the service has taken no more than this for a second, or never does."""
    for _ in range(round(CALM_WITHIN_S)):
        before = cpu_seconds(pid)
        await asyncio.sleep(1.0)
        if 1000 * (cpu_seconds(pid) - before) <= most_ms:
            return


async def _meetings(seconds: float) -> list[Point]:
    """Meetings that exist and hear nothing."""
    points = []
    async with _service() as (pid, url), Client(url, TOKEN) as wingman:
        made = 0
        for count in MEETINGS:
            for _ in range(count - made):
                await wingman.create(title="silent")
            made = count
            points.append(await _point("meetings", count, pid, seconds))
    return points


async def _overlays(seconds: float) -> list[Point]:
    """Overlays of one meeting in which nothing happens."""
    points = []
    async with _service() as (pid, url), Client(url, TOKEN) as wingman, asyncio.TaskGroup() as watching:
        meeting = await wingman.create(title="watched")
        tasks: list[asyncio.Task[None]] = []
        for count in OVERLAYS:
            more = range(count - len(tasks))
            tasks += [watching.create_task(_watch(url, meeting.id)) for _ in more]
            points.append(await _point("overlays", count, pid, seconds))
        for task in tasks:
            task.cancel()
    return points


async def _watch(url: str, meeting: str) -> None:
    address = f"{url.replace('http', 'ws', 1)}/api/meetings/{meeting}/ws"
    async with connect(address, additional_headers={"Authorization": f"Bearer {TOKEN}"}, proxy=None) as socket:
        async for _ in socket:
            pass


async def _stored(count: int, folder: Path) -> Point:
    """A service that has kept so many meetings, just started."""
    await _keep(count, folder)
    began = time.perf_counter()
    async with _service(str(folder)) as (pid, _):
        start_s = time.perf_counter() - began
        point = await _point("stored", count, pid, 2.0)
    return Point("stored", count, point.cpu_ms_per_s, point.rss_mb, start_s, _size(folder))


def _size(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / (1 << 20)


async def _keep(count: int, folder: Path) -> None:
    log = await SqliteLog.open(folder / "events.db")
    for number in range(count):
        meeting = f"m-{number:06d}"
        begun = MeetingStarted("kept", (Channel.TAB,), "sales", "deepgram", "off", "cues", "off")
        log.append(meeting, begun, at=0.0)
        for at in range(UTTERANCES):
            text = f"so what would the enterprise plan cost us per month if we began in week {at}"
            media = Media(Channel.TAB, 4.5 * at, 4.5 * at + 4)
            log.append(
                meeting, UtteranceCreated(f"u-{at}", "tab", text, 0.9, 0, EMOTION_OFF), media, at=4.5 * at
            )
            if at % 10 == 0:
                log.append(
                    meeting,
                    SuggestionCompleted(f"s-{at}", "Ask what it costs them today.", "playbook"),
                    at=4.5 * at,
                )
        log.append(meeting, MeetingEnded("stopped", 1800.0), at=1800.0)
        await log.flush()
    await log.aclose()


def slope(points: Sequence[Point], curve: str) -> tuple[float, float]:
    """Processor time (ms/s) and memory (MB) of one more among many: the first load what all use."""
    *_, first, last = [point for point in points if point.curve == curve]
    each = last.count - first.count
    return (last.cpu_ms_per_s - first.cpu_ms_per_s) / each, (last.rss_mb - first.rss_mb) / each


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    for point in asyncio.run(standing()):
        print(json.dumps(asdict(point)), flush=True)


if __name__ == "__main__":
    main()
