"""One description of how a model must behave, for each of the three adapters and its emulator."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

from tests.support.until import until
from wingman.llm.base import Prompt, SuggestionModel
from wingman.testing.gemini.server import Pace

ASKED = Prompt("You help.", "how much is it", max_output_tokens=100)
ANSWER = "Ask what the problem costs them each month, then name one plan and what it includes."
QUICK = Pace(first_s=0.0, gap_s=0.005, characters=20)
SLOW = Pace(first_s=0.0, gap_s=0.05, characters=2)


async def answer(model: SuggestionModel, prompt: Prompt = ASKED) -> list[str]:
    """The deltas of one whole answer."""
    async with aclosing(model.stream(prompt)) as stream:
        return [text async for text in stream]


async def after_first(model: SuggestionModel, then: Callable[[], Any]) -> None:
    """Read one delta, then do something and wait for ever, until cancelled."""
    async with aclosing(model.stream(ASKED)) as stream:
        async for _ in stream:
            then()
            await asyncio.Event().wait()


async def cancel_while_waiting(model: SuggestionModel) -> float:
    """Cancel the reader while it waits for the next chunk; returns when (monotonic)."""
    seen = asyncio.Event()

    async def read() -> None:
        async with aclosing(model.stream(ASKED)) as stream:
            async for _ in stream:
                seen.set()

    return await _cancel(asyncio.create_task(read()), seen)


async def cancel_while_busy(model: SuggestionModel) -> float:
    """Cancel the reader while it holds a chunk and awaits something else."""
    seen = asyncio.Event()
    return await _cancel(asyncio.create_task(after_first(model, seen.set)), seen)


async def leave_the_loop(model: SuggestionModel) -> float:
    """Break out of the loop and close the stream."""
    began = 0.0
    async with aclosing(model.stream(ASKED)) as stream:
        async for _ in stream:
            began = time.monotonic()
            break
    return began


async def _cancel(task: asyncio.Task[None], seen: asyncio.Event) -> float:
    await seen.wait()
    began = time.monotonic()
    task.cancel()
    await asyncio.wait((task,))
    return began


WayOut = Callable[[SuggestionModel], Awaitable[float]]
WAYS_OUT: list[WayOut] = [cancel_while_waiting, cancel_while_busy, leave_the_loop]


async def until_left(left: list[float], count: int = 1) -> float:
    """When the emulator saw the client leave for the `count`-th time (monotonic)."""
    await until(lambda: len(left) >= count)
    return left[count - 1]


async def left_at_once(model: SuggestionModel, way_out: WayOut, left: list[float]) -> None:
    """The emulator sees the client leave without a garbage collection, which closes what was only forgotten."""
    gc.disable()
    try:
        await way_out(model)
        await until_left(left)  # the time it takes is measured by `scripts/prove suggest`
    finally:
        gc.enable()


async def nobody_waits(model: SuggestionModel, requests: Callable[[], int]) -> None:
    """Ask, and go away before the first word; `requests` counts those that have arrived."""
    waiting = asyncio.create_task(answer(model))
    await until(lambda: requests() > 0)
    waiting.cancel()
    await asyncio.wait((waiting,))
