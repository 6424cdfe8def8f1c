"""What a broken connection took with it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from wingman.egress.tcp import HasSocket, TcpView

ASK_EVERY = 128
"""Writes between two questions to the kernel, where the length of what was written is known."""


@dataclass(slots=True)
class _Run:
    """Messages of one length that were written one after the other."""

    end: int
    """Where the first of them ends, in bytes of the connection."""
    framed: int
    size: int
    seconds: float
    count: int = 1

    @property
    def last(self) -> int:
        """Where the last of them ends."""
        return self.end + (self.count - 1) * self.framed

    def beyond(self, position: int) -> int:
        """How many of them end after `position`."""
        if position < self.end:
            return self.count
        return 0 if position >= self.last else self.count - 1 - (position - self.end) // self.framed


class AckedWrites:
    """What of a socket's writes the peer's kernel has taken, as TCP itself knows it (Linux; elsewhere: all)."""

    __slots__ = (
        "_buffered",
        "_run",
        "_runs",
        "_tcp",
        "_unasked",
    )

    def __init__(self, source: HasSocket | None, buffered: Callable[[], int]) -> None:
        """`buffered` tells how many bytes wait in this process."""
        self._tcp = TcpView(source)
        self._buffered = buffered
        self._runs: deque[_Run] = deque()
        self._run = _Run(0, 0, 0, 0.0)
        self._unasked = 0

    def wrote(self, size: int, seconds: float, framed: int = 0) -> None:
        """A message of `size` payload bytes was just handed over.

        `framed` is its length on the wire, 0 where that is not known (TLS): then the kernel is asked each time.
        """
        run = self._run
        if framed and self._unasked > 0:
            self._unasked -= 1
            if framed == run.framed and size == run.size and seconds == run.seconds:
                run.count += 1
                return
            end = run.last + framed
        elif (position := self._tcp.position()) is not None:
            end = position + self._buffered()
            self._unasked = ASK_EVERY
            acked = self._tcp.acked() or 0
            while self._runs and self._runs[0].last <= acked:
                self._runs.popleft()
        else:
            return
        self._run = _Run(end, framed, size, seconds)
        self._runs.append(self._run)

    def lost(self) -> tuple[int, float]:
        """The connection is over: payload bytes, and seconds, that never arrived. Nothing on a second call.

        What is on its way to a peer that is still there has left. To one that hung up nothing arrives.
        """
        sent = self._tcp.sent()
        missing = [(run, run.beyond(sent)) for run in self._runs if sent is not None]
        self._runs.clear()
        self._tcp.close()
        size = sum(run.size * count for run, count in missing)
        return size, sum(run.seconds * count for run, count in missing)
