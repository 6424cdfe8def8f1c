"""What a clock that is set does to grants: nothing, to those that are in use.

When grants end is written down by the wall clock. One that is set forward would throw everybody out, and one
that was ahead for a moment would let what was dated meanwhile live on. How long something lasts is told by a
clock that nobody sets, and what the two disagree by is the leap.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from wingman.server.grant_store import LEAP_SECONDS, GrantStore
from wingman.server.grants_file import StoreRefusedError


class GrantClock:
    """Unix seconds for the grants of one process. Calls may come from any thread, and wait for the disk."""

    def __init__(self, store: GrantStore, wall: Callable[[], float], passed: Callable[[], float]) -> None:
        """`passed`: seconds since some moment, by a clock that is never set."""
        self._store = store
        self._wall = wall
        self._passed = passed
        self._seen: tuple[float, float] | None = None
        """What both said when they were last looked at."""
        self._ends: dict[str, float] = {}
        """When the grants end that are in use here, as was read last."""
        self._moved: dict[str, float] = {}
        """By how much which grants end later because this process moved them."""

    def use(self, grant: str, ends: float) -> None:
        """Somebody is connected with this grant from here on."""
        self._ends.setdefault(grant, ends)

    def leave(self, grant: str) -> None:
        """Nobody is any more."""
        self._ends.pop(grant, None)

    def read(self, grant: str, ends: float) -> None:
        """This was just read of a grant, or written."""
        if grant in self._ends:
            self._ends[grant] = ends

    def __call__(self) -> float:
        """Now. After a leap the ends of what is in use were moved with the clock, and back with it; other
        processes on this machine saw it, too, and each end is moved once.
        """
        now = self._wall(), self._passed()
        before = self._seen or now
        leap = (now[0] - before[0]) - (now[1] - before[1])
        with suppress(StoreRefusedError):  # seen again soon
            if leap > LEAP_SECONDS:
                self._forward(leap)
            elif leap < -LEAP_SECONDS:
                self._back(now[0], -leap)
            self._seen = now
        return now[0]

    def _forward(self, by: float) -> None:
        moved = self._store.prolong(dict(self._ends), by) if self._ends else ()
        for grant in moved:
            self._moved[grant] = self._moved.get(grant, 0.0) + by
            self.read(grant, self._ends.get(grant, 0.0) + by)

    def _back(self, now: float, by: float) -> None:
        back = {grant: min(moved, by) for grant, moved in self._moved.items()}
        self._store.set_back(now, by, back)
        for grant, less in back.items():
            self._moved[grant] -= less
            self.read(grant, self._ends.get(grant, 0.0) - less)
        self._moved = {grant: moved for grant, moved in self._moved.items() if moved > 0}
