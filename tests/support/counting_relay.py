"""A relay in front of an emulator that takes everything off the wire at once and counts it: the receiver's side
of the ledger, whatever the emulator behind it then does with what it was sent."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Protocol

TEXT, BINARY = 1, 2


class Cut(Enum):
    """Where the relay breaks a connection off."""

    NEVER = auto()
    REFUSED = auto()
    """There is nobody at the port."""
    ASKED = auto()
    """When a whole request has come."""
    ANSWERING = auto()
    """With the first bytes of the answer."""
    SILENT = auto()
    """Never; but nothing comes back."""


class Counter(Protocol):
    """Counts the payload in what a client sends."""

    payload: int
    requests: int
    """Whole ones."""

    def feed(self, data: bytes) -> None: ...


@dataclass(slots=True)
class Frames:
    """Counts the payload of whole binary WebSocket frames in a client's bytes. Skips the HTTP head."""

    payload: int = 0
    requests: int = 0
    kinds: tuple[int, ...] = (BINARY,)
    marked: bytes = b""
    """Only frames that hold this."""
    _buffer: bytearray = field(default_factory=bytearray)
    _upgraded: bool = False

    def feed(self, data: bytes) -> None:
        self._buffer += data
        if not self._upgraded:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            del self._buffer[: end + 4]
            self._upgraded = True
        while self._frame():
            pass

    def _frame(self) -> bool:
        buffer = self._buffer
        if len(buffer) < 2:
            return False
        length, at = buffer[1] & 0x7F, 2
        if length >= 126:
            size = 2 if length == 126 else 8
            if len(buffer) < at + size:
                return False
            length, at = int.from_bytes(buffer[at : at + size]), at + size
        whole = at + 4 + length  # a client's frames are masked
        if len(buffer) < whole:
            return False
        mask, content = buffer[at : at + 4], buffer[at + 4 : whole]
        if buffer[0] & 0x0F in self.kinds and self.marked in _unmasked(bytes(mask), bytes(content)):
            self.payload += length
        del buffer[:whole]
        return True


def _unmasked(mask: bytes, content: bytes) -> bytes:
    repeated = int.from_bytes((mask * (len(content) // 4 + 1))[: len(content)])
    return (int.from_bytes(content) ^ repeated).to_bytes(len(content))


@dataclass(slots=True)
class Clips(Frames):
    """Counts the text frames that carry a clip of sound (Hume v0)."""

    kinds: tuple[int, ...] = (TEXT,)
    marked: bytes = b'"data":'


@dataclass(slots=True)
class Bodies:
    """Counts the bodies of HTTP/1.1 requests."""

    payload: int = 0
    requests: int = 0
    _buffer: bytearray = field(default_factory=bytearray)
    _left: int | None = None
    """Of the body that comes now; None between requests, -1 in chunks."""
    _of_chunk: int = 0
    """Left of the chunk that comes now, with the line end behind it."""

    def feed(self, data: bytes) -> None:
        self._buffer += data
        while self._head() or self._body():
            pass

    def _head(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if self._left is not None or end < 0:
            return False
        lines = bytes(self._buffer[:end]).lower().split(b"\r\n")[1:]
        fields = {name: value for name, _, value in (line.partition(b":") for line in lines)}
        self._left = -1 if b"transfer-encoding" in fields else int(fields.get(b"content-length", 0))
        del self._buffer[: end + 4]
        return True

    def _body(self) -> bool:
        if self._left is None:
            return False
        if self._left < 0:
            return self._chunk()
        taken = min(self._left, len(self._buffer))
        del self._buffer[:taken]
        self.payload += taken
        self._left -= taken
        if self._left == 0:
            self._left, self.requests = None, self.requests + 1
            return True
        return False

    def _chunk(self) -> bool:
        if not self._of_chunk:
            end = self._buffer.find(b"\r\n")
            if end < 0:
                return False
            size = int(self._buffer[:end], 16)
            del self._buffer[: end + 2]
            self._of_chunk = size + 2
            if size == 0:
                self._left, self._of_chunk, self.requests = None, 0, self.requests + 1
                del self._buffer[:2]
                return True
        taken = min(self._of_chunk, len(self._buffer))
        self.payload += max(0, min(taken, self._of_chunk - 2))
        del self._buffer[:taken]
        self._of_chunk -= taken
        return taken > 0


@dataclass(slots=True)
class Relay:
    port: int
    connections: list[Counter] = field(default_factory=list)

    @property
    def payload(self) -> int:
        """Bytes received on all connections."""
        return sum(frames.payload for frames in self.connections)


@asynccontextmanager
async def relay(
    upstream: int, counter: Callable[[], Counter] = Frames, cut: Cut = Cut.NEVER
) -> AsyncIterator[Relay]:
    """Relay connections to a port of this machine."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        counted = counter()
        made.connections.append(counted)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", upstream)
        ups = asyncio.ensure_future(_up(reader, far_writer, counted, cut))
        downs = asyncio.ensure_future(_down(far_reader, writer, cut))
        tasks.update((ups, downs))
        try:
            await asyncio.wait((ups, downs), return_when=asyncio.FIRST_COMPLETED)
            counted.feed(bytes(getattr(reader, "_buffer", b"")))
            counted.feed(_waiting(writer))
        finally:
            for task in (ups, downs):
                task.cancel()
            await asyncio.wait((ups, downs))
            tasks.difference_update((ups, downs))
            for end in (writer, far_writer):
                end.transport.abort()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=1 << 26)
    made = Relay(server.sockets[0].getsockname()[1])
    if cut is Cut.REFUSED:
        server.close()
    try:
        yield made
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await server.wait_closed()


def _waiting(writer: asyncio.StreamWriter) -> bytes:
    """What has arrived and was not read yet: it was received all the same."""
    with contextlib.suppress(OSError):
        return os.read(writer.get_extra_info("socket").fileno(), 1 << 20)
    return b""


async def _up(reader: asyncio.StreamReader, far: asyncio.StreamWriter, counted: Counter, cut: Cut) -> None:
    while data := await reader.read(1 << 20):
        counted.feed(data)
        if cut is Cut.ASKED and counted.requests:
            return
        far.write(data)  # whatever the emulator does, we go on reading


async def _down(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, cut: Cut) -> None:
    while data := await reader.read(1 << 20):
        if cut is Cut.SILENT:
            continue
        writer.write(data[:20] if cut is Cut.ANSWERING else data)
        if cut is Cut.ANSWERING:
            await writer.drain()
            return
    if cut is Cut.SILENT:
        await asyncio.Event().wait()
