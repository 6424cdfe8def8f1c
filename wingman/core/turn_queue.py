"""What can wait a moment is begun one by one, in a turn of the loop each.

A word, or a tone, costs ten times what a packet of sound does, and those of several meetings come together. In
one turn they would hold up every packet that comes meanwhile; so those go between them.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable
from functools import partial
from weakref import WeakKeyDictionary

LONGEST_S = 0.01
"""What has waited for so long goes with the next turn: those of a loop that is full are longer than that."""


class TurnQueue:
    """Belongs to one event loop. Where its clock goes on within a turn, as uvloop's does not, nothing waits."""

    def __init__(self) -> None:
        self._waiting = deque[tuple[float, Callable[[], None]]]()
        self._begun = -math.inf
        """When something began last, in loop time."""
        self._scheduled = False
        """`_next` is called in one of the next turns."""

    def run_soon(self, work: Callable[[], None]) -> None:
        """Call it now if it is the first in this turn, else in one of the next, in order. It must not raise."""
        if self._free():
            work()
        else:
            self._wait(work)

    async def turn(self) -> None:
        """Return when it is the caller's."""
        if not self._free():
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._wait(partial(_give, turn))
            await turn

    def _free(self) -> bool:
        """May something begin now? Then it does."""
        now = asyncio.get_running_loop().time()
        free = now != self._begun and not self._waiting
        self._begun = now
        return free

    def _wait(self, work: Callable[[], None]) -> None:
        self._waiting.append((asyncio.get_running_loop().time(), work))
        self._schedule()

    def _schedule(self) -> None:
        if self._waiting and not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._next)

    def _next(self) -> None:
        self._scheduled = False
        self._begun = asyncio.get_running_loop().time()
        try:
            self._waiting.popleft()[1]()
            while self._waiting and self._waiting[0][0] <= self._begun - LONGEST_S:
                self._waiting.popleft()[1]()
        finally:
            self._schedule()


def _give(turn: asyncio.Future[None]) -> None:
    if not turn.done():  # whoever waited for it was cancelled
        turn.set_result(None)


_loops: WeakKeyDictionary[asyncio.AbstractEventLoop, TurnQueue] = WeakKeyDictionary()


def turn_queue() -> TurnQueue:
    """The running loop's."""
    return _loops.setdefault(asyncio.get_running_loop(), TurnQueue())
