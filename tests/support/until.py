"""One way to wait for what has no event of its own: another task's state, an emulator's list, a file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

PATIENCE_S = 30.0
"""A condition that does not come true fails the test; on a busy machine it may take a while."""


async def until(condition: Callable[[], object], *, every: float = 0.005, within: float = PATIENCE_S) -> None:
    """Wait until `condition()` is true, looking at it every so many seconds. Raises `TimeoutError`."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - the one place that polls
            await asyncio.sleep(every)
