"""The one seam to uvicorn's transports: frames encoded once, and a way to drop a dead reader.

ASGI lets an application only `await send(text)`: each client then pays for its own frame and its own task
switch, and a client that stopped reading can never be let go. These subclasses of uvicorn's protocols add
two scope extensions: `wingman.push` writes whole WebSocket frames, `wingman.abort` drops an HTTP connection.
"""

from __future__ import annotations

import asyncio
import socket
from typing import cast

from starlette.types import Scope
from starlette.websockets import WebSocket
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Close
from websockets.http11 import Request

EXTENSION = "wingman.push"
ABORT = "wingman.abort"

UNSENT_BYTES = 16 * 1024
"""Bytes the kernel may hold unsent per client: beyond that the client counts as slow. Without the bound
Linux grows the buffer to megabytes, and a slow overlay would show minutes-old partials."""


class PushSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol with the `wingman.push` extension. Needs `ws_per_message_deflate=False`."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            _limit_unsent(self.transport)
            extensions: dict[str, object] = cast("dict[str, object]", self.scope["extensions"])
            extensions[EXTENSION] = Push(self)


class AbortableHttpProtocol(HttpToolsProtocol):
    """uvicorn's protocol with the `wingman.abort` extension."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        extensions = cast("dict[str, object]", self.scope.setdefault("extensions", {}))
        extensions[ABORT] = self.transport.abort


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
