"""Two requests for one answer: the second starts only when the first is slow, and the first text wins.

The loser is closed before the winner's text is handed over, so no request outlives its use.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack

from wingman.core.errors import ProviderFault

Open = Callable[[], AsyncGenerator[str, None]]


async def hedged(
    first: Open, second: Open, after_s: float, on_hedge: Callable[[], None]
) -> AsyncGenerator[str, None]:
    """Text deltas of whichever speaks first; `second` is opened after `after_s` seconds without text.

    A contender that fails, or ends without a word, leaves the field to the other. Raises the
    `ProviderFault` of the one that failed first when none has spoken.
    """
    async with AsyncExitStack() as open_streams:
        race = _Race()
        open_streams.push_async_callback(race.leave)
        race.enter(first())
        if not await race.over(after_s):
            on_hedge()
            race.enter(second())
            while not await race.over(None):
                pass
        winner, text = await race.result()
        if winner is None:
            return
        yield text
        async for more in winner:
            yield more


class _Race:
    """Who says the first word. Owns the tasks that wait for it."""

    def __init__(self) -> None:
        self._running: dict[asyncio.Task[str | None], AsyncGenerator[str, None]] = {}
        self._won: tuple[AsyncGenerator[str, None], str] | None = None
        self._fault: ProviderFault | None = None

    def enter(self, stream: AsyncGenerator[str, None]) -> None:
        self._running[asyncio.create_task(_first(stream))] = stream

    async def over(self, within_s: float | None) -> bool:
        """Wait for the next contender to speak, fail or end; True when nothing is left to wait for."""
        done, _ = await asyncio.wait(self._running, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            self._note(task)
        return self._won is not None or not self._running

    async def result(self) -> tuple[AsyncGenerator[str, None] | None, str]:
        """The winner and its first text, once the others are closed; (None, "") when none has a word."""
        await self._close_losers()
        if self._won is not None:
            return self._won
        if self._fault is not None:
            raise self._fault
        return None, ""

    async def leave(self) -> None:
        """Close whatever is still open; may be called again when it was interrupted."""
        await self._close_losers()
        if self._won is not None:
            await self._won[0].aclose()

    async def _close_losers(self) -> None:
        for task in self._running:
            task.cancel()  # reaches the request where it waits
        if self._running:
            await asyncio.wait(self._running)
        for task, stream in self._running.items():
            if not task.cancelled():
                task.exception()
            await stream.aclose()
        self._running.clear()

    def _note(self, task: asyncio.Task[str | None]) -> None:
        failed = task.exception()
        if failed is not None and not isinstance(failed, ProviderFault):
            raise failed
        if failed is None and task.result() is not None and self._won is not None:
            return  # a dead heat: it stays among the running and is closed with them
        stream = self._running.pop(task)
        if failed is not None:
            self._fault = self._fault or failed
        elif (text := task.result()) is not None:
            self._won = stream, text


async def _first(stream: AsyncGenerator[str, None]) -> str | None:
    return await anext(stream, None)
