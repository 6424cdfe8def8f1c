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
import socket
from http import HTTPStatus
from typing import cast

from starlette.types import Scope
from starlette.websockets import WebSocket
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Close
from websockets.http11 import Request

from wingman.server.connection_limits import HEAD_BYTES, HEAD_SECONDS, HEADERS, ConnectionLimits, Slot

EXTENSION = "wingman.push"
ABORT = "wingman.abort"

LIMITS = ConnectionLimits()
"""Of this process: every listener of it shares the one memory."""
LINGER_SECONDS, LINGER_BYTES = 1.0, 4 * 1024 * 1024
"""How long, and how much, a refused connection is still listened to."""
HEAD_PIECE = 4096
"""A head is parsed in pieces, so that what is too long is noticed before it is copied."""

UNSENT_BYTES = 16 * 1024
"""Bytes the kernel may hold unsent per client: beyond that the client counts as slow. Without the bound
Linux grows the buffer to megabytes, and a slow overlay would show minutes-old partials."""


class PushSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol with the `wingman.push` extension. Needs `ws_per_message_deflate=False`."""

    slot: Slot | None = None
    """The place of the connection this was upgraded from."""

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.slot is not None:
            LIMITS.closed(self.slot)

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            _limit_unsent(self.transport)
            extensions: dict[str, object] = cast("dict[str, object]", self.scope["extensions"])
            extensions[EXTENSION] = Push(self)


class BoundedHttpProtocol(HttpToolsProtocol):
    """uvicorn's protocol with the `wingman.abort` extension, and with limits on what a head may cost."""

    _slot: Slot | None = None
    _in_head = True
    _head_bytes = 0
    _refused = False
    _thrown_away = 0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        super().connection_made(transport)
        address = self.client[0] if self.client else ""
        self._slot = LIMITS.opened(address, transport.abort)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        if self._slot is not None and not self._upgraded:
            LIMITS.closed(self._slot)
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
            super().data_received(bytes(piece))

    def handle_websocket_upgrade(self) -> None:
        if not self._refused:
            self._upgraded = True
            super().handle_websocket_upgrade()
            protocol = self.transport.get_protocol()
            if isinstance(protocol, PushSocketProtocol):
                protocol.slot = self._slot

    _upgraded = False

    def on_message_begin(self) -> None:
        super().on_message_begin()
        extensions = cast("dict[str, object]", self.scope.setdefault("extensions", {}))
        extensions[ABORT] = self.transport.abort

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._stop_waiting()
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if len(self.headers) > HEADERS:
            self._refuse(431, f"a request may have at most {HEADERS} headers")
        elif size > HEAD_BYTES:
            self._refuse(431, f"the request line and headers may have at most {HEAD_BYTES} bytes")
        elif self._slot is not None and not self._slot.asking and not LIMITS.asked(self._slot):
            self._refuse(503, "too many requests are under way from this address; close some and try again")
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self._refused:
            super().on_message_complete()
            self._in_head, self._head_bytes = True, 0

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._slot is not None and not self.transport.is_closing() and not self.pipeline:
            LIMITS.answered(self._slot)
            self._expect_head()

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
            self.transport.close()

    def _refuse(self, status: int, detail: str) -> None:
        """Answer and hang up. What still comes is thrown away for a moment: a client that is cut off while it
        sends never reads why."""
        self._refused = True
        if self.cycle is None or self.cycle.response_complete:
            code = {408: "timeout", 431: "too_large", 503: "unavailable"}[status]
            body = json.dumps({"error": {"code": code, "field": "", "detail": detail}}).encode()
            head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: application/json\r\n"
            head += f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
            self.transport.write(head.encode() + body)
        self._deadline = self.loop.call_later(LINGER_SECONDS, self.transport.abort)
        if self.transport.can_write_eof():
            self.transport.write_eof()


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
