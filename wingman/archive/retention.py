"""Keeping meetings only as long as the settings say, and removing them for good."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass

import structlog

from wingman.core.errors import InputError
from wingman.events.index import MeetingIndex

logger = structlog.get_logger(__name__)

DAY = 86_400.0
SWEEP_SECONDS = 3600.0
PAGE = 200

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


async def sweep_hourly(eraser: Eraser, days: int, live: Callable[[], Collection[str]]) -> None:
    """Sweep now and every hour until cancelled. Returns at once when meetings are kept for good."""
    while days > 0:
        await sweep(eraser, days, now=time.time(), live=live())
        await asyncio.sleep(SWEEP_SECONDS)
