"""Runs one server under test through growing numbers of sessions and says what it held and what that cost."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
import structlog

from wingman.bench.load import Load, summary
from wingman.core.errors import WingmanError
from wingman.core.json import JsonObject

LIMIT_MS = 200.0
"""A server holds a number of sessions while its 99th percentile stays below this."""
WHOLE = 0.99
"""Share of the audio that has to arrive: packets that are dropped are not late, and worse."""
CALM = 0.9
"""Of a core: a server that takes more may fall behind so slowly that it shows late."""
PACKET_MS = 20
SETTLE_S = 1.0
"""After sessions were opened, which costs what comes late by itself."""
log = structlog.get_logger(__name__)
_SCHEDULER = 2
"""CPUCLOCK_SCHED of the kernel's posix-timers.h: what the scheduler has given all threads of a process."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A server under test: how to start it and how to talk to it."""

    name: str
    command: Callable[[int], Sequence[str]]
    """The command line, given the port of the stand-in providers."""
    outlets: tuple[str, ...] = ("transcribe",)
    path: str = "/whip"
    pinned: bool = True
    """Give the server the first core and the load the others; False lets both use all."""
    data_channel: bool = False
    """It does nothing before the client has opened a data channel."""
    talkative: bool = False
    """Its transcriber answers as while somebody speaks without a pause."""
    limit_ms: float = LIMIT_MS
    """The latest that the last packet of a chunk may be: `LIMIT_MS` less what the first one waits for it."""


@dataclass(frozen=True, slots=True)
class Step:
    """What was measured with `sessions` open."""

    sessions: int
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    """Milliseconds of processor time per second of audio and session."""
    cpu_share: float
    """Of one core, 0 to 1."""
    rss_mb: float
    silent: int = 0
    delivered: float = 1.0
    """Share of the audio sent that reached the provider sockets in the same time."""
    branches: tuple[tuple[str, float, float], ...] = ()
    """Per provider: name, p50 and p99 in milliseconds."""
    load_share: float = 0.0
    """Of a core, 0 to 1, that the load itself took: near 1 it is what falls behind."""
    limit_ms: float = LIMIT_MS
    """As its subject has it."""

    @property
    def held(self) -> bool:
        """True when nothing fell behind."""
        return self.p99_ms <= self.limit_ms and self.complete

    @property
    def clear(self) -> bool:
        """True when it is held, and looking longer would not change that."""
        return self.held and self.p99_ms <= self.limit_ms / 2 and self.cpu_share <= CALM

    @property
    def complete(self) -> bool:
        """Nothing was left out on the way."""
        return not self.silent and self.delivered >= WHOLE


def wingman(
    chunk_ms: int = 100,
    media_path: str = "direct",
    workers: int = 1,
    *,
    talkative: bool = False,
    measured: bool = True,
) -> Subject:
    """This Wingman, with a transcriber's and (`measured`) an emotion meter's socket per session."""
    options = ("--chunk-ms", str(chunk_ms), "--media-path", media_path, "--workers", str(workers))

    def command(providers: int) -> Sequence[str]:
        return (sys.executable, "-m", "wingman.bench.server", "--providers", str(providers), *options)

    policy = "emotion_policy=counterpart&consent=recording@1" if measured else "emotion_policy=off"
    outlets = ("transcribe", "emotion") if measured else ("transcribe",)
    path = f"/whip?channels=tab&{policy}"
    limit_ms = LIMIT_MS - (chunk_ms - PACKET_MS)
    return Subject("wingman", command, outlets, path, workers == 1, talkative=talkative, limit_ms=limit_ms)


async def ramp(
    subject: Subject,
    steps: Iterable[int],
    seconds: float = 4.0,
    on_step: Callable[[Step], object] = lambda _: None,
    brief_s: float | None = None,
) -> list[Step]:
    """Measure `subject` with each number of sessions in `steps`; ends when one is no longer held.

    The next number is asked for once the step before was told to `on_step`. A step that is not held is measured
    once more: the load shares the machine with whatever else runs there. With `brief_s` a step that is clear by
    then is not measured for all the `seconds`.
    """
    results: list[Step] = []
    looks = (seconds, seconds) if brief_s is None else (brief_s, seconds, seconds)
    async with loaded(subject) as (load, pid):
        for count in steps:
            try:
                await load.grow(count)
                step = await _measured(load, pid, subject, looks)
            except WingmanError as refused:
                log.warning("it takes no more sessions", subject=subject.name, reason=str(refused))
                break
            results.append(step)
            on_step(step)
            if not step.held:
                break
    return results


@asynccontextmanager
async def loaded(subject: Subject, cores: Sequence[int] = ()) -> AsyncIterator[tuple[Load, int]]:
    """The subject, started, and a load without sessions yet that goes to it; the subject's pid.

    `cores`: see `started`.
    """
    target: JsonObject = {}
    load = Load(
        partial(_post, subject.name, target), subject.outlets, subject.data_channel, talkative=subject.talkative
    )
    async with load.running(), started(subject, load.providers.port, cores) as (pid, port):
        headers = {"Authorization": "Bearer bench"}
        # a connection for each session: workers behind one port share connections, not requests
        fresh = httpx.Limits(max_keepalive_connections=0)
        async with httpx.AsyncClient(headers=headers, timeout=20.0, trust_env=False, limits=fresh) as http:
            target |= {"http": http, "url": f"http://127.0.0.1:{port}{subject.path}"}
            yield load, pid


async def _post(name: str, target: JsonObject, offer: str) -> str:
    headers = {"Content-Type": "application/sdp"}
    try:
        reply = await target["http"].post(target["url"], content=offer, headers=headers)
    except httpx.HTTPError as failed:
        raise WingmanError(f"{name} did not answer: {failed!r}") from None
    if reply.status_code not in (200, 201):
        raise WingmanError(f"{name} answered {reply.status_code}: {reply.text[:200]}")
    return str(reply.text)


async def _measured(load: Load, pid: int, subject: Subject, looks: Sequence[float]) -> Step:
    """What is seen with the sessions that are open, in looks of so many seconds; not held is seen twice."""
    await asyncio.sleep(SETTLE_S)
    failed = 0
    for seconds in looks:
        step = await _step(load, pid, subject, seconds)
        failed += not step.held
        if failed > 1 or step.clear or (step.held and seconds == looks[-1]):
            break
    return step


async def _step(load: Load, pid: int, subject: Subject, seconds: float) -> Step:
    count = len(load.sessions)
    before, began, ours = cpu_seconds(pid), time.perf_counter(), time.process_time()
    latencies = await load.measure(seconds)
    spent, passed = cpu_seconds(pid) - before, time.perf_counter() - began
    load_share = (time.process_time() - ours) / passed
    figures = summary(latencies)
    return Step(
        sessions=count,
        p50_ms=figures["p50"],
        p99_ms=figures["p99"],
        cpu_ms=1000 * spent / passed / count,
        cpu_share=spent / passed,
        rss_mb=rss_mb(pid),
        silent=load.silent(),
        delivered=load.delivered,
        branches=tuple(_branch(load, name) for name in subject.outlets),
        load_share=load_share,
        limit_ms=subject.limit_ms,
    )


def _branch(load: Load, name: str) -> tuple[str, float, float]:
    figures = summary(load.latencies(name))
    return name, figures["p50"], figures["p99"]


@asynccontextmanager
async def started(
    subject: Subject, providers: int, cores: Sequence[int] = ()
) -> AsyncIterator[tuple[int, int]]:
    """The server as a child process: its pid and its port. On two cores it has the first one for itself.

    `cores`: those that it and the load share out; by default all that this process may use.
    """
    cores = cores or sorted(os.sched_getaffinity(0))
    process = await asyncio.create_subprocess_exec(
        *subject.command(providers), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    if process.stdin is None or process.stdout is None:
        raise TypeError("the subject needs both pipes")
    try:
        if subject.pinned and len(cores) > 1:
            os.sched_setaffinity(process.pid, cores[:1])
            os.sched_setaffinity(0, cores[1:])
        async with asyncio.timeout(60):
            while line := await process.stdout.readline():
                if line.startswith(b"READY "):
                    break
        if not line:
            raise WingmanError(f"the server {subject.name} did not start")
        yield process.pid, int(line.split()[1])
    finally:
        os.sched_setaffinity(0, cores)
        process.stdin.close()
        try:
            async with asyncio.timeout(10):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its children so far, finer than the ticks of /proc.

    Source: clock_getcpuclockid(3); the number of another process's clock is made as glibc makes it.
    """
    return time.clock_gettime(~pid << 3 | _SCHEDULER) + sum(map(cpu_seconds, _children(pid)))


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def rss_mb(pid: int) -> float:
    """Resident memory of a process and its children."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    own = next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0)
    return own / 1024 + sum(map(rss_mb, _children(pid)))
