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


class Coalescing:
    """For all sockets of one event loop.

    A datagram that comes after a pause is taken at once, and so is the next. Only then does the loop wait, and
    all that it runs with it.
    """

    __slots__ = ("_clock", "_ended", "_sleep", "waits")

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """`clock` and `sleep` in seconds; `sleep` holds the loop."""
        self._clock = clock
        self._sleep = sleep
        self._ended = -math.inf
        self.waits = False
        """Whether the present turn ends with a wait already: `taken` need not be told then."""

    def taken(self) -> None:
        """A datagram was taken in this turn."""
        if not self.waits:
            self.waits = True
            asyncio.get_running_loop().call_soon(self._wait)

    def _wait(self) -> None:
        self.waits = False
        now = self._clock()
        if (early := self._ended + GATHER_S - now) > 0:
            self._sleep(early)
            now = self._clock()
        self._ended = now


_loops: WeakKeyDictionary[asyncio.AbstractEventLoop, Coalescing] = WeakKeyDictionary()


def coalescing() -> Coalescing:
    """The running loop's."""
    return _loops.setdefault(asyncio.get_running_loop(), Coalescing())
