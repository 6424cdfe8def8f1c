"""A thread is left alone until it has finished."""

from __future__ import annotations

import asyncio
import queue
import threading
from functools import partial

import pytest

from wingman.core.threads import OneThread, in_thread


async def test_it_returns_what_the_work_returns_and_raises_what_it_raises() -> None:
    assert await in_thread(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        await in_thread(lambda: 1 // 0)


async def test_who_is_cancelled_waits_for_the_work() -> None:
    begun, go_on, done = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go_on.wait(60)
        done.set()

    waiting = asyncio.create_task(in_thread(work))
    await asyncio.to_thread(begun.wait, 60)
    waiting.cancel()
    await asyncio.sleep(0)
    assert not waiting.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert done.is_set()


def test_one_thread_does_all_in_order_and_ends() -> None:
    one, done = OneThread("one"), list[int]()
    answers = [one.submit(partial(done.append, number)) for number in range(5)]
    failing = one.submit(lambda: 1 // 0)
    assert one.close(10.0)
    assert done == [0, 1, 2, 3, 4]
    assert all(answer.done() for answer in answers)
    assert isinstance(failing.exception(), ZeroDivisionError)
    assert OneThread("never used").close(0.0)


def test_one_thread_that_hangs_takes_so_much_and_holds_up_no_end() -> None:
    one, go_on = OneThread("one", most=2), threading.Event()
    hanging = one.submit(go_on.wait)

    def many() -> None:
        for _ in range(4):
            one.submit(int)

    with pytest.raises(queue.Full):
        many()
    assert not one.close(0.01)
    go_on.set()
    assert hanging.result(60)
    assert one.close(10.0)
