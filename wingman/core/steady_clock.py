"""Wall time for what has to stay in order: while a meeting runs it is moved by the time that passes alone.

A machine's clock is set while it runs: by a time server after a start without a battery, by a person, by a host
that wakes its guest. What dates the events of one meeting must not jump with it: a pause would end before it
began, and what was sent before it would seem to have left in it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable


def counts_sleep(platform: str = sys.platform) -> int | None:
    """The number of a clock that goes on while the machine sleeps; None where it has none by a number."""
    if (
        platform == "darwin"
    ):  # CLOCK_MONOTONIC goes on in sleep there; `time.monotonic` (mach_absolute_time) does not
        return time.CLOCK_MONOTONIC
    return getattr(time, "CLOCK_BOOTTIME", None)


_CLOCK = counts_sleep()


def _wall() -> float:
    return time.time()


def passed() -> float:
    """Seconds since some moment, sleep included where the system counts it; never set."""
    return time.monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)


class SteadyClock:
    """Unix seconds: what `wall` says, and while something is held together by it, what it said then and what
    has `passed` since."""

    def __init__(self, wall: Callable[[], float] = _wall, passed: Callable[[], float] = passed) -> None:
        self._wall = wall
        self._passed = passed
        self._ahead = 0.0
        self._held = 0

    def __call__(self) -> float:
        return self._ahead + self._passed() if self._held else self._wall()

    def hold(self) -> None:
        """From here on it is not set, until `let_go` was called as often."""
        if not self._held:
            self._ahead = self._wall() - self._passed()
        self._held += 1

    def let_go(self) -> None:
        """Go by `wall` again, if nobody else holds it."""
        self._held -= 1


now = SteadyClock()
"""The clock of this process: whoever adds to a meeting dates it by this one. Meetings that run here hold it."""
