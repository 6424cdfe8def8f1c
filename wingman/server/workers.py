"""Many cores: N worker processes behind one port.

A meeting lives in one process, with its peer connections and its tape, so what has to travel is the *request*.
The dispatcher accepts a TCP connection, peeks at the request line, and hands the open socket itself to the
process that owns the meeting (or to the one with the fewest meetings). From then on it is out of the way: an
overlay's WebSocket costs the dispatcher nothing, and media never passes it at all.

Each worker tells the dispatcher which names it owns (meetings, WHIP resources) before it answers the request
that made them. Because a kept-alive connection would stay with one worker, workers close after each response.
"""

from __future__ import annotations

import array
import asyncio
import contextlib
import json
import re
import socket
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import parse_qs, unquote

import structlog
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wingman.core.errors import WingmanError
from wingman.server.connection_limits import ConnectionLimits, Slot
from wingman.server.serving import http_config

log = structlog.get_logger(__name__)

HEAD_BYTES = 8192
"""How far into a request the dispatcher looks."""
HEAD_S = 10.0
"""How long a client may take to send its request line."""
REMEMBERED = 10_000
"""Names whose owner is remembered."""

_TARGET = re.compile(rb"^\S+ +(?:https?://[^/\s]*)?(/\S*)")
_KEY = re.compile(r"(?:/~[\w-]+)?/(?:api/meetings|meetings|whip)/([^/]+)")


def key_of(head: bytes) -> str | None:
    """The meeting or WHIP resource a request is about, from its first line; None when it is about none."""
    target = _TARGET.match(head)
    if target is None:
        return None
    path, _, query = target[1].decode("latin-1").partition("?")
    found = _KEY.match(
        unquote(path)
    )  # as the worker will read it: a meeting has one name, however it is written
    return found[1] if found else next(iter(parse_qs(query).get("meeting", [])), None)


@dataclass(slots=True)
class _Worker:
    process: asyncio.subprocess.Process
    control: socket.socket
    live: int = 0
    """Meetings it runs now, as it said last."""


@dataclass(slots=True)
class Owners:
    """Who owns what, and who gets what nobody owns yet. Pure."""

    loads: list[int]
    _owner: OrderedDict[str, int] = field(default_factory=OrderedDict)
    _given: int = 0

    def learn(self, worker: int, names: Sequence[str], live: int) -> None:
        self.loads[worker] = live
        for name in names:
            self._owner[name] = worker
            self._owner.move_to_end(name)
        while len(self._owner) > REMEMBERED:
            self._owner.popitem(last=False)

    def choose(self, key: str | None, starts: bool) -> int:
        """The worker for a request about `key`; `starts` says that it may start a meeting."""
        if key is not None and key in self._owner:
            return self._owner[key]
        self._given += 1
        order = range(len(self.loads))
        worker = min(order, key=lambda n: (self.loads[n], (n - self._given) % len(self.loads)))
        if starts:
            self.loads[worker] += 1  # until it says so itself
        return worker


class Dispatcher:
    """Owns the listening socket and the workers. Use `workers(...)` to start one."""

    def __init__(self, listener: socket.socket, workers: Sequence[_Worker]) -> None:
        self._listener = listener
        self._workers = workers
        self._owners = Owners([0] * len(workers))
        self._waiting = ConnectionLimits()

    async def run(self) -> None:
        """Hand connections on until cancelled. Raises `WingmanError` when a worker ends by itself."""
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as tasks:
            for worker in self._workers:
                tasks.create_task(self._watch(worker))
            while True:
                connection, address = await loop.sock_accept(self._listener)
                waiting = tasks.create_task(self._hand_on(connection))
                slot = self._waiting.opened(str(address[0]), waiting.cancel)
                waiting.add_done_callback(partial(self._over, connection, slot))

    async def _watch(self, worker: _Worker) -> None:
        status = await worker.process.wait()
        raise WingmanError(f"a worker process ended by itself (status {status}); see its log above")

    async def _hand_on(self, connection: socket.socket) -> None:
        try:
            async with asyncio.timeout(HEAD_S):
                head = await _peek_line(connection)
            self._listen_to_workers()
            starts = head.startswith(b"POST ")
            worker = self._workers[self._owners.choose(key_of(head), starts)]
            socket.send_fds(worker.control, [b"c"], [connection.fileno()])
        except (TimeoutError, OSError) as gone:
            log.debug("connection dropped", reason=type(gone).__name__)

    def _over(self, connection: socket.socket, slot: Slot, _: asyncio.Task[None]) -> None:
        """Also for a connection that was dropped before its task had a turn."""
        connection.close()  # ours; the worker has its own descriptor now
        self._waiting.closed(slot)

    def _listen_to_workers(self) -> None:
        for number, worker in enumerate(self._workers):
            with contextlib.suppress(BlockingIOError):
                while data := worker.control.recv(65_536):
                    news = json.loads(data)
                    self._owners.learn(number, news["names"], news["live"])


async def _peek_line(connection: socket.socket) -> bytes:
    """The request line, left in the socket's buffer for whoever reads it."""
    connection.settimeout(0.0)
    while True:
        await _readable(connection)
        head = connection.recv(HEAD_BYTES, socket.MSG_PEEK)
        if not head:
            raise ConnectionResetError
        if b"\n" in head or len(head) >= HEAD_BYTES:
            return head.split(b"\n", 1)[0]
        await asyncio.sleep(0.01)  # part of a line: it stays readable, so waiting for "readable" would spin


async def _readable(source: socket.socket) -> None:
    """Wait until there is something to read, without reading it."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(source, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(source)


@asynccontextmanager
async def workers(
    listener: socket.socket, count: int, command: Callable[[int, int], Sequence[str]], patience_s: float = 15.0
) -> AsyncIterator[Dispatcher]:
    """Start `count` workers with `command(number, control_fd)`; leaving ends them within `patience_s` seconds.

    A worker must call `serve_worker` with the descriptor it was given. It has started when it has said so.
    """
    started: list[_Worker] = []
    try:
        for number in range(count):
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                process = await asyncio.create_subprocess_exec(
                    *command(number, theirs.fileno()), pass_fds=(theirs.fileno(),)
                )
            ours.settimeout(0.0)
            started.append(_Worker(process, ours))
        for worker in started:
            await _started(worker)
        yield Dispatcher(listener, started)
    finally:
        for worker in started:
            worker.control.close()  # the worker sees the end of its input and shuts down
        for worker in started:
            await _ended(worker, patience_s)


async def _started(worker: _Worker) -> None:
    loop = asyncio.get_running_loop()
    if not await loop.sock_recv(worker.control, 65_536):
        raise WingmanError("a worker process ended before it had started; see its log above")


async def _ended(worker: _Worker, patience_s: float) -> None:
    try:
        async with asyncio.timeout(patience_s):
            await worker.process.wait()
    except TimeoutError:
        worker.process.kill()
        await worker.process.wait()


# --- in the worker -----------------------------------------------------------------------------------


async def serve_worker(
    app: ASGIApp,
    live: Callable[[], Sequence[str]],
    control_fd: int,
    drain: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Answer the connections the dispatcher hands over, until it closes the control socket.

    `live` names the meetings that run in this process; `drain` ends them while their clients still listen.
    """
    loop = asyncio.get_running_loop()
    with socket.socket(fileno=control_fd) as control:
        control.settimeout(0.0)
        config = http_config(_Announcing(app, live, control))
        config.load()
        state = uvicorn.Server(config).server_state
        protocol: Any = config.http_protocol_class

        def factory() -> asyncio.Protocol:
            made: asyncio.Protocol = protocol(config=config, server_state=state, app_state={}, _loop=loop)
            return made

        _tell(control, (), len(live()))
        try:
            while (connection := await _receive(control)) is not None:
                await loop.connect_accepted_socket(factory, connection)
        finally:
            if drain is not None:
                await drain()
            for open_one in list(state.connections):
                open_one.shutdown()
            for task in list(state.tasks):
                task.cancel()


async def _receive(control: socket.socket) -> socket.socket | None:
    """The next connection; None when the dispatcher is gone."""
    while True:
        try:
            data, descriptors, _, _ = socket.recv_fds(control, 16, 1)
        except BlockingIOError:
            await _readable(control)
            continue
        except ConnectionResetError:  # it closed while news of ours lay unread
            return None
        if not data:
            return None
        connection = socket.socket(fileno=array.array("i", descriptors)[0])
        connection.settimeout(0.0)
        return connection


class _Announcing:
    """Tells the dispatcher what this worker owns, before the client can ask for it."""

    def __init__(self, app: ASGIApp, live: Callable[[], Sequence[str]], control: socket.socket) -> None:
        self._app = app
        self._live = live
        self._control = control
        self._told: frozenset[str] = frozenset()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def announcing(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ()), (b"connection", b"close")]
                self._announce(dict(headers).get(b"location", b"").decode("latin-1"))
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, announcing)

    def _announce(self, location: str) -> None:
        live = frozenset(self._live())
        names = sorted(live - self._told)
        if location.startswith("/whip/"):
            names.append(location.removeprefix("/whip/"))
        if names or live != self._told:
            self._told = live
            _tell(self._control, names, len(live))


def _tell(control: socket.socket, names: Sequence[str], live: int) -> None:
    # the dispatcher reads before every connection it hands on, so its buffer does not fill up
    with contextlib.suppress(BlockingIOError, BrokenPipeError):
        control.send(json.dumps({"names": list(names), "live": live}).encode())
