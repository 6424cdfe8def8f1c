"""Datagrams that come close together are taken together, as network cards do with interrupts (coalescing).

A turn of the loop costs as much as the datagram it is for: the process is woken, all sockets are looked at, and
what the caches held of it has gone. With a hundred sessions nearly every datagram had a turn of its own.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from weakref import WeakKeyDictionary

GATHER_S = 0.002
"""How close one turn may follow another, and so the most that a datagram is late: a tenth of its sound."""
DENSE_S = GATHER_S / 2
"""Datagrams that come further apart than this (20 streams) are taken at once: there would be none to gather."""
LONGEST_S = 0.1
"""A pause counts for no more than this."""
SMOOTHED = 8
"""Turns over which it is looked how close datagrams come: tab and microphone of one client come in pairs."""


class Coalescing:
    """For all sockets of one event loop: while datagrams come thick and fast it waits between two turns."""

    __slots__ = ("_apart", "_clock", "_ended", "_looked", "_sleep", "taken")

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """`clock` and `sleep` in seconds; `sleep` holds the loop."""
        self._clock = clock
        self._sleep = sleep
        self._ended = self._looked = -math.inf  # the turn before: with its wait, and without
        self._apart = LONGEST_S
        self.taken = 0
        """Datagrams of the present turn. Whoever takes one counts it here, and the first one calls `begins`."""

    def begins(self) -> None:
        """A turn takes its first datagram."""
        asyncio.get_running_loop().call_soon(self._ends)

    def _ends(self) -> None:
        taken, self.taken = self.taken, 0
        now = self._clock()
        apart = min((now - self._looked) / taken, LONGEST_S)
        self._apart += (apart - self._apart) / SMOOTHED
        self._looked = now
        early = self._ended + GATHER_S - now
        if early > 0 and self._apart < DENSE_S:
            self._sleep(early)
            now = self._clock()
        self._ended = now


_loops: WeakKeyDictionary[asyncio.AbstractEventLoop, Coalescing] = WeakKeyDictionary()


def coalescing() -> Coalescing:
    """The running loop's."""
    return _loops.setdefault(asyncio.get_running_loop(), Coalescing())
