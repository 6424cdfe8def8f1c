"""A provider's end of WebSockets, where the kernel says when each chunk came.

A load that dates a chunk when it gets round to reading it counts its own queue as the server's lateness, and
near its limit that is more than the server takes. So connections are read by hand, with the protocol of
`websockets` behind: each read asks the kernel when the bytes had come.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import CLOSED, Event
from websockets.server import ServerProtocol

SO_TIMESTAMPNS = 35
"""Of asm-generic/socket.h; Python has no name for it. Each read then brings its time on the wall clock."""
TIMESPEC = struct.Struct("@qq")
READ_BYTES = 1 << 16
UNSENT_BYTES = 1 << 20
"""Answers that a server may leave unread: one that stopped reading is let go."""


class Talk(Protocol):
    """What a provider says on one connection."""

    def greeting(self) -> Sequence[str]:
        """Its first messages."""
        ...

    def heard(self, size: int) -> Sequence[str]:
        """Its answer to a chunk of so many bytes."""
        ...

    def said(self, text: str) -> Sequence[str] | None:
        """Its last messages where the text ends the connection, else None."""
        ...


Chunk = Callable[[bytes, float], None]
"""Takes what arrived, and when on the clock `time.perf_counter`."""
Open = Callable[[str], tuple[Talk, Chunk]]
"""Asked for each connection, by its path."""


@contextmanager
def listening(opened: Open) -> Iterator[int]:
    """Take connections on a loopback port, which is returned, for as long as the block runs."""
    loop = asyncio.get_running_loop()
    connections = set[_Connection]()

    def accept() -> None:
        try:
            taken, _ = server.accept()
        except OSError:  # gone before it was taken
            return
        connections.add(_Connection(taken, opened, connections.discard))

    with socket.create_server(("127.0.0.1", 0), backlog=1024) as server:
        server.settimeout(0)
        loop.add_reader(server, accept)
        try:
            yield server.getsockname()[1]
        finally:
            loop.remove_reader(server)
            for connection in tuple(connections):
                connection.close()


class _Connection:
    def __init__(self, taken: socket.socket, opened: Open, gone: Callable[[_Connection], object]) -> None:
        taken.settimeout(0)
        taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        taken.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._socket = taken
        self._opened = opened
        self._provider: tuple[Talk, Chunk] | None = None
        self._gone = gone
        self._protocol = ServerProtocol()
        self._unsent = bytearray()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(taken, self._readable)

    def close(self) -> None:
        """Leave nothing behind. Idempotent."""
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
            self._socket.close()
            self._gone(self)

    def _readable(self) -> None:
        try:
            data, about, _, _ = self._socket.recvmsg(READ_BYTES, socket.CMSG_SPACE(TIMESPEC.size))
        except BlockingIOError:
            return
        except OSError:
            self.close()
            return
        arrived = _arrived(about)
        if data:
            self._protocol.receive_data(data)
        else:
            self._protocol.receive_eof()
        for event in self._protocol.events_received():
            self._take(event, arrived)
        self._send()
        if self._protocol.state is CLOSED or not data:
            self.close()

    def _take(self, event: Event, arrived: float) -> None:
        if isinstance(event, Request):
            self._protocol.send_response(self._protocol.accept(event))
            self._provider = talk, _ = self._opened(event.path)
            self._say(talk.greeting())
        elif self._provider is not None and isinstance(event, Frame):
            talk, chunk = self._provider
            if event.opcode is Opcode.BINARY:
                chunk(bytes(event.data), arrived)
                self._say(talk.heard(len(event.data)))
            elif event.opcode is Opcode.TEXT and (last := talk.said(str(event.data, "utf-8"))) is not None:
                self._say(last)
                self._protocol.send_close(1000)

    def _say(self, messages: Sequence[str]) -> None:
        for message in messages:
            self._protocol.send_text(message.encode())

    def _send(self) -> None:
        """As much as the other side takes; the rest goes with the next answer."""
        self._unsent += b"".join(self._protocol.data_to_send())
        try:
            del self._unsent[: self._socket.send(self._unsent)]
        except BlockingIOError:
            if len(self._unsent) > UNSENT_BYTES:
                self.close()
        except OSError:
            self.close()


def _arrived(about: Sequence[tuple[int, int, bytes]]) -> float:
    """When the newest of what was read had come, on the clock `time.perf_counter`; now, if nobody says."""
    wall, now = time.time_ns(), time.perf_counter()  # in this order a pause between them errs late
    for level, kind, told in about:
        if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
            seconds, nanoseconds = TIMESPEC.unpack(told)
            waited: int = wall - seconds * 1_000_000_000 - nanoseconds
            return now - max(0, waited) / 1e9
    return now
