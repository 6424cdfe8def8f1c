"""A thread is left alone until it has finished."""

from __future__ import annotations

import asyncio
import threading

import pytest

from wingman.core.threads import in_thread


async def test_it_returns_what_the_work_returns_and_raises_what_it_raises() -> None:
    assert await in_thread(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        await in_thread(lambda: 1 // 0)


async def test_who_is_cancelled_waits_for_the_work() -> None:
    begun, go_on, done = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go_on.wait(10)
        done.set()

    waiting = asyncio.create_task(in_thread(work))
    await asyncio.to_thread(begun.wait, 10)
    waiting.cancel()
    await asyncio.sleep(0)
    assert not waiting.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert done.is_set()
