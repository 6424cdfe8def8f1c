"""A timer finer than an event loop's. Linux only, as `harness`, which asks the kernel for others' time."""

from __future__ import annotations

import asyncio
import ctypes
import os
import time
from contextlib import suppress
from typing import Self


class Timer:
    """Sleeps to a tenth of a millisecond, where event loops count in whole ones.

    Packets that wait for a loop's millisecond leave together, and each waits behind the others at the server:
    independent callers do not send like that. Source: timerfd_create(2); `os` has it from Python 3.13 on.
    """

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._fd = self._libc.timerfd_create(time.CLOCK_MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._woken = asyncio.Event()

    def __enter__(self) -> Self:
        asyncio.get_running_loop().add_reader(self._fd, self._expired)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.get_running_loop().remove_reader(self._fd)
        os.close(self._fd)
        self._fd = -1

    async def sleep(self, seconds: float) -> None:
        """Returns once so many seconds are over; one at a time. Raises `ValueError` outside its `with`."""
        if self._fd < 0:
            raise ValueError("the timer is closed")
        self._woken.clear()
        whole, nanoseconds = divmod(max(1, int(seconds * 1e9)), 10**9)
        self._libc.timerfd_settime(self._fd, 0, (ctypes.c_long * 4)(0, 0, whole, nanoseconds), None)
        await self._woken.wait()

    def _expired(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._fd, 8)
        self._woken.set()
