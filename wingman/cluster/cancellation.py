"""Cancellations that a library loses."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


async def cancellable(waiting: Awaitable[T]) -> T:
    """What `waiting` gives, unless the task that waits is cancelled meanwhile, whatever `waiting` makes of it.

    `asyncio.wait_for`, on which nats-py waits, loses a cancellation that meets its answer in Python 3.11
    (cpython issue 86296); who closes the task would then wait for it for ever.
    """
    task = asyncio.current_task()
    before = task.cancelling() if task is not None else 0
    try:
        return await waiting
    finally:
        if task is not None and task.cancelling() > before:
            raise asyncio.CancelledError
