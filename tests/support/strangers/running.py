"""`wingman serve` as a process of its own, and what a client sees of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.support.http import http_client
from tests.support.strangers.deepgram import Stranger
from tests.support.strangers.spoken import RATE, Speaker

STEP = RATE // 10
READY_S = 60.0


@dataclass(slots=True)
class Running:
    """A service that answers; `stop` ends it."""

    port: int
    token: str
    process: asyncio.subprocess.Process
    log: Path

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def client(self) -> httpx.AsyncClient:
        url = f"http://127.0.0.1:{self.port}"
        return http_client(url, headers=self.headers, timeout=60)

    def socket(self, path: str) -> Any:
        """A WebSocket to the service, not yet entered."""
        url = f"ws://127.0.0.1:{self.port}{path}"
        return connect(url, additional_headers=self.headers, proxy=None, max_size=None)

    @property
    def resident(self) -> int:
        """Bytes of memory the process holds."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    async def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait; the exit status."""
        self.process.send_signal(number)
        return await self.process.wait()


def environment(folder: Path, provider: Stranger, more: Mapping[str, str]) -> dict[str, str]:
    """The settings of production, with the stranger in Deepgram's place and no other provider."""
    return {
        **os.environ,
        "DEEPGRAM_API_KEY": "local-key",
        "WINGMAN_TRANSCRIBE__PROVIDER": "deepgram",
        "WINGMAN_TRANSCRIBE__DEEPGRAM__URL": provider.url,
        "WINGMAN_TRANSCRIBE__DEEPGRAM__DIARIZE": "off",
        "WINGMAN_SUGGEST__PROVIDER": "cues",
        "WINGMAN_DELIVER__DATA_DIR": str(folder),
        "WINGMAN_SERVER__PORT": "0",
        **more,
    }


@contextlib.asynccontextmanager
async def running(folder: Path, provider: Stranger, *arguments: str, **more: str) -> AsyncIterator[Running]:
    """Start `wingman serve`; leaving kills what is left of it. `more` are further variables."""
    token = secrets.token_urlsafe(24)
    env = environment(folder, provider, {"WINGMAN_SERVER__TOKEN": token, **more})
    log = folder / "service.log"
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "wingman", "serve", *arguments),
            env=env,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
        )
    try:
        async with asyncio.timeout(READY_S):
            port = await _port(process, log)
        yield Running(port, token, process, log)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _port(process: asyncio.subprocess.Process, log: Path) -> int:
    assert process.stdout is not None
    while line := (await process.stdout.readline()).decode():
        if "ready" in line:
            return int(line.split("//")[1].split("/")[0].rsplit(":", 1)[1])
    raise RuntimeError(f"the service did not start; see {log}")


@dataclass(slots=True)
class Overlay:
    """A client of a meeting's events."""

    events: list[dict[str, Any]] = field(default_factory=list)
    arrived: list[float] = field(default_factory=list)
    """When each came, on the loop's clock."""
    code: int | None = None

    async def watch(self, service: Running, meeting: str) -> None:
        """Until the connection ends."""
        loop = asyncio.get_running_loop()
        async with service.socket(f"/api/meetings/{meeting}/ws") as socket:
            with contextlib.suppress(ConnectionClosed):
                async for text in socket:
                    self.events.append(json.loads(text))
                    self.arrived.append(loop.time())
            self.code = socket.close_code

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]


async def speak(socket: ClientConnection, speaker: Speaker, seconds: float, *, position: int = 0) -> int:
    """Say something for so long in real time; the position after it. Ends early when the service hangs up."""
    loop = asyncio.get_running_loop()
    began, first = loop.time(), position
    with contextlib.suppress(ConnectionClosed):
        while position - first < seconds * RATE:
            await socket.send(speaker.pcm(position, STEP))
            position += STEP
            await asyncio.sleep(max(0.0, began + (position - first) / RATE - loop.time()))
    return position
