"""Nodes of a service as processes of their own."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import websockets
import yaml

from tests.support import forked
from tests.support.cluster import TOKEN, tree
from tests.support.http import http_client
from tests.support.nats import Servers, emptied
from tests.support.until import until

HEADERS = {"Authorization": f"Bearer {TOKEN}"}
CHECKOUT = Path(__file__).parents[2]
START_S = 60.0


class Running(Protocol):
    """What tests use of `asyncio.subprocess.Process`."""

    @property
    def returncode(self) -> int | None: ...

    def send_signal(self, signal: int) -> None: ...

    def terminate(self) -> None: ...

    def kill(self) -> None: ...

    async def wait(self) -> int: ...


class _Forked(forked.Started):
    """A node of this checkout, which needs no imports of its own."""

    async def wait(self) -> int:  # type: ignore[override]  # for whoever has a loop
        return await asyncio.to_thread(super().wait, START_S)


@dataclass
class Process:
    port: int
    process: Running

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def socket(self, path: str) -> Any:
        return websockets.connect(
            f"ws://127.0.0.1:{self.port}{path}", additional_headers=HEADERS, proxy=None, close_timeout=1
        )


async def begin(
    running: Servers,
    folder: Path,
    name: str,
    *,
    cluster_url: str = "",
    store: Mapping[str, str] | str = "",
    code: Path = CHECKOUT,
    **more: Any,
) -> Process:
    """One node as a process of its own, ready to be asked; `cluster_url` in place of the servers' own.

    `store` is a folder, or `deliver.store` as a whole; `code` a checkout of another release.
    """
    config = folder / f"{name}.yaml"
    settings = tree(running, folder, name, **more)
    settings["cluster"]["url"] = cluster_url or running.url
    if store:
        settings["deliver"]["store"] = {"url": store} if isinstance(store, str) else dict(store)
    config.write_text(yaml.safe_dump(settings))
    arguments = ["serve", "--config", str(config), "--port", "0"]
    if code == CHECKOUT:
        started = await asyncio.to_thread(_Forked, arguments, os.environ)
        return await _ready(started, asyncio.to_thread(started.stdout.readline))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "wingman", *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        cwd=code, env={**os.environ, "PYTHONPATH": str(code)},
    )  # fmt: skip
    assert process.stdout is not None
    return await _ready(process, process.stdout.readline())


async def _ready(process: Running, told: Awaitable[str | bytes]) -> Process:
    """The node, when it says where it is; one that does not in time is gone."""
    try:
        line = await asyncio.wait_for(told, START_S)
    except TimeoutError:
        process.kill()  # which ends the line that a thread waits for, too
        await process.wait()
        raise
    text = line if isinstance(line, str) else line.decode()
    return Process(int(text.split("127.0.0.1:")[1].split("/")[0]), process)


@asynccontextmanager
async def processes(
    running: Servers, folder: Path, count: int, *, store: Mapping[str, str] | str = "", **more: Any
) -> AsyncIterator[list[Process]]:
    """So many nodes over emptied servers; `store`: where all of them keep sound."""
    await emptied(running)
    started: list[Process] = []
    try:
        for number in range(count):
            started.append(await begin(running, folder, f"n{number}", store=store, **more))
        yield started
    finally:
        await killed(started)


async def killed(nodes: Iterable[Process]) -> None:
    """Kill those that still run, and wait for all."""
    for one in nodes:
        if one.process.returncode is None:
            one.process.kill()
        await one.process.wait()


async def status(node: Process, meeting: str) -> tuple[int, int]:
    """State and newest event, as a node tells them."""
    async with http_client(node.url, headers=HEADERS, timeout=10) as http:
        listed = (await http.get("/api/meetings")).json()["meetings"]
        events = (await http.get(f"/api/meetings/{meeting}/events")).text
        return len(listed), events.count('"seq"')


async def until_agreed(one: Process, other: Process, meeting: str, *, within: float) -> None:
    """Wait until two nodes say the same of a meeting."""

    async def agreed() -> bool:
        return await status(one, meeting) == await status(other, meeting)

    await until(agreed, every=0.2, within=within)


async def feed_until_moved(
    node: Process, meeting: str, overlay: Any, seen: list[dict[str, Any]]
) -> dict[str, Any]:
    """As a client does: bring the sound to another node, again and again, until the meeting goes on."""

    async def feed() -> None:
        while True:
            try:
                async with node.socket(f"/api/meetings/{meeting}/pcm?channel=tab&rate=16000") as pcm:
                    while True:
                        await pcm.send(b"\x01\x00" * 640)
                        await asyncio.sleep(0.04)
            except (websockets.WebSocketException, OSError):
                await asyncio.sleep(0.1)

    feeding = asyncio.ensure_future(feed())
    try:
        async with asyncio.timeout(40):
            while True:
                event = json.loads(await overlay.recv())
                if event["type"] != "stream.caught_up":
                    seen.append(event)
                if event["type"] == "meeting.moved":
                    return dict(event)
    finally:
        feeding.cancel()
        await asyncio.wait([feeding])
