"""The loop watch tells that somebody blocked the loop."""

from __future__ import annotations

import asyncio
import time

from wingman.observe.loop_watch import EVERY_S, LoopWatch


async def test_a_blocked_loop_is_seen() -> None:
    watch = LoopWatch()
    assert watch.percentile(0.99) == 0.0
    task = asyncio.create_task(watch.run())
    await asyncio.sleep(2 * EVERY_S)
    time.sleep(3 * EVERY_S)  # what must never happen in the service  # noqa: ASYNC251 - that is the point
    await asyncio.sleep(2 * EVERY_S)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert watch.percentile(1.0) >= 1.9 * EVERY_S
    assert watch.percentile(0.0) <= watch.percentile(0.5) <= watch.percentile(1.0)


async def test_only_so_many_samples_are_kept() -> None:
    watch = LoopWatch(keep=3)
    task = asyncio.create_task(watch.run())
    await asyncio.sleep(5.5 * EVERY_S)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert len(watch._lags) == 3
