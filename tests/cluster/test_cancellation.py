"""A task that is cancelled while it waits ends, also where what it waits for loses the cancellation."""

from __future__ import annotations

import asyncio

import pytest

from wingman.cluster.cancellation import cancellable


async def lost(answer: asyncio.Future[str]) -> str:
    """Waits as `asyncio.wait_for` of Python 3.11 does: an answer that is there wins over a cancellation."""
    try:
        return await answer
    except asyncio.CancelledError:
        if answer.done() and not answer.cancelled():
            return answer.result()
        return "late"


@pytest.mark.parametrize("answered", [True, False], ids=["answered", "silent"])
async def test_a_cancellation_is_kept(answered: bool) -> None:
    answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(cancellable(lost(answer)))
    await asyncio.sleep(0)
    if answered:
        answer.set_result("here")
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()


async def test_an_error_does_not_hide_it() -> None:
    async def fails() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise ValueError("instead") from None

    task = asyncio.create_task(cancellable(fails()))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()


async def test_a_limit_of_time_stays_one() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await cancellable(lost(asyncio.get_running_loop().create_future()))


async def test_answers_and_errors_pass() -> None:
    async def fails() -> None:
        raise ValueError("refused")

    assert await cancellable(asyncio.sleep(0, "here")) == "here"
    with pytest.raises(ValueError, match="refused"):
        await cancellable(fails())
