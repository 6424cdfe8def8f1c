"""What a broken connection took with it."""

from __future__ import annotations

from collections import deque

from wingman.egress.tcp import HasSocket, TcpView

ASK_EVERY = 32
"""Writes between two questions to the kernel, where the length of what was written is known."""


class Delivered:
    """What of a socket's writes the peer's kernel has taken, as TCP itself knows it (Linux; elsewhere: all)."""

    def __init__(self, source: HasSocket | None) -> None:
        self._tcp = TcpView(source)
        self._waiting: deque[tuple[int, int, float]] = deque()
        self._mark = 0
        self._unasked = 0

    def wrote(self, size: int, seconds: float, buffered: int, framed: int = 0) -> None:
        """A message of `size` payload bytes was just handed over; `buffered` bytes wait in this process.

        `framed` is its length on the wire, 0 where that is not known (TLS): then the kernel is asked each time.
        """
        if framed and self._unasked > 0:
            self._unasked -= 1
            self._mark += framed
        elif (position := self._tcp.position()) is not None:
            self._mark = position + buffered
            self._unasked = ASK_EVERY
            acked = self._tcp.acked() or 0
            while self._waiting and self._waiting[0][0] <= acked:
                self._waiting.popleft()
        else:
            return
        self._waiting.append((self._mark, size, seconds))

    def lost(self) -> tuple[int, float]:
        """The connection is over: payload bytes, and seconds, that never arrived. Nothing on a second call.

        What is on its way to a peer that is still there has left. To one that hung up nothing arrives.
        """
        sent = self._tcp.sent()
        missing = [entry for entry in self._waiting if sent is not None and entry[0] > sent]
        self._waiting.clear()
        self._tcp.close()
        return sum(size for _, size, _ in missing), sum(length for _, _, length in missing)
