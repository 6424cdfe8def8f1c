"""Keeping meetings only as long as the settings say, and removing them for good."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass

import structlog

from wingman.core import steady_clock
from wingman.core.errors import InputError
from wingman.events.index import MeetingIndex

logger = structlog.get_logger(__name__)

DAY = 86_400.0
SWEEP_SECONDS = 3600.0
PAGE = 200
LEAP_SECONDS = 3600.0
"""A clock that is set further forward than this at once is doubted."""

Forget = Callable[[str], Awaitable[None]]
"""Removes what one room keeps about a meeting beside the log (files, queues). Idempotent."""


@dataclass(frozen=True, slots=True)
class Eraser:
    """Removes every trace of a meeting: what other rooms keep first, the log's rows last.

    The order matters: should the process die half-way, the meeting is still listed and can be deleted again.
    """

    index: MeetingIndex
    others: Sequence[Forget] = ()

    async def erase(self, meeting: str) -> bool:
        """False when the log knew no such meeting."""
        for forget in self.others:
            await forget(meeting)
        return await self.index.delete(meeting)


async def sweep(eraser: Eraser, days: int, *, now: float, live: Collection[str] = ()) -> list[str]:
    """Remove the meetings whose last event is older than `days`; returns their ids.

    A meeting whose last event lies in the future (the clock was set back) is kept until it is old.
    """
    removed: list[str] = []
    before = ""
    while rows := await eraser.index.meetings(PAGE, before):
        before = rows[-1].id
        old = [row.id for row in rows if row.last_at < now - days * DAY and row.id not in live]
        if before in old:  # the anchor of the next page must still exist then: it goes last
            before = next((row.id for row in reversed(rows) if row.id not in old), "")
        for meeting in old:
            try:
                if await eraser.erase(meeting):
                    removed.append(meeting)
            except InputError as refused:  # the disk; the next sweep tries again
                logger.warning("a meeting could not be removed", meeting=meeting, reason=str(refused))
        if len(rows) < PAGE:
            break
    if removed:
        logger.info("meetings removed by retention", count=len(removed), days=days)
    return removed


class DoubtfulClock:
    """Wall time that follows a clock set forward only a day later: what is removed is gone for good."""

    def __init__(
        self, wall: Callable[[], float] = time.time, passed: Callable[[], float] = steady_clock.passed
    ) -> None:
        self._wall = wall
        self._passed = passed
        self._ahead = wall() - passed()
        self._doubted_at: float | None = None

    def now(self) -> float:
        """Unix seconds."""
        ahead, passed = self._wall() - self._passed(), self._passed()
        if ahead > self._ahead + LEAP_SECONDS:
            if self._doubted_at is None:
                self._doubted_at = passed
                logger.warning(
                    "the clock was set forward; meetings are removed by it in a day, if it stays so",
                    hours=round((ahead - self._ahead) / 3600),
                )
            if passed - self._doubted_at < DAY:
                return self._ahead + passed
        self._ahead, self._doubted_at = ahead, None
        return ahead + passed


async def sweep_hourly(eraser: Eraser, days: int, live: Callable[[], Collection[str]]) -> None:
    """Sweep now and every hour until cancelled. Returns at once when meetings are kept for good."""
    clock = DoubtfulClock()
    while days > 0:
        await sweep(eraser, days, now=clock.now(), live=live())
        await asyncio.sleep(SWEEP_SECONDS)
