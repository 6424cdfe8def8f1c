"""A relay in front of an emulator that takes everything off the wire at once and counts it: the receiver's side
of the ledger, whatever the emulator behind it then does with what it was sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

BINARY = 2


@dataclass(slots=True)
class Frames:
    """Counts the payload of whole binary WebSocket frames in a client's bytes. Skips the HTTP head."""

    payload: int = 0
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
        if buffer[0] & 0x0F == BINARY:
            self.payload += length
        del buffer[:whole]
        return True


@dataclass(slots=True)
class Relay:
    port: int
    connections: list[Frames] = field(default_factory=list)

    @property
    def payload(self) -> int:
        """Bytes of audio received on all connections."""
        return sum(frames.payload for frames in self.connections)


@asynccontextmanager
async def relay(upstream: int) -> AsyncIterator[Relay]:
    """Relay connections to a port of this machine."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        frames = Frames()
        made.connections.append(frames)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", upstream)
        ups = asyncio.ensure_future(_up(reader, far_writer, frames))
        downs = asyncio.ensure_future(_down(far_reader, writer))
        tasks.update((ups, downs))
        try:
            await asyncio.wait((ups, downs), return_when=asyncio.FIRST_COMPLETED)
            frames.feed(bytes(getattr(reader, "_buffer", b"")))
        finally:
            for task in (ups, downs):
                task.cancel()
            await asyncio.wait((ups, downs))
            tasks.difference_update((ups, downs))
            for end in (writer, far_writer):
                end.transport.abort()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=1 << 26)
    made = Relay(server.sockets[0].getsockname()[1])
    try:
        yield made
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await server.wait_closed()


async def _up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, frames: Frames) -> None:
    while data := await reader.read(1 << 20):
        frames.feed(data)
        writer.write(data)  # whatever the emulator does, we go on reading


async def _down(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1 << 20):
        writer.write(data)
