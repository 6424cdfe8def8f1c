"""Many processes of one machine: one NATS server on loopback, and ordinary nodes that share a port.

A node that dies is started again, and its meetings go on elsewhere meanwhile. The nodes end when their input
does: also when this process is killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import importlib
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from wingman.cluster import nats_server
from wingman.core.errors import WingmanError

log = structlog.get_logger(__name__)

START_S = 60.0
"""What a node may take to begin: models are loaded."""
AGAIN_S = 0.5
"""How soon a node that died is started again, and how soon after that, at most."""
LONGEST_AGAIN_S = 10.0
LEASE_S = 10
"""One server elects nobody, so a frozen node is noticed sooner than where there are three."""


@dataclass(frozen=True, slots=True)
class Nkey:
    """What the nodes show the server, which lets nobody else in: others run programs on this machine, too."""

    seed: str
    public: str

    @classmethod
    def of(cls, secret: bytes) -> Nkey:
        """Made from the service's own secret. Raises `InputError` without the extra `cluster`."""
        try:
            nkeys = importlib.import_module("nkeys")
        except ModuleNotFoundError:
            raise nats_server.lacking("nkeys") from None
        seed = nkeys.encode_seed(hashlib.sha256(b"wingman nats" + secret).digest(), nkeys.PREFIX_BYTE_USER)
        return cls(seed.decode(), nkeys.from_seed(bytearray(seed)).public_key.decode())


def loopback_cluster(url: str, secret: bytes) -> dict[str, str]:
    """The settings that make nodes of processes, as variables; `secret` is the service's own."""
    return {
        "WINGMAN_CLUSTER__URL": url,
        "WINGMAN_CLUSTER__NKEY": Nkey.of(secret).seed,
        "WINGMAN_CLUSTER__KEY": hashlib.sha256(b"wingman cluster" + secret).hexdigest(),
        "WINGMAN_CLUSTER__SHARDS": "1",
        "WINGMAN_CLUSTER__ONE_FOLDER": "true",
        "WINGMAN_CLUSTER__LEASE_S": str(LEASE_S),
    }


@dataclass(frozen=True, slots=True)
class Start:
    """How a node is started."""

    command: Sequence[str]
    """It gets its number behind this, and says `ready` on its output."""
    environ: Mapping[str, str]
    patience_s: float
    """What it may take to end."""


@contextlib.asynccontextmanager
async def workers(count: int, start: Start, folder: Path, secret: bytes) -> AsyncIterator[Workers]:
    """A NATS server that keeps its streams in `folder`, and so many nodes; leaving ends the nodes, then it."""
    async with nats_server.nats_server(folder, Nkey.of(secret).public) as server:
        environ = {**start.environ, **loopback_cluster(server.url, secret)}
        nodes = Workers(replace(start, environ=environ))
        try:
            await nodes.start(count)
            yield nodes
        finally:
            await nodes.stop()


async def input_ends() -> None:
    """Wait until whoever started this process has closed its input, or is gone."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    try:
        while await reader.read(1024):
            pass
    finally:
        transport.close()


class Workers:
    """The nodes of one machine. Leaving `run` ends them."""

    def __init__(self, start: Start) -> None:
        self._how = start
        self._running: dict[int, asyncio.subprocess.Process] = {}

    async def start(self, count: int) -> None:
        """Start them all. Raises `WingmanError` when one does not begin."""
        await asyncio.gather(*(self._start(number) for number in range(count)))

    async def keep(self) -> None:
        """Start again whichever ends by itself, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for number in self._running:
                tasks.create_task(self._keep(number))

    async def stop(self) -> None:
        """Have them end their meetings, and wait."""
        for process in self._running.values():
            if process.stdin is not None:
                process.stdin.close()
        await asyncio.gather(*(self._ended(process) for process in self._running.values()))

    def pids(self) -> list[int]:
        """Their processes."""
        return [process.pid for process in self._running.values()]

    async def _start(self, number: int) -> None:
        process = await asyncio.create_subprocess_exec(
            *self._how.command,
            str(number),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
            env={**self._how.environ, "WINGMAN_CLUSTER__NODE": f"worker-{number}"},
        )
        self._running[number] = process
        if process.stdout is None:
            raise WingmanError("a worker process has no output")
        try:
            async with asyncio.timeout(START_S):
                line = await process.stdout.readline()
        except TimeoutError:
            line = b""
        if line.strip() != b"ready":
            raise WingmanError("a worker process ended before it had started; see its log above")

    async def _keep(self, number: int) -> None:
        wait = AGAIN_S
        while True:
            status = await self._running[number].wait()
            log.error("a worker ended by itself; its meetings go on elsewhere", worker=number, status=status)
            await asyncio.sleep(wait)
            try:
                await self._start(number)
                wait = AGAIN_S
            except WingmanError as failed:
                log.error("a worker process does not start again", worker=number, reason=str(failed))
                wait = min(2 * wait, LONGEST_AGAIN_S)

    async def _ended(self, process: asyncio.subprocess.Process) -> None:
        try:
            async with asyncio.timeout(self._how.patience_s):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
