"""One timer for all that is looked at now and then, a few times a second.

With a timer of its own for each of a hundred connections a calm loop is woken for every one of them, which
costs more than what they then do; here one beat does it for all, a few in each turn of the loop: what has come
from the network meanwhile waits for no more than these.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import copy_context
from weakref import WeakKeyDictionary

Look = Callable[[float], None]
"""Called with the loop's time. It must be short and must not raise."""
TOGETHER = 16
"""Looks in one turn of the loop. All looks of a hundred meetings take some three milliseconds."""


class SharedTimer:
    """Belongs to one event loop, and does not hold it; it rests while nobody has joined or waits."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._looks: dict[Look, None] = {}
        self._due = deque[Look | asyncio.Future[None]]()
        """Of this beat, and not called yet."""
        self._waiting: list[asyncio.Future[None]] = []
        self._timer: asyncio.TimerHandle | None = None

    def join(self, look: Look) -> None:
        """Call `look` with every beat, which may be sooner than a whole one the first time."""
        self._looks[look] = None
        self._wind()

    def leave(self, look: Look) -> None:
        """Call it no more. Idempotent."""
        self._looks.pop(look, None)
        if not self._looks and not self._waiting and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def run(self, look: Look) -> None:
        """Call `look` with every beat, in this task's context, until cancelled.

        It costs a call where waiting for each beat costs two turns of a task. What it raises is raised here.
        """
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        context = copy_context()

        def called(now: float) -> None:
            if over.done():
                return
            try:
                context.run(look, now)
            except Exception as failed:  # noqa: BLE001 - it is raised where it is waited for
                self.leave(called)
                over.set_exception(failed)

        self.join(called)
        try:
            await over
        finally:
            self.leave(called)

    async def wait(self) -> None:
        """Return with the next beat, which may be nearer than a whole one."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        self._wind()
        await waiter

    def _wind(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._every_s, self._strike)

    def _strike(self) -> None:
        self._timer = None
        if self._looks:
            self._wind()
        if not self._due:  # else the loop is so busy that the beat before is not over
            self._due.extend(self._looks)
        self._due.extend(self._waiting)
        self._waiting.clear()
        self._go_on()

    def _go_on(self) -> None:
        loop, due = asyncio.get_running_loop(), self._due
        now = loop.time()
        try:
            for _ in range(min(TOGETHER, len(due))):
                one = due.popleft()
                if isinstance(one, asyncio.Future):
                    if not one.done():  # whose task was cancelled
                        one.set_result(None)
                elif one in self._looks:  # one may have made another leave
                    one(now)
        finally:
            if due:  # after a look that raised as well: the others have nothing to do with it
                loop.call_soon(self._go_on)


_timers: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[float, SharedTimer]] = WeakKeyDictionary()


def shared_timer(every_s: float) -> SharedTimer:
    """The running loop's timer of this period."""
    periods = _timers.setdefault(asyncio.get_running_loop(), {})
    if every_s not in periods:
        periods[every_s] = SharedTimer(every_s)
    return periods[every_s]
