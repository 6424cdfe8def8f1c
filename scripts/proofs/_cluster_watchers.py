"""Overlays that cost next to nothing, so that a thousand of them measure the service and not themselves."""

from __future__ import annotations

import re
import select
import socket
import threading
import time
from collections.abc import Sequence

from tests.support.node_processes import HEADERS, Process

_AT = re.compile(rb'"type":"note\.added".{0,80}?"at":([0-9.]+)')
REQUEST = (
    "GET /api/meetings/{meeting}/ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Authorization: {token}\r\n\r\n"
)


class Watchers:
    """So many WebSockets, read by one thread as soon as something comes; what it was is looked at later."""

    def __init__(self, nodes: Sequence[Process], meeting: str, count: int) -> None:
        self._sockets = [_opened(nodes[number % len(nodes)], meeting) for number in range(count)]
        self._came: list[tuple[float, bytes]] = []
        self._over = threading.Event()
        self._reading = threading.Thread(target=self._read, name="watchers")
        self._reading.start()

    def forget(self) -> None:
        """Begin to count anew."""
        self._came.clear()

    def late(self) -> list[float]:
        """Seconds from each note to its arrival, shortest first; both clocks are this machine's."""
        return sorted(came - float(at) for came, data in self._came for at in _AT.findall(data))

    def close(self) -> None:
        """Hang up."""
        self._over.set()
        self._reading.join()
        for one in self._sockets:
            one.close()

    def _read(self) -> None:
        by_number = {one.fileno(): one for one in self._sockets}
        poll = select.epoll()
        for number in by_number:
            poll.register(number, select.EPOLLIN)
        with poll:
            while not self._over.is_set():
                for number, _ in poll.poll(0.1, len(by_number)):
                    data = by_number[number].recv(65_536)
                    self._came.append((time.time(), data))
                    if not data:
                        poll.unregister(number)


def _opened(node: Process, meeting: str) -> socket.socket:
    """One more overlay on this node."""
    request = REQUEST.format(meeting=meeting, port=node.port, token=HEADERS["Authorization"])
    made = socket.create_connection(("127.0.0.1", node.port), 30)
    made.sendall(request.encode())
    if b" 101 " not in made.recv(4096)[:20]:
        raise RuntimeError("an overlay was refused")
    return made
