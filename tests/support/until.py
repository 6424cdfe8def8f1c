"""One way to wait for what has no event of its own: another task's state, an emulator's list, a file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from inspect import isawaitable

PATIENCE_S = 30.0
"""A condition that does not come true fails the test; on a busy machine it may take a while."""


async def until(condition: Callable[[], object], *, every: float = 0.005, within: float = PATIENCE_S) -> None:
    """Wait until `condition()`, or what is awaited of it, is true. Raises `TimeoutError`.

    It is looked at every so many seconds.
    """
    async with asyncio.timeout(within):
        while not await _is_true(condition):  # noqa: ASYNC110 - the one place that polls
            await asyncio.sleep(every)


async def _is_true(condition: Callable[[], object]) -> bool:
    told = condition()
    return bool(await told if isawaitable(told) else told)
