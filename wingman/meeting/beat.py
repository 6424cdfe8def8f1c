"""A pulse that all running meetings share: one timer for all of them, and one turn of the loop a beat.

With a timer for each, a calm loop is woken ten times a second by every one of them, which costs more than what
they then do.
"""

from __future__ import annotations

import asyncio


class Beat:
    """Belongs to one event loop; it rests while nobody waits."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._waiting: list[asyncio.Future[None]] = []

    async def wait(self) -> None:
        """Return with the next beat, which may be nearer than a whole one."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_later(self._every_s, self._strike)
        waiter = loop.create_future()
        self._waiting.append(waiter)
        await waiter

    def _strike(self) -> None:
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            if not waiter.done():  # whose task was cancelled
                waiter.set_result(None)
