"""Overlays that cost next to nothing, so that a thousand of them measure the service and not themselves."""

from __future__ import annotations

import asyncio
import re
import time

from tests.cluster.test_processes import HEADERS, Process

_AT = re.compile(rb'"type":"note\.added".{0,80}?"at":([0-9.]+)')
REQUEST = (
    "GET /api/meetings/{meeting}/ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Authorization: {token}\r\n\r\n"
)


class Watcher(asyncio.Protocol):
    """A WebSocket that reads."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self.late: list[float] = []
        """Seconds from each note to its arrival here; both clocks are this machine's."""
        self.open = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        now = time.time()
        if not self.open.done():
            self.open.set_result(b" 101 " in data[:20])
        self.late += [now - float(at) for at in _AT.findall(data)]

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort()


async def watch(node: Process, meeting: str) -> Watcher:
    """One more overlay on this node."""
    request = REQUEST.format(meeting=meeting, port=node.port, token=HEADERS["Authorization"])
    loop = asyncio.get_running_loop()
    _, made = await loop.create_connection(lambda: Watcher(request.encode()), "127.0.0.1", node.port)
    assert await made.open
    return made
