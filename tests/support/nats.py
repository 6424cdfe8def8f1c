"""NATS servers for tests: one, or three that keep every record three times. Started once, emptied each time."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from wingman.cluster import keys, streams, subjects
from wingman.cluster.jetstream import JetStream
from wingman.cluster.keys import KeyRing
from wingman.cluster.log import ClusterLog
from wingman.cluster.nats_server import configuration, die_with_parent, free_port, program
from wingman.config.cluster import ClusterSettings
from wingman.config.section import Secret

SHARED = "wingman-nats-"
"""How the folders of servers begin that all tests share."""
START_S = 20.0
KEY = "the key of the cluster under test"


@dataclass(frozen=True, slots=True)
class Routes:
    """A server's place among several."""

    name: str
    port: int
    others: tuple[int, ...]
    """Ports of all routes."""

    def configuration(self) -> str:
        """What a server's settings say of it."""
        others = ", ".join(f'"nats://127.0.0.1:{other}"' for other in self.others)
        return f'cluster {{ name: "wingman", listen: 127.0.0.1:{self.port}, routes: [{others}] }}\n'


@dataclass(slots=True)
class Server:
    """One running server."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]
    routes: Routes | None = None
    hidden: bool = False
    """It tells its clients of no other server: they know those they were given."""


@dataclass(slots=True)
class Servers:
    """All servers of one cluster."""

    all: list[Server]

    @property
    def url(self) -> str:
        return ",".join(f"nats://127.0.0.1:{server.port}" for server in self.all)

    def settings(self, *, shards: int = 1, key: str = KEY) -> ClusterSettings:
        return ClusterSettings(url=self.url, key=Secret(key), shards=shards)

    def pause(self) -> None:
        """Freeze them: connections stay open, and nobody answers."""
        for server in self.all:
            server.process.send_signal(signal.SIGSTOP)
        for server in self.all:
            while not _stopped(server.process.pid):  # on a busy machine its threads answer for a while
                time.sleep(0.001)

    def resume(self) -> None:
        """Let them go on."""
        for server in self.all:
            server.process.send_signal(signal.SIGCONT)

    @property
    def everything(self) -> bytes:
        """All bytes on all their disks."""
        paths = [path for server in self.all for path in server.folder.rglob("*") if path.is_file()]
        return b"".join(path.read_bytes() for path in paths)


@contextlib.contextmanager
def servers(count: int, *, hidden: bool = False) -> Iterator[Servers]:
    """`count` servers until the block ends; `hidden`: see `Server`."""
    root = Path(tempfile.mkdtemp(prefix=SHARED))
    ports = [(free_port(), free_port()) for _ in range(count)]
    routes = tuple(route for _, route in ports)
    running = Servers([])
    try:
        for number, (port, route) in enumerate(ports):
            folder = root / str(number)
            folder.mkdir()
            place = Routes(f"n{number}", route, routes) if count > 1 else None
            running.all.append(Server(folder, port, start(folder, port, place, hidden), place, hidden))
        for server in running.all:
            _await(server.port)
        yield running
    finally:
        for server in running.all:
            server.process.kill()
            server.process.wait()
        shutil.rmtree(root)


def start(folder: Path, port: int, routes: Routes | None, hidden: bool = False) -> subprocess.Popen[bytes]:
    config = folder / "nats.conf"
    text = configuration(folder, port)
    if routes is not None:
        text = configuration(folder, port, name=routes.name) + routes.configuration()
    config.write_text(text.replace("cluster {", "cluster { no_advertise: true, ") if hidden else text)
    return subprocess.Popen(
        [program(), "--config", str(config), "--log", str(folder / "nats.log")],
        start_new_session=True,
        preexec_fn=die_with_parent,
    )


def restarted(running: Servers, number: int) -> None:
    """Kill one server, and start it again over what its disk holds."""
    server = running.all[number]
    server.process.kill()
    server.process.wait()
    server.process = start(server.folder, server.port, server.routes, server.hidden)
    _await(server.port)


def _stopped(pid: int) -> bool:
    tasks = Path(f"/proc/{pid}/task").glob("*/stat")
    return all(task.read_text().rpartition(")")[2].split()[0] == "T" for task in tasks)


def _await(port: int) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0) as probe:
            if probe.recv(5) == b"INFO ":
                return
        time.sleep(0.02)
    raise TimeoutError("nats-server does not start")


@dataclass(slots=True)
class Node:
    """What one node of a cluster holds of the log."""

    jetstream: JetStream
    keys: KeyRing
    log: ClusterLog

    async def aclose(self) -> None:
        await self.log.aclose()
        await self.jetstream.aclose()


async def open_node(running: Servers, name: str, *, key: str = KEY) -> Node:
    """A node's log. Its name must be another one for each life of the node."""
    settings = running.settings(key=key)
    jetstream = await JetStream.open(settings, name)
    try:
        shards = await streams.prepare(jetstream, settings.shards)
        ring = KeyRing(jetstream, keys.derived(key))
        await ring.check()
        await ring.follow()
        return Node(jetstream, ring, await ClusterLog.open(jetstream, ring, name, shards))
    except BaseException:
        await jetstream.aclose()
        raise


async def emptied(running: Servers) -> None:
    """Forget every meeting; what all nodes have agreed on stays."""
    jetstream = await JetStream.open(running.settings(), "cleaner")
    try:
        found = await jetstream.api("STREAM.NAMES")
        for name in found.get("streams") or ():
            if name != subjects.CONFIG:
                await jetstream.api(f"STREAM.PURGE.{name}", timeout=10.0)
    finally:
        await jetstream.aclose()


@contextlib.asynccontextmanager
async def nodes(running: Servers, count: int) -> AsyncIterator[list[Node]]:
    """Some nodes' logs over emptied servers."""
    await emptied(running)
    opened: list[Node] = []
    try:
        for number in range(count):
            opened.append(await open_node(running, f"node-{number}"))
        yield opened
    finally:
        for node in opened:
            await node.aclose()
