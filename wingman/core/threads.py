"""Work that would hold the event loop up, done in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    """What `work` returns, from a thread.

    A thread cannot be stopped half-way, so a caller who is cancelled waits for it: what it uses may be closed
    afterwards.
    """
    working = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait([working])
        working.exception()  # nobody is left to hear of it
        raise
