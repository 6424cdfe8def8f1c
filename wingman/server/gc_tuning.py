"""Keeps the garbage collector's full passes away from people who are speaking.

A full pass looks at every object of the process and stops it for about a millisecond per meeting: with a
hundred meetings, a tenth of a second in which nobody's audio moves. The interpreter makes one whenever the heap
has grown by a quarter, so most often when meetings begin. What a meeting is made of lives as long as the
meeting. So it is taken out of the collector's sight when the next one begins. When enough have ended that
there is something to find, everything is given back, one pass is made, and what lives is taken out of sight
again: a
freeze without that pass would hide the remains of ended meetings for good.

What is large (a channel's tape, an encoder's buffers) is kept apart: glibc moves its bound for that up with the
first large thing that is freed, and from then on tapes lie among small things in the arena of whichever thread
asked, which can then never be given back.

For a process of our own only: the heap of somebody else's program is not ours to arrange.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
from collections.abc import Sequence

from wingman.core.events import Envelope, MeetingEnded, MeetingStarted

FEWEST_ENDED = 20
"""Ended meetings that are worth a full pass while others are running."""


SETTLE_S = 1.0
"""After its end a meeting's tasks need a moment until nothing holds it any more."""

YOUNG = 1500
"""Objects that are made before the youngest are looked through, twice the interpreter's own number: what a
packet or an interim makes is gone before, without a look. A microsecond each, in which no sound moves."""
MIDDLE = 2
"""Looks at the youngest before what has outlived one is looked through, for the same reason fewer than the ten
of the interpreter: what is told and said lives on, and ten times as much takes ten times as long."""
OLD = 150
"""Looks at these before there may be a full pass."""

LARGE = 256 * 1024
"""Bytes from which on something is mapped by itself, and given back when it is freed."""
M_MMAP_THRESHOLD = -3
"""As malloc.h names it. Once it is set it stays."""


def keep_large_things_apart() -> bool:
    """Fix glibc's bound; whether there is one (musl and macOS have none, and need none)."""
    try:
        return bool(ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE))
    except (AttributeError, OSError, TypeError):
        return False


def give_back() -> None:
    """Return what is free between small things to the system. For a thread: it takes milliseconds."""
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def thresholds(present: tuple[int, int, int]) -> tuple[int, ...]:
    """What to set in place of `present`.

    The incremental collector of CPython 3.14 has no third number, and tells it as 0. Its second one is how
    little of all that is old each look takes in: a small one there makes every look long.
    """
    return (YOUNG, MIDDLE, OLD) if present[2] else (YOUNG,)


class Heap:
    """Give `hear` to `Hub.tap`."""

    def __init__(self) -> None:
        keep_large_things_apart()
        gc.set_threshold(*thresholds(gc.get_threshold()))
        self._live = 0
        self._ended = 0
        """Meetings that ended since the last pass: while there are any, freezing would hide their remains."""
        self._pass: asyncio.TimerHandle | None = None

    def hear(self, envelopes: Sequence[Envelope]) -> None:
        """Take notice of meetings that begin and end."""
        for envelope in envelopes:
            if isinstance(envelope.data, MeetingStarted):
                self._live += 1
                if not self._ended:
                    gc.freeze()
            elif isinstance(envelope.data, MeetingEnded):
                self._live = max(0, self._live - 1)
                self._ended += 1
                self._arrange()

    def _arrange(self) -> None:
        """A pass soon, if there is enough to find or nobody to disturb."""
        if self._pass is None and (not self._live or self._ended >= max(FEWEST_ENDED, self._live)):
            self._pass = asyncio.get_running_loop().call_later(SETTLE_S, self.collect)

    def collect(self) -> None:
        """Find what ended meetings left, then take the living ones out of sight again."""
        self._pass = None
        if self._live and self._ended < FEWEST_ENDED:
            return  # somebody came meanwhile, and there is little to find
        self._ended = 0
        gc.unfreeze()
        gc.collect()
        if self._live:
            gc.freeze()
        asyncio.get_running_loop().run_in_executor(None, give_back)
