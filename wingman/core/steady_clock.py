"""Wall time for what has to stay in order: read once, and from then on moved by the time that passes alone.

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


def passed() -> float:
    """Seconds since some moment, sleep included where the system counts it; never set."""
    return time.monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)


def steady(wall: Callable[[], float] = time.time, passed: Callable[[], float] = passed) -> Callable[[], float]:
    """A clock in Unix seconds that says what `wall` says now, and goes on with `passed`."""
    ahead = wall() - passed()
    return lambda: ahead + passed()
