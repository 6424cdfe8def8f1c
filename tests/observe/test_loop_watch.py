"""The loop watch tells that somebody blocked the loop."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

import pytest

from wingman.observe.loop_watch import CALM_S, EVERY_S, LoopWatch
from wingman.testing.virtual_time import run


async def test_a_blocked_loop_is_seen() -> None:
    watch = LoopWatch()
    assert watch.percentile(0.99) == 0.0
    task = asyncio.create_task(watch.run(lambda: True))
    await asyncio.sleep(2 * EVERY_S)
    time.sleep(3 * EVERY_S)  # what must never happen in the service  # noqa: ASYNC251 - that is the point
    await asyncio.sleep(2 * EVERY_S)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert watch.percentile(1.0) >= 1.9 * EVERY_S
    assert watch.percentile(0.0) <= watch.percentile(0.5) <= watch.percentile(1.0)


def test_only_so_many_samples_are_kept() -> None:
    watch = LoopWatch(keep=3)

    async def look() -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(5.5 * EVERY_S):
                await watch.run(lambda: True)

    run(look())
    assert len(watch._lags) == 3


async def test_without_a_meeting_it_looks_rarely_and_with_one_often_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses: list[float] = []
    busy = iter([False, False, True, True])

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", pause)
    watch = LoopWatch()
    with pytest.raises(RuntimeError, match="StopIteration"):
        await watch.run(lambda: next(busy))
    assert pauses == [CALM_S, CALM_S, EVERY_S, EVERY_S]
    assert watch.seconds == sum(pauses)
