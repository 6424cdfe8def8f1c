"""How late the event loop runs: the one number that says whether somebody blocks it."""

from __future__ import annotations

import asyncio
from collections import deque

EVERY_S = 0.25
"""Rare enough to cost a service without a meeting next to nothing; nothing that lasts longer is missed."""


class LoopWatch:
    """Run it as a task; read `percentile` whenever. Keeps the last minute."""

    def __init__(self, keep: int = 240) -> None:
        self._lags: deque[float] = deque(maxlen=keep)

    async def run(self) -> None:
        """Measure until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + EVERY_S
            await asyncio.sleep(EVERY_S)
            self._lags.append(max(0.0, loop.time() - due))

    @property
    def seconds(self) -> float:
        """How long it has watched, up to what it keeps."""
        return len(self._lags) * EVERY_S

    def percentile(self, share: float) -> float:
        """Seconds of lag that `share` (0 to 1) of the samples stay within; 0 before the first sample."""
        if not self._lags:
            return 0.0
        ordered = sorted(self._lags)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
