"""How late the event loop runs: the one number that says whether somebody blocks it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

EVERY_S = 0.25
"""While somebody may wait; nothing that lasts longer is missed."""
CALM_S = 1.0
"""The same while nobody does: waking a process that rests costs a fifth of a millisecond."""


class LoopWatch:
    """Run it as a task; read `percentile` whenever. Keeps the last minute."""

    def __init__(self, keep: int = 240) -> None:
        self._lags: deque[float] = deque(maxlen=keep)

    async def run(self, busy: Callable[[], bool]) -> None:
        """Measure until cancelled: often while `busy()`."""
        loop = asyncio.get_running_loop()
        while True:
            pause = EVERY_S if busy() else CALM_S
            due = loop.time() + pause
            await asyncio.sleep(pause)
            self._lags.extend([max(0.0, loop.time() - due)] * round(pause / EVERY_S))

    @property
    def seconds(self) -> float:
        """How long it has watched, up to what it keeps."""
        return len(self._lags) * EVERY_S

    def percentile(self, share: float) -> float:
        """Seconds of lag that `share` (0 to 1) of the time stays within; 0 before the first sample."""
        if not self._lags:
            return 0.0
        ordered = sorted(self._lags)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
