"""The one seam to uvicorn's transports: frames encoded once, and a way to drop a dead reader.

ASGI lets an application only `await send(text)`: each client then pays for its own frame and its own task
switch, and a client that stopped reading can never be let go. These subclasses of uvicorn's protocols add
two scope extensions: `wingman.push` writes whole WebSocket frames, `wingman.abort` drops an HTTP connection.

They also hold the budget of `connection_limits`: the HTTP parser has no limits of its own, and copies a URL
anew for every packet of it.
"""

from __future__ import annotations

import asyncio
import json
import select
import socket
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache, partial
from http import HTTPStatus
from typing import cast

import structlog
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Close, Frame
from websockets.http11 import Request

from wingman.server.budgets import TokenBucket
from wingman.server.client_address import Proxies, budgeted
from wingman.server.connection_limits import HEAD_BYTES, HEAD_SECONDS, HEADERS, ConnectionLimits, Slot
from wingman.server.errors import error_body

log = structlog.get_logger(__name__)

EXTENSION = "wingman.push"
ABORT = "wingman.abort"
CLOSE_FLOODING = 4429

RETRY_SECONDS = 1
"""What a client that was refused for want of room is told to wait."""
TOLD_EVERY_S = 10.0
"""Seconds between two lines in the log about refused connections."""
LINGER_SECONDS, LINGER_BYTES = 1.0, 4 * 1024 * 1024
"""How long, and how much, a refused connection is still listened to."""
UNREAD_SECONDS = 300.0
"""An answer may take as long as its reader needs; one of which nothing left this process for so long is given
up. Behind it the kernel holds megabytes, at which a slow reader, or one that paused, is busy for minutes."""
FRAMES_PER_SECOND, FRAME_BURST = 100.0, 1000.0
"""Pings, pongs and pieces of messages that one socket may send: nobody needs as many."""
FRAMES_PIECE = 8192
"""What is parsed of a socket at a time, so that a flood is noticed before all of it was answered."""
BODY_OVERHEAD = 64 * 1024
"""Bytes behind a head that may come without content: extensions of chunks, and trailers."""
HEAD_PIECE = 4096
"""A head is parsed in pieces, so that what is too long is noticed before it is copied."""

UNSENT_BYTES = 16 * 1024
"""Bytes the kernel may hold unsent per client: beyond that the client counts as slow. Without the bound
Linux grows the buffer to megabytes, and a slow overlay would show minutes-old partials."""


@dataclass(slots=True)
class Door:
    """How connections are let in: of one process, for every listener of it shares the one memory."""

    limits: ConnectionLimits = field(default_factory=ConnectionLimits)
    proxies: Proxies = field(default_factory=Proxies)
    _told_at: float = -TOLD_EVERY_S

    def waiting(self, peer: str) -> str:
        """Whose a connection is while nothing was read from it; empty where nobody knows yet."""
        return "" if self.proxies.trusts(peer) else budgeted(peer)

    def tell(self, address: str, now: float) -> None:
        """Write down, now and then, that connections are refused."""
        if now - self._told_at >= TOLD_EVERY_S:
            self._told_at = now
            log.warning(
                "connections are refused: too many are open",
                address=address,
                asking=self.limits.asking,
                settings="server.connections, server.connections_per_address, server.trusted_proxies",
            )


DOOR = Door()
"""Where nobody says otherwise."""


class Config(uvicorn.Config):
    """uvicorn's, with the door its connections come by."""

    def __init__(self, app: ASGIApp, door: Door, **options: object) -> None:
        super().__init__(app, **options)  # type: ignore[arg-type]  # as uvicorn names them
        self.door = door


class PushSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol with the `wingman.push` extension. Needs `ws_per_message_deflate=False`."""

    slot: Slot | None = None
    """The place of the connection this was upgraded from."""

    _frames: TokenBucket | None = None

    async def run_asgi(self) -> None:
        app = self.app
        self.app = partial(_while_there, self, cast("ASGIApp", app))
        try:
            await super().run_asgi()
        finally:
            self.app = app  # else this protocol would keep itself

    def data_received(self, data: bytes) -> None:
        for at in range(0, len(data), FRAMES_PIECE):
            if self.transport.is_closing():
                return
            super().data_received(data[at : at + FRAMES_PIECE])
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            self._refuse_handshake()

    def _refuse_handshake(self) -> None:
        """`websockets` takes less for a handshake than the HTTP parser did, and says nothing of it."""
        self.transport.write(_refusal(400, "a WebSocket opens without a body, and with lines of 8 kB at most"))
        self.transport.close()

    def handle_ping(self) -> None:
        if self._may_send():
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        if self._may_send():
            super().handle_pong(event)

    def handle_cont(self, event: Frame) -> None:
        if self._may_send():
            super().handle_cont(event)

    def _may_send(self) -> bool:
        """Has the other side frames left? Hangs up when it has none."""
        now = self.loop.time()
        if self._frames is None:
            self._frames = TokenBucket.full(FRAMES_PER_SECOND, FRAME_BURST, now)
        if self._frames.take(now):
            return True
        if not self.transport.is_closing():
            Push(self).close(CLOSE_FLOODING, "too many frames")
            self.transport.close()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.slot is not None:
            _door(self.config).limits.closed(self.slot)

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            peer = self.client[0] if self.client else ""
            address = _door(self.config).proxies.client(peer, self.scope["headers"])
            if address != peer:
                self.scope["client"] = (address, 0)
            _limit_unsent(self.transport)
            extensions: dict[str, object] = cast("dict[str, object]", self.scope["extensions"])
            extensions[EXTENSION] = Push(self)


class BoundedHttpProtocol(HttpToolsProtocol):
    """uvicorn's protocol with the `wingman.abort` extension, and with limits on what a head may cost."""

    _slot: Slot | None = None
    _in_head = True
    _head_bytes = 0
    _trailers = 0
    _empty_bytes = 0
    """Since the last content of a body."""
    _refused = False
    _thrown_away = 0
    _deadline: asyncio.TimerHandle | None = None
    _watch: asyncio.TimerHandle | None = None
    _answering: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        super().connection_made(transport)
        self._date()
        self._peer = self.client[0] if self.client else ""
        self._door = _door(self.config)
        self._slot = self._door.limits.opened(self._door.waiting(self._peer), self._no_room, self.loop.time())
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self._stop_watching()
        if self._answering is not None:  # uvicorn tells the latest request alone, which may still be queued
            self._answering.disconnected = True
            self._answering.message_event.set()
        if self._slot is not None and not self._upgraded:
            self._door.limits.closed(self._slot)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        view = memoryview(data)
        if self._refused:
            self._thrown_away += len(data)
            if self._thrown_away > LINGER_BYTES:
                self.transport.abort()
            return
        while view and not self._refused and self.parser is not None:
            piece = view[:HEAD_PIECE] if self._in_head else view
            view = view[len(piece) :]
            self._head_bytes += len(piece) if self._in_head else 0
            if self._head_bytes > HEAD_BYTES + HEAD_PIECE:
                self._refuse(431, f"the request line and headers may have at most {HEAD_BYTES} bytes")
                return
            in_body = not self._in_head
            self._empty_bytes += len(piece) if in_body else 0
            super().data_received(bytes(piece))
            if in_body and not self._in_head and self._empty_bytes > BODY_OVERHEAD:
                self._refuse(431, f"a body may have at most {BODY_OVERHEAD} bytes in a row without content")

    def handle_websocket_upgrade(self) -> None:
        if not self._refused:
            self._upgraded = True
            self._stop_watching()  # an answer before it may be untaken still
            self.transport.set_write_buffer_limits()
            super().handle_websocket_upgrade()
            protocol = self.transport.get_protocol()
            if isinstance(protocol, PushSocketProtocol):
                protocol.slot = self._slot
            if self._slot is not None:
                self._slot.drop = _stays  # else the place would keep this protocol for as long as the socket
            self.parser = None  # type: ignore[assignment]  # and it and the parser would keep each other

    _upgraded = False

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._date()
        extensions = cast("dict[str, object]", self.scope.setdefault("extensions", {}))
        extensions[ABORT] = self.transport.abort

    def _date(self) -> None:
        """What is answered bears the time of asking: uvicorn's timer would wake a service that rests."""
        self.server_state.default_headers = [_dated(int(time.time())), *self.config.encoded_headers]

    def on_header(self, name: bytes, value: bytes) -> None:
        """What comes behind a body (trailers, RFC 9110 6.5) is no header: a proxy in front never judged it."""
        if self._in_head:
            super().on_header(name, value)
            return
        self._trailers += 1
        if self._trailers > HEADERS:
            self._refuse(431, f"a request may have at most {HEADERS} headers")

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._trailers = 0
        self._stop_waiting()
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if len(self.headers) > HEADERS:
            self._refuse(431, f"a request may have at most {HEADERS} headers")
        elif size > HEAD_BYTES:
            self._refuse(431, f"the request line and headers may have at most {HEAD_BYTES} bytes")
        elif sum(name == b"host" for name, _ in self.headers) > 1:
            self._refuse(400, "a request names one Host")
        elif any(name == b"transfer-encoding" and value.lower() != b"chunked" for name, value in self.headers):
            self._refuse(400, "a body may be sent in chunks, and in no other coding")
        elif self._let_in():
            super().on_headers_complete()

    def _let_in(self) -> bool:
        """Is there room for the request whose head was read? Says so when there is none."""
        address = self._door.proxies.client(self._peer, self.headers)
        if address != self._peer:
            self.scope["client"] = (address, 0)
        if self._slot is None or self._slot.asking or self._door.limits.asked(self._slot, budgeted(address)):
            return True
        self._door.tell(address, self.loop.time())
        self._refuse(503, "too many connections are open from this address; close some and try again")
        return False

    def on_body(self, body: bytes) -> None:
        self._empty_bytes = 0
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self._refused:
            super().on_message_complete()
            self._in_head, self._head_bytes, self._empty_bytes = True, 0, 0

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._watch_reader()
        elif self.cycle.response_complete:  # else it is the next one's turn
            self.transport.set_write_buffer_limits(0)  # `resume_writing` tells when all of it was taken
            if not self.flow.write_paused:
                self._taken()

    def _taken(self) -> None:
        """The whole answer left this process, and the connection waits for the next request."""
        self.transport.set_write_buffer_limits()
        if self._slot is not None:
            self._door.limits.answered(self._slot, self._door.waiting(self._peer), self.loop.time())
            self._expect_head()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_reader()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_watching()
        if self.transport.is_closing():
            self._watch_reader()
        elif self.cycle.response_complete and not self.pipeline and not self._refused:
            self._taken()

    def _watch_reader(self) -> None:
        """Nothing is added while writing is paused, nor to a last answer: what does not shrink is not read."""
        self._stop_watching()
        left = self.transport.get_write_buffer_size()
        self._watch = self.loop.call_later(UNREAD_SECONDS, self._look_again, left)

    def _look_again(self, before: int) -> None:
        if self.transport.get_write_buffer_size() < before:
            self._watch_reader()
        else:
            self.transport.abort()

    def _stop_watching(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def _expect_head(self) -> None:
        self._stop_waiting()
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        if self._head_bytes:
            self._refuse(408, f"the request line and headers must arrive within {HEAD_SECONDS:.0f} s")
        else:
            self._hang_up()

    def _no_room(self) -> bool:
        """Others need the place: whoever has begun to ask is told. False: it asked, and was not heard yet."""
        if _unread(self.transport):
            return False
        self._stop_waiting()
        if self._head_bytes and not self._refused:
            self._door.tell(self._peer, self.loop.time())
            self._refuse(503, "too many connections are open; try again, with the whole request at once")
        self._hang_up()
        return True

    def _hang_up(self) -> None:
        """Close; what the other side has not taken a moment later is thrown away."""
        self.transport.close()
        self._stop_waiting()
        self._deadline = self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    def _refuse(self, status: int, detail: str) -> None:
        """Answer and hang up. What still comes is thrown away for a moment: a client that is cut off while it
        sends never reads why."""
        self._refused = True
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(_refusal(status, detail))
        self._stop_waiting()
        self._deadline = self.loop.call_later(LINGER_SECONDS, self.transport.abort)
        if self.transport.can_write_eof():
            self.transport.write_eof()


def _refusal(status: int, detail: str) -> bytes:
    """The whole answer to what does not get as far as the application."""
    body = json.dumps(error_body(status, detail)).encode()
    head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: application/json\r\n"
    head += f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n"
    head += f"Retry-After: {RETRY_SECONDS}\r\n\r\n" if status == 503 else "\r\n"
    return head.encode() + body


async def _while_there(
    protocol: PushSocketProtocol, app: ASGIApp, scope: Scope, receive: Receive, send: Send
) -> None:
    """`app`, for which a client that left, in the handshake as well, is no error to write down."""
    try:
        await app(scope, receive, send)
    except* WebSocketDisconnect:
        pass
    if protocol.disconnected or protocol.transport.is_closing():
        raise ClientDisconnected


@lru_cache(maxsize=1)
def _dated(second: int) -> tuple[bytes, bytes]:
    return b"date", formatdate(second, usegmt=True).encode()


def _unread(transport: asyncio.Transport) -> bool:
    """Does something lie in the kernel that this process, busy with others, has not read?"""
    connection = transport.get_extra_info("socket")
    if connection is None or not hasattr(select, "poll"):
        return False
    gone = getattr(select, "POLLRDHUP", 0) | select.POLLHUP
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN | gone)
    return any(events & select.POLLIN and not events & gone for _, events in poll.poll(0))


def _stays() -> bool:
    """A WebSocket has asked, and is not let go for others."""
    return False


def _door(config: uvicorn.Config) -> Door:
    return config.door if isinstance(config, Config) else DOOR


async def abort(scope: Scope) -> None:
    """Drop an HTTP connection and everything unsent; does nothing where another server runs the application."""
    drop = scope.get("extensions", {}).get(ABORT)
    if drop is not None:
        drop()
        await asyncio.sleep(0)  # the protocol learns of it in the next turn of the loop


class Push:
    """Raw access to one accepted WebSocket."""

    def __init__(self, protocol: WebSocketsSansIOProtocol) -> None:
        self._protocol = protocol
        self._transport = protocol.transport
        self._may_write = protocol.writable.is_set

    @classmethod
    def of(cls, ws: WebSocket) -> Push | None:
        """The extension of this connection; None when another server runs the application."""
        found = ws.scope.get("extensions", {}).get(EXTENSION)
        return found if isinstance(found, Push) else None

    @property
    def writable(self) -> bool:
        """False while the client reads more slowly than it is written to."""
        return self._may_write()

    def write(self, frame: bytes) -> None:
        """Write one whole frame. Dropped silently when the connection is closing."""
        protocol = self._protocol
        if protocol.handshake_complete and not protocol.close_sent and not self._transport.is_closing():
            self._transport.write(frame)

    async def drained(self) -> None:
        """Wait until the client has read enough."""
        await self._protocol.writable.wait()

    def close(self, code: int, reason: str) -> None:
        """Queue a close frame behind what is still unsent; `abort` when the client does not take it."""
        self.write(b"\x88" + _length(body := Close(code, reason).serialize()) + body)

    def abort(self) -> None:
        """Drop the connection and everything unsent."""
        self._protocol.transport.abort()


def _length(body: bytes) -> bytes:
    return bytes((len(body),))  # control frames are at most 125 bytes long


def _limit_unsent(transport: asyncio.Transport) -> None:
    connection = transport.get_extra_info("socket")
    if connection is not None and hasattr(socket, "TCP_NOTSENT_LOWAT"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
