"""One way to wait for what has no event of its own: another task's state, an emulator's list, a file."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any, TypeVar, overload

PATIENCE_S = 60.0
"""A condition that does not come true fails the test; on a busy machine it may take a while."""

T = TypeVar("T")


@overload
async def until(
    condition: Callable[[], Awaitable[T | None]], *, every: float = 0.005, within: float = PATIENCE_S
) -> T: ...
@overload
async def until(
    condition: Callable[[], T | None], *, every: float = 0.005, within: float = PATIENCE_S
) -> T: ...
async def until(condition: Callable[[], Any], *, every: float = 0.005, within: float = PATIENCE_S) -> Any:
    """Wait until `condition()`, or what is awaited of it, is true, and return it. Raises `TimeoutError`.

    It is looked at every so many seconds.
    """
    async with asyncio.timeout(within):
        while not (told := await _told(condition)):  # noqa: ASYNC110 - the one place that polls
            await asyncio.sleep(every)
    return told


async def _told(condition: Callable[[], Any]) -> Any:
    told = condition()
    return await told if isawaitable(told) else told
