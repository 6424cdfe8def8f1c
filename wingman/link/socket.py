"""A WebSocket whose sends are plain function calls.

A packet goes from the tape's write to the provider's socket inside one call, without a task switch and
without a queue: whole frames of ours go to the transport of `websockets`, and whole messages are taken out of
what arrives before its parser sees them. It keeps the handshake, the control frames, and every message that
comes in pieces. The price is that we look after the buffer ourselves (`buffered`), which the watchdog needs to
see anyway.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, cast
from urllib.parse import urlsplit

import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI
from websockets.http11 import Response
from websockets.protocol import State
from websockets.typing import Subprotocol

from wingman.core.errors import FaultKind, ProviderFault
from wingman.core.turn_queue import turn_queue
from wingman.egress import outlet as egress
from wingman.egress.acked_writes import AckedWrites
from wingman.egress.http import trusted
from wingman.link.frames import FrameReader, FrameWriter

log = structlog.get_logger(__name__)
OPEN, CONNECTING = State.OPEN, State.CONNECTING
LONGEST = 1 << 20
"""Bytes of a message; of a longer one the library says that it is too long."""
WAITING = 64
"""Messages that may wait to be read before no more are taken from the network."""
_HEAD_ENDS = b"\r\n\r\n"


class Refused(Exception):
    """The server answered the handshake with an HTTP status; the adapter turns it into its own fault."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.headers = headers
        """Names in lower case."""
        self.body = body


@dataclass(frozen=True, slots=True)
class Closed:
    """How a connection ended: the peer's close code and reason, 1006 when there was none."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class SocketTuning:
    """Timeouts of the transport, in seconds."""

    open_s: float = 5.0
    ping_s: float = 5.0
    """How often to ping, and how long to wait for the answer."""
    close_s: float = 1.0


class _Connection(ClientConnection):
    """The library's connection, with whole messages taken past its parser, its queue and their tasks."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._reader = FrameReader(LONGEST)
        self._head = b""  # the end of what came of the handshake's answer
        self._messages: deque[bytes] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._turns = turn_queue()
        self._lost = False
        self._held = False

    async def message(self) -> bytes:
        """The next one, undecoded. Raises `ConnectionClosed`."""
        while not self._messages:
            if self._reader.odd or self._lost:
                return await self.recv(decode=False)
            self._waiter = self.loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        message = self._messages.popleft()
        if self._held and not self._messages:
            self._held = False
            self.transport.resume_reading()
        return message

    def data_received(self, data: bytes) -> None:
        if self.protocol.state is CONNECTING:
            self._shake_hands(data)
        else:
            self._take(data)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._lost = True
        self._wake()

    def _shake_hands(self, data: bytes) -> None:
        """The answer's head is the library's; a server may send messages in the same breath."""
        known, head = len(self._head), self._head + data
        end = head.find(_HEAD_ENDS)
        if end < 0:
            self._head = head[1 - len(_HEAD_ENDS) :]
            super().data_received(data)
            return
        cut = end + len(_HEAD_ENDS) - known
        super().data_received(data[:cut])
        if self.protocol.state is CONNECTING:
            self._reader.odd = True  # it was refused: a page may follow
        if rest := data[cut:]:
            self._take(rest)

    def _take(self, data: bytes) -> None:
        for message, piece in self._reader.feed(data):
            if not message:
                super().data_received(piece)
            elif self.protocol.close_rcvd is None and self.protocol.parser_exc is None:  # else it is over
                self._messages.append(piece)
        if len(self._messages) > WAITING and not self._held:
            self._held = True
            self.transport.pause_reading()
        if self._waiter is not None:
            self._turns.run_soon(self._wake)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class Socket:
    """One open connection. Use it as an asynchronous context manager: leaving it never waits for the peer."""

    __slots__ = (
        "_connection",
        "_delivered",
        "_frames",
        "_outlet",
        "_plain",
        "_protocol",
        "_transport",
    )

    def __init__(self, connection: _Connection, host: str = "") -> None:
        self._connection = connection
        self._outlet = egress.current(host)
        self._transport = connection.transport
        self._protocol = connection.protocol
        self._frames = FrameWriter()
        self._plain = self._transport.get_extra_info("sslcontext") is None
        raw = self._transport.get_extra_info("socket") if self._outlet is not None else None
        self._delivered = AckedWrites(raw, self._transport.get_write_buffer_size)

    @property
    def headers(self) -> Mapping[str, str]:
        """The response headers of the handshake, names in lower case."""
        response = self._connection.response
        return _plain(response) if response else {}

    @property
    def is_open(self) -> bool:
        """True until either side closed."""
        return self._protocol.state is OPEN

    @property
    def buffered(self) -> int:
        """Bytes handed over that the kernel has not taken yet."""
        return self._transport.get_write_buffer_size()

    def write(self, data: bytes | str) -> None:
        """Send one frame of the protocol's own now. Does nothing once the connection has ended."""
        self._put(data)

    @property
    def may_leave(self) -> bool:
        """May content of the meeting leave by this socket now?"""
        return self._outlet is None or self._outlet.open

    def deliver(self, data: bytes | str, seconds: float) -> None:
        """Send one frame of the meeting's content now: so many seconds of audio, 0 for text.

        It is written down as it goes to the socket. What may not leave now is not sent: links hold it back
        themselves, and this is the wall behind them. The connection is cut then, for what its link believes to
        have sent was never heard.
        """
        way_out = self._outlet
        if way_out is None:
            self._put(data)
        elif not way_out.open:
            log.error("content held back at the gate: its link should have waited")
            self.abort()
        elif framed := self._put(data):
            size = len(data) if isinstance(data, bytes) else len(data.encode())
            way_out.sent(size, seconds)
            self._delivered.wrote(size, seconds, framed if self._plain else 0)

    def _put(self, data: bytes | str) -> int:
        """Write one frame; its length, 0 where it would be thrown away."""
        transport = self._transport
        if self._protocol.state is not OPEN or transport.is_closing():
            return 0
        frame = self._frames.frame(data)
        transport.write(frame)
        return len(frame)

    async def send(self, data: bytes | str) -> None:
        """The same as a coroutine, which is what vendors' socket classes call on what they wrap."""
        self.write(data)

    async def ping(self) -> None:
        """Return when the peer has read everything written so far. Raises `ConnectionClosed`."""
        await (await self._connection.ping())

    async def messages(self) -> AsyncGenerator[bytes, None]:
        """Every message as undecoded bytes until the connection ends; see `closed` for how it did."""
        try:
            while True:
                yield await self._connection.message()
        except ConnectionClosed:
            return

    async def arrived(self, within_s: float = 0.0) -> bytes | None:
        """The next message if it is here or comes within so long, else None. Not while `messages` waits."""
        try:
            async with asyncio.timeout(within_s):
                return await self._connection.message()
        except (TimeoutError, ConnectionClosed):
            return None

    @property
    def closed(self) -> Closed:
        """Meaningful after `messages` has ended."""
        return Closed(self._connection.close_code or 1006, self._connection.close_reason or "")

    def abort(self) -> None:
        """Cut the connection; `messages` ends. Idempotent."""
        size, seconds = self._delivered.lost()
        if size and self._outlet is not None:
            self._outlet.sent(-size, -seconds)
        self._transport.abort()

    async def close(self) -> None:
        """Say goodbye (1000) and end the connection; a peer that does not answer is cut off after `close_s`."""
        await self._connection.close()

    async def __aenter__(self) -> Socket:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # No closing handshake: whoever wants one (CloseStream, session.close) has had it by now.
        self.abort()
        await self._connection.wait_closed()


class _Direct(connect):
    """Does not follow redirects: a key is sent where the settings say, and nowhere else."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


async def open_socket(
    url: str,
    headers: Mapping[str, str],
    provider: str,
    tuning: SocketTuning = SocketTuning(),
    subprotocols: Sequence[str] = (),
) -> Socket:
    """Connect. Raises `Refused` for an HTTP answer, `ProviderFault` when there was none."""
    try:
        connection = await _Direct(
            url,
            additional_headers=dict(headers),
            subprotocols=[Subprotocol(name) for name in subprotocols] or None,
            create_connection=_Connection,
            max_size=LONGEST,
            compression=None,  # a peer that accepts it makes every send 4 to 18 times as expensive
            open_timeout=tuning.open_s,
            ping_interval=tuning.ping_s,
            ping_timeout=tuning.ping_s,
            close_timeout=tuning.close_s,
            user_agent_header="wingman",
            ssl=trusted() if urlsplit(url).scheme == "wss" else None,
            proxy=None,
        )
        return Socket(cast("_Connection", connection), urlsplit(url).hostname or "")
    except InvalidStatus as refused:
        response = refused.response
        raise Refused(response.status_code, _plain(response), bytes(response.body or b"")) from None
    except (InvalidURI, InvalidHandshake, ValueError, OverflowError, OSError, EOFError) as failed:
        raise _unopened(provider, failed, tuning) from None


def _unopened(provider: str, failed: Exception, tuning: SocketTuning) -> ProviderFault:
    """Why there is no connection, as a sentence for the user."""
    match failed:
        case TimeoutError():
            within = f"within {tuning.open_s:g} s"
            return ProviderFault(
                f"{provider} did not answer the connection request {within}.", kind=FaultKind.TIMEOUT
            )
        case InvalidURI() | ValueError() | OverflowError():
            return ProviderFault(
                f"The address of {provider} cannot be used ({_reason(failed)}). Check its url in the settings.",
                kind=FaultKind.BAD_REQUEST,
            )
        case OSError() | EOFError():
            reason = getattr(failed, "strerror", None) or "the connection was lost"
        case _ if isinstance(failed.__cause__, EOFError):  # in the middle of its answer
            reason = "it hung up while the connection was opened"
        case _:
            return ProviderFault(
                f"{provider} answered the connection request with something that is not a WebSocket.",
                kind=FaultKind.PROTOCOL,
            )
    return ProviderFault(f"{provider} could not be reached: {reason}.", kind=FaultKind.NETWORK)


def _reason(odd: Exception) -> str:
    """What is wrong with an address, without the address: it may hold a secret."""
    return odd.msg if isinstance(odd, InvalidURI) else str(odd)[:80]


def _plain(response: Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.raw_items()}


def fault_in(group: BaseExceptionGroup[BaseException]) -> ProviderFault | None:
    """The provider's fault in what a task group raised, or None when something else is in there too."""
    faults, rest = group.split(ProviderFault)
    if faults is None or rest is not None:
        return None
    found: BaseException = faults
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found if isinstance(found, ProviderFault) else None
