"""A fine timer wakes in time, again and again, and leaves no file open."""

from __future__ import annotations

import asyncio
import os
import time

import pytest

from wingman.bench.timer import Timer


async def test_it_never_wakes_early() -> None:
    with Timer() as timer:
        for seconds in (0.0003, 0.0011, 0.0, -1.0, 0.0002):
            due = time.monotonic() + seconds
            await timer.sleep(seconds)
            assert time.monotonic() >= due


async def test_others_run_meanwhile() -> None:
    with Timer() as timer:
        ran = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(ran.set_result, True)
        await timer.sleep(0.001)
        assert ran.done()


async def test_many_short_sleeps_share_one_file_which_is_closed() -> None:
    before = set(os.listdir("/proc/self/fd"))
    with Timer() as timer:
        during = set(os.listdir("/proc/self/fd"))
        for _ in range(20):
            await timer.sleep(0.0001)
        assert set(os.listdir("/proc/self/fd")) == during
    with pytest.raises(ValueError, match="closed"):
        await timer.sleep(0.001)
    assert set(os.listdir("/proc/self/fd")) <= during
    assert len(during) >= len(before)
