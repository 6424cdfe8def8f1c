#!/usr/bin/env python3
"""Push latency to many overlay clients of one meeting: ours beside plain `websockets.broadcast`.

    python -m scripts.bench_deliver [--clients 1000] [--seconds 6] [--rate 10]

The server runs alone in its own process; the clients share this one. An event carries the moment it was
handed to the log (ours: so the figure includes the commit to SQLite) or to `broadcast` (theirs), on the
machine's monotonic clock; each client notes when its last byte arrived.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import structlog

MEETING = "m-0001"
TOKEN = "test-token"
FILLER = "and that is roughly what we would need from the first rollout in spring "
MARK = b'"text":"@'


@dataclass(frozen=True, slots=True)
class Result:
    """One run. Latencies in milliseconds."""

    p50: float
    p99: float
    worst: float
    expected: int
    received: int
    cpu_us: float
    """User and system time of the server per delivery, microseconds."""
    rss_kb: float
    """Memory of the server per client, kilobytes."""


class Reader(asyncio.Protocol):
    """A client that only ever reads: it notes each event's age. `paused` ones never read."""

    def __init__(self, path: str, ages: list[float], paused: bool) -> None:
        self._path = path
        self._ages = ages
        self._paused = paused
        self._rest = b""
        self._open = False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET {self._path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
        )
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        data = self._rest + data
        if not self._open and b"\r\n\r\n" in data:
            self._open = True
            self.ready.set_result(None)
            if self._paused:
                self.transport.pause_reading()
        at = data.find(MARK)
        end = 0
        while at >= 0 and (stop := data.find(b" ", at)) >= 0:
            self._ages.append(now - float(data[at + len(MARK) : stop]))
            end = stop
            at = data.find(MARK, stop)
        self._rest = data[max(end, len(data) - 64) :]

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(exc or ConnectionError("refused"))


async def measure(kind: str, clients: int, seconds: float, rate: float, stalled: int = 0) -> Result:
    """Run one server with `clients` readers, `stalled` further ones that never read."""
    ages: list[float] = []
    loop = asyncio.get_running_loop()
    async with _server(kind, seconds, rate) as (process, port):
        path = f"/api/meetings/{MEETING}/ws?token={TOKEN}"
        idle = _rss(process.pid)
        readers = []
        for number in range(clients + stalled):
            _, reader = await loop.create_connection(
                partial(Reader, path, ages, number >= clients), "127.0.0.1", port
            )
            readers.append(reader)
        await asyncio.gather(*(reader.ready for reader in readers))
        await asyncio.sleep(0.5)
        ages.clear()
        before = _cpu(process.pid)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"go\n")
        sent = int(await process.stdout.readline())
        await asyncio.sleep(0.5)
        cpu, rss = _cpu(process.pid) - before, _rss(process.pid) - idle
        for reader in readers:
            reader.transport.abort()
    ages.sort()
    expected = sent * clients
    pick = [1000 * ages[min(len(ages) - 1, int(len(ages) * q))] for q in (0.5, 0.99, 1.0)]
    p50, p99, worst = pick
    return Result(
        p50, p99, worst, expected, len(ages), cpu / max(1, len(ages)) * 1e6, rss / max(1, len(readers))
    )


@asynccontextmanager
async def _server(
    kind: str, seconds: float, rate: float
) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    process = await asyncio.create_subprocess_exec(
        *(
            sys.executable,
            "-m",
            "scripts.bench_deliver",
            "--serve",
            kind,
            "--seconds",
            str(seconds),
            "--rate",
            str(rate),
        ),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        yield process, int(await process.stdout.readline())
    finally:
        process.kill()
        await process.wait()


async def serve_ours(seconds: float, rate: float) -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # figures go to stdout
    from tests.support.service import service
    from wingman.core.events import Media, UtteranceCreated
    from wingman.core.time import Channel
    from wingman.core.utterance import EMOTION_PENDING
    from wingman.events.sqlite.log import SqliteLog

    with tempfile.TemporaryDirectory() as directory:
        log = await SqliteLog.open(Path(directory) / "events.db")
        async with service(log) as it:
            meeting = await it.meetings.create_titled("bench")

            def say() -> None:
                text = f"@{time.monotonic():.6f} {FILLER}"
                said = UtteranceCreated("u-1", "tab", text, 0.9, 0, EMOTION_PENDING)
                meeting.publish(said, Media(Channel.TAB, 1.0, 2.0))

            await _on_command(it.port, say, seconds, rate)
        await log.aclose()


async def serve_broadcast(seconds: float, rate: float) -> None:
    from websockets.asyncio.server import broadcast, serve

    async def handler(connection: Any) -> None:
        await connection.wait_closed()

    async with serve(handler, "127.0.0.1", 0, compression=None) as server:

        def say() -> None:
            text = f"@{time.monotonic():.6f} {FILLER}"
            data = {"id": "u-1", "speaker": "tab", "text": text, "confidence": 0.9, "revision": 0}
            event = {"v": 1, "seq": 1, "type": "utterance.created", "meeting": MEETING, "at": 1.0, "data": data}
            broadcast(server.connections, json.dumps(event, separators=(",", ":")))

        await _on_command(server.sockets[0].getsockname()[1], say, seconds, rate)


async def _on_command(port: int, say: Any, seconds: float, rate: float) -> None:
    loop = asyncio.get_running_loop()
    print(port, flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    begin, sent = loop.time(), 0
    while sent < seconds * rate:
        say()
        sent += 1
        await asyncio.sleep(max(0.0, begin + sent / rate - loop.time()))
    await asyncio.sleep(0.5)
    print(sent, flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)


def step_forward() -> None:
    """Ask not to be disturbed: what else runs on this machine is not what is measured. Only root may."""
    with contextlib.suppress(PermissionError):
        os.nice(-10)


def _cpu(pid: int) -> float:
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def _rss(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--rate", type=float, default=10, help="events per second")
    parser.add_argument("--serve", choices=("ours", "broadcast"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        asyncio.run({"ours": serve_ours, "broadcast": serve_broadcast}[args.serve](args.seconds, args.rate))
        return
    step_forward()
    print(f"{args.clients} clients, {args.rate:g} events/s, {args.seconds:g} s\n")
    print("                                   p50 ms   p99 ms  worst ms   lost  CPU us  kB/client")
    for title, kind, stalled in (
        ("wingman, log first", "ours", 0),
        ("the same, 1 client never reads", "ours", 1),
        ("plain websockets.broadcast", "broadcast", 0),
    ):
        r = asyncio.run(measure(kind, args.clients, args.seconds, args.rate, stalled))
        lost = r.expected - r.received
        print(f"{title:<32}{r.p50:9.1f}{r.p99:9.1f}{r.worst:10.1f}{lost:7}{r.cpu_us:8.1f}{r.rss_kb:11.1f}")


if __name__ == "__main__":
    main()
