"""A small HTTP/1.1 server for emulators: it streams, breaks connections on demand and notices who leaves.

A web framework hides exactly what has to be shown here: when each byte goes out, and the moment the
client goes away (an EOF, or a reset when it closes with data unread).
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from urllib.parse import parse_qsl, urlsplit

MAX_BODY = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came in. Header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    connection: int
    """Counts from 1; two requests with the same number shared one connection."""
    at: float = field(default_factory=time.monotonic)


class Reply:
    """The answer being written. Every write is flushed at once."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._chunked = False

    async def whole(
        self, status: int, body: bytes, content_type: str, headers: Mapping[str, str] | None = None
    ) -> None:
        """A complete answer with its length."""
        length = {"content-type": content_type, "content-length": str(len(body))}
        self._head(status, length | dict(headers or {}))
        self._writer.write(body)
        await self._writer.drain()

    async def begin(self, status: int, content_type: str) -> None:
        """The head of a streamed (chunked) answer."""
        self._chunked = True
        self._head(status, {"content-type": content_type, "transfer-encoding": "chunked"})
        await self._writer.drain()

    async def chunk(self, data: bytes) -> None:
        """One piece of a streamed answer."""
        self._writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        await self._writer.drain()

    async def end(self) -> None:
        """The last chunk of a streamed answer."""
        if self._chunked:
            self._writer.write(b"0\r\n\r\n")
            await self._writer.drain()

    def abort(self) -> None:
        """Break the connection without a goodbye."""
        self._writer.transport.abort()

    def _head(self, status: int, headers: Mapping[str, str]) -> None:
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))


Handler = Callable[[Request, Reply], Awaitable[None]]
"""Answers one request. It is cancelled when the client leaves before it is done."""


class LoopbackHttp:
    """Serves `handler` on 127.0.0.1 inside `async with`; port 0 takes a free one."""

    def __init__(self, handler: Handler, *, port: int = 0, max_body: int = MAX_BODY) -> None:
        self._handler = handler
        self._wanted_port = port
        self._max_body = max_body
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self.connections = 0
        """Connections accepted so far."""
        self.left: list[float] = []
        """Monotonic times at which a client left before its answer was complete."""

    @property
    def port(self) -> int:
        """Where it listens."""
        if self._server is None:
            raise RuntimeError("the server is not running")
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        """Its root."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def open_connections(self) -> int:
        """How many are open."""
        return len(self._serving)

    async def __aenter__(self) -> LoopbackHttp:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._wanted_port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._serving:
            task.cancel()
        if self._serving:
            await asyncio.wait(set(self._serving))

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Synchronous on purpose: a coroutine here would run in a task that nobody owns."""
        self.connections += 1
        task = asyncio.create_task(self._serve(reader, writer, self.connections))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            try:
                ahead = b""
                while (request := await _read(reader, ahead, number, self._max_body)) is not None:
                    ahead = await self._answer(request, reader, writer)
            finally:
                writer.close()
                with contextlib.suppress(ConnectionError):
                    await writer.wait_closed()

    async def _answer(
        self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bytes:
        """Run the handler and watch the socket meanwhile; returns what was read ahead of the next request."""
        work = asyncio.ensure_future(self._handler(request, Reply(writer)))
        watch = asyncio.create_task(reader.read(1))
        try:
            await asyncio.wait({work, watch}, return_when=asyncio.FIRST_COMPLETED)
            if watch.done() and not work.done() and (watch.exception() or not watch.result()):
                self.left.append(time.monotonic())
                raise ConnectionResetError("the client left")
            await work
            return b"" if not watch.done() else watch.result()
        finally:
            for task in (work, watch):
                task.cancel()
            await asyncio.wait({work, watch})
            for task in (work, watch):
                if not task.cancelled():
                    task.exception()


async def _read(reader: asyncio.StreamReader, ahead: bytes, number: int, max_body: int) -> Request | None:
    """The next request, or None when the client has closed the connection."""
    try:
        head = ahead + await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    length = int(headers.get("content-length", "0"))
    if length > max_body:
        raise ConnectionAbortedError(f"a body of {length} bytes is more than the emulator takes")
    body = await reader.readexactly(length) if length else b""
    address = urlsplit(target)
    return Request(method, address.path, dict(parse_qsl(address.query)), headers, body, number)
