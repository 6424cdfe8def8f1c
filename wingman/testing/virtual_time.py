"""An event loop whose clock jumps: hours of protocol in seconds, on real sockets.

Time stands still while there is work and jumps to the next timer when there is none, so a busy machine
cannot make a time-out fire early. Sound only when both ends of every connection live in this loop.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Callable, Coroutine
from typing import TypeVar

T = TypeVar("T")

GUARD_S = 0.0003
"""Real time that the kernel gets to carry bytes over loopback before we believe that nothing happens."""


THREADS_S, THREADS_LOOKS = 1.0, 300
"""Real time that threads get to finish what `TimelapseLoop.working` says they are at, and how often we look
all the same: the clock of a machine that stood still went on, its threads did not."""


def _idle() -> bool:
    return False


class _JumpingSelector(selectors.SelectSelector):  # epoll would round the guard up to 1 ms
    """Instead of waiting for the next timer it moves the clock there."""

    now = 0.0
    working: Callable[[], bool] = staticmethod(_idle)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        until, looks = time.monotonic() + THREADS_S, 0
        while self.working() and (looks < THREADS_LOOKS or time.monotonic() < until):
            looks += 1
            if ready := super().select(GUARD_S):
                return ready
        ready = super().select(timeout if timeout is None else GUARD_S)
        if not ready and timeout is not None:
            self.now += timeout
        return ready


class TimelapseLoop(asyncio.SelectorEventLoop):
    """See the module. `time()` begins at 0."""

    def __init__(self) -> None:
        self._clock = _JumpingSelector()
        super().__init__(self._clock)

    def time(self) -> float:
        """The loop's clock, which jumps."""
        return self._clock.now

    def stand_still_while(self, working: Callable[[], bool]) -> None:
        """Threads work for this loop: no time passes while that is true (for about a second of real time)."""
        self._clock.working = working

    def freeze(self, seconds: float) -> None:
        """The whole process was stopped for so long: every timer is late when it goes on."""
        self._clock.now += seconds


def run(main: Coroutine[object, object, T]) -> T:
    """Like `asyncio.run`, in jumping time."""
    with asyncio.Runner(loop_factory=TimelapseLoop) as runner:
        return runner.run(main)
