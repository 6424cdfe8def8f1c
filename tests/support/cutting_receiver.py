"""A receiver that takes some of a request's body and then breaks the connection in one way or another.

It counts what its kernel took: what a sender can know at all.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.certificates import certificate_pem, key_pem, self_signed
from tests.support.counting_relay import Bodies

BUFFER = 8192
"""Of the receiver's kernel: a body is larger, so that it is cut in its middle."""
REFUSAL = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Ending(Enum):
    """How it breaks off."""

    RESET = auto()
    FIN = auto()
    HALF = auto()
    """It says that it will write no more, and goes on reading."""
    STALL = auto()
    """It stops reading until the sender has given up."""
    REFUSAL = auto()
    """An answer before all has come, and a goodbye."""


@dataclass(slots=True)
class Receiver:
    port: int
    ending: Ending
    after: int
    """Bytes of a body it takes first."""
    secure: bool = False
    payload: int = 0
    patience_s: float = 0.6
    """How long a stalled one waits for `given_up`."""
    given_up: asyncio.Event = field(default_factory=asyncio.Event)
    idle: asyncio.Event = field(default_factory=asyncio.Event)
    """Every connection is over."""
    _open: int = 0

    def __post_init__(self) -> None:
        self.idle.set()

    async def talk(self, connection: socket.socket) -> None:
        self._open += 1
        self.idle.clear()
        reading = _Reading(connection, _server_context() if self.secure else None)
        try:
            while reading.bodies.payload < self.after and await reading.more():
                pass
            await self._break(connection, reading)
        except OSError:
            pass
        finally:
            self.payload += reading.bodies.payload
            connection.close()
            self._open -= 1
            if not self._open:
                self.idle.set()

    async def _break(self, connection: socket.socket, reading: _Reading) -> None:
        if self.ending is Ending.HALF:
            connection.shutdown(socket.SHUT_WR)
            while await reading.more():
                pass
        elif self.ending is Ending.STALL:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.given_up.wait(), self.patience_s)
            while await reading.more():
                pass
        else:
            if self.ending is Ending.REFUSAL:
                await reading.answer(REFUSAL)
            reading.drain()
            if self.ending is Ending.RESET:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class _Reading:
    """A connection's bytes, through TLS or not."""

    def __init__(self, connection: socket.socket, context: ssl.SSLContext | None) -> None:
        self.bodies = Bodies()
        self._connection = connection
        self._raw, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._raw, self._out, server_side=True) if context else None
        self._shaken = False

    async def more(self) -> bool:
        """Read what there is. False at the end."""
        loop = asyncio.get_running_loop()
        data = await loop.sock_recv(self._connection, 2048)
        self._take(data)
        if self._out.pending:
            await loop.sock_sendall(self._connection, self._out.read())
        return bool(data)

    async def answer(self, text: bytes) -> None:
        if self._tls is not None:
            self._tls.write(text)
            text = self._out.read()
        await asyncio.get_running_loop().sock_sendall(self._connection, text)

    def drain(self) -> None:
        """Take what has arrived."""
        with contextlib.suppress(BlockingIOError):
            while data := self._connection.recv(1 << 20):
                self._take(data)

    def _take(self, data: bytes) -> None:
        if self._tls is None:
            self.bodies.feed(data)
            return
        self._raw.write(data)
        with contextlib.suppress(ssl.SSLWantReadError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
            if not self._shaken:
                self._tls.do_handshake()
                self._shaken = True
            while plain := self._tls.read(1 << 16):
                self.bodies.feed(plain)


@asynccontextmanager
async def cutting(ending: Ending, after: int, *, secure: bool = False) -> AsyncIterator[Receiver]:
    """A receiver on a port of this machine."""
    loop = asyncio.get_running_loop()
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        receiver = Receiver(listener.getsockname()[1], ending, after, secure)

        async def accept() -> None:
            async with asyncio.TaskGroup() as talks:
                while True:
                    connection, _ = await loop.sock_accept(listener)
                    connection.setblocking(False)
                    talks.create_task(receiver.talk(connection))

        accepting = asyncio.create_task(accept())
        try:
            yield receiver
        finally:
            accepting.cancel()
            await asyncio.wait([accepting])


@cache
def _certificate() -> tuple[bytes, bytes]:
    """Certificate and key of 127.0.0.1, as PEM; it vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    return certificate_pem(self_signed(key, "127.0.0.1", address="127.0.0.1")), key_pem(key)


@cache
def _server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "both.pem"
        file.write_bytes(b"".join(_certificate()))
        context.load_cert_chain(file)
    return context


@cache
def client_context() -> ssl.SSLContext:
    """One that believes the receiver."""
    return ssl.create_default_context(cadata=_certificate()[0].decode())
