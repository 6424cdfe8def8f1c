"""The socket under an HTTP client: what of a request's body has arrived is what the peer's kernel says.

`httpcore` writes a body piece by piece; each is announced (`Piece`) just before it is written, and counted as
it is. When the connection ends, what of it never arrived is taken back. Over TLS a piece is one record, which
arrives whole or is worth nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import ssl
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

from wingman.egress.answers import Body
from wingman.egress.outlet import Outlet
from wingman.egress.tcp import TcpView

RECORD_BYTES = 16_384
"""Most that one TLS record holds (RFC 8446, section 5.1)."""
PIECE_BYTES = RECORD_BYTES - 384
"""Fits one record with the frame of a chunk around it."""
MOST_CAUSES = 10
SETTLE_S, ASK_S = 0.1, 0.005
"""How long the last acknowledgements of an ending connection are waited for, and how often asked for."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a body that goes to the socket next."""

    size: int
    seconds: float
    outlet: Outlet


_NEXT: ContextVar[Piece | None] = ContextVar("next_piece", default=None)


async def announced(
    body: AsyncIterable[bytes], way_out: Outlet, seconds: float = 0.0, size: int = 0
) -> AsyncGenerator[bytes, None]:
    """`body` in pieces, each announced to the socket it is written to, which counts it for `way_out`.

    `seconds` is how much sound a body of `size` bytes holds.
    """
    async for chunk in body:
        for at in range(0, len(chunk), PIECE_BYTES):
            piece = chunk[at : at + PIECE_BYTES]
            _NEXT.set(Piece(len(piece), seconds * len(piece) / size if size else 0.0, way_out))
            yield piece
    _NEXT.set(None)


class Counted:
    """A request's body, counted by the socket it is written to: mixed into a client's own kind of stream."""

    def __init__(self, inner: Body, way_out: Outlet, seconds: float = 0.0, size: int = 0) -> None:
        """As `announced` takes them."""
        self._inner = inner
        self._way_out = way_out
        self._seconds = seconds
        self._size = size

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in announced(self._inner, self._way_out, self._seconds, self._size):
            yield piece

    async def aclose(self) -> None:
        """Release what it is read from."""
        await self._inner.aclose()


@dataclass(frozen=True, slots=True)
class _Written:
    """Where in the connection's bytes a piece stands."""

    piece: Piece
    begin: int
    end: int
    """Of the bytes that carry it."""
    whole: bool
    """It counts as a whole or not at all (TLS)."""

    def arrived(self, sent: int) -> int:
        """How much of it is among the first `sent` bytes."""
        if self.whole:
            return self.piece.size if sent >= self.end else 0
        return max(0, min(self.piece.size, sent - self.begin))


class Stream(Protocol):
    """What is used of `httpcore.AsyncNetworkStream`, in either of its generations."""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Up to `max_bytes`; empty at the end. Timeouts are seconds."""
        ...

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Hand all of it to the kernel."""
        ...

    async def aclose(self) -> None:
        """Close the connection. Idempotent."""
        ...

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> Stream:
        """The same connection under TLS."""
        ...

    def get_extra_info(self, info: str) -> Any:
        """What lies below, such as `socket`; None for what it does not know."""
        ...


class Backend(Protocol):
    """The same of `httpcore.AsyncNetworkBackend`."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> Stream:
        """Connect to a host. Raises httpcore's errors."""
        ...

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> Stream:
        """Connect to a socket file."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait between two attempts."""
        ...


def count(pool: Any) -> None:
    """Let the connections of an `httpcore` pool count."""
    pool._network_backend = CountedBackend(pool._network_backend)  # noqa: SLF001 - `httpx` has no way in


class CountedBackend:
    """Opens connections that count."""

    def __init__(self, inner: Backend) -> None:
        self._inner = inner

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> Stream:
        return CountedStream(await self._inner.connect_tcp(host, port, timeout, local_address, socket_options))

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> Stream:
        return await self._inner.connect_unix_socket(path, timeout, socket_options)

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class CountedStream:
    """One connection. Written to by one request at a time (HTTP/1.1)."""

    def __init__(self, inner: Stream, tcp: TcpView | None = None) -> None:
        self._inner = inner
        self._secure = tcp is not None
        self._tcp = tcp or TcpView(inner.get_extra_info("socket"))
        self._written: deque[_Written] = deque()
        self._reset = False
        self._overhead: int | None = None
        """What a TLS record adds; told by the first one."""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with self._ending_noted():
            return await self._inner.read(max_bytes, timeout)

    @contextlib.contextmanager
    def _ending_noted(self) -> Iterator[None]:
        """Was the connection reset, without a goodbye before?"""
        try:
            yield
        except BaseException as failed:  # of either generation of the library; it goes on
            self._reset = self._reset or _was_reset(failed)
            raise

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        piece, start = _NEXT.get(), self._tcp.position()
        _NEXT.set(None)
        if piece is not None:
            piece.outlet.sent(piece.size, piece.seconds)
            if start is not None:
                self._note(piece, start, len(buffer))
        with self._ending_noted():
            await self._inner.write(buffer, timeout)
        if self._secure and self._overhead is None and start is not None:
            added = (self._tcp.position() or start) - start - len(buffer)
            self._overhead = added // math.ceil(len(buffer) / RECORD_BYTES)

    def _note(self, piece: Piece, start: int, size: int) -> None:
        acked = self._tcp.acked() or 0
        while self._written and self._written[0].end <= acked:
            self._written.popleft()
        if self._secure:
            written = _Written(piece, start, start + size + (self._overhead or 0), whole=True)
        else:
            framing = size - piece.size  # of a chunk: its length before it, a line end after it
            begin = start + max(0, framing - 2)
            written = _Written(piece, begin, begin + piece.size, whole=False)
        self._written.append(written)

    async def aclose(self) -> None:
        try:
            await self._inner.aclose()
            await self._settled()
        finally:
            self._reckon()

    async def _settled(self) -> None:
        """Wait for the last word on what was written, or for the end of a moment."""
        for _ in range(int(SETTLE_S / ASK_S)):
            acked = self._tcp.acked()
            if acked is None or self._tcp.over or all(one.end <= acked for one in self._written):
                return
            await asyncio.sleep(ASK_S)

    def _reckon(self) -> None:
        """Take back what never arrived."""
        sent = self._tcp.sent(reset=self._reset)
        self._tcp.close()
        while self._written:
            one = self._written.popleft()
            missing = one.piece.size - one.arrived(sent) if sent is not None else 0
            if missing:
                one.piece.outlet.sent(-missing, -one.piece.seconds * missing / one.piece.size)

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> Stream:
        try:
            secure = await self._inner.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:  # the handshake closes what it wraps, and that is not us
            self._tcp.close()
            raise
        return CountedStream(secure, self._tcp)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _was_reset(failed: BaseException) -> bool:
    link: BaseException | None = failed
    for _ in range(MOST_CAUSES):
        if link is None or isinstance(link, ConnectionResetError):
            break
        link = link.__cause__ or link.__context__
    return isinstance(link, ConnectionResetError)
