"""One timer looks after many, and rests when there is nobody left."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections import Counter
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from itertools import groupby

import pytest

from wingman.core.shared_timer import TOGETHER, shared_timer
from wingman.testing.virtual_time import TimelapseLoop, run


def test_all_are_called_with_each_beat_until_they_leave() -> None:
    async def main() -> None:
        loop, beats = asyncio.get_running_loop(), shared_timer(0.5)
        first: list[float] = []
        second: list[float] = []
        began = loop.time()
        beats.join(first.append)
        await asyncio.sleep(0.3)
        beats.join(second.append)
        await asyncio.sleep(1.0)
        beats.leave(first.append)
        await asyncio.sleep(0.5)
        beats.leave(second.append)
        beats.leave(second.append)
        await asyncio.sleep(5.0)
        assert [round(at - began, 3) for at in first] == [0.5, 1.0]
        assert [round(at - began, 3) for at in second] == [0.5, 1.0, 1.5]

    run(main())


def test_what_comes_meanwhile_waits_for_no_more_than_a_few_of_many_looks() -> None:
    async def main() -> None:
        loop, beats, order = asyncio.get_running_loop(), shared_timer(0.1), list[str]()
        looks: list[Callable[[float], None]] = [lambda _: order.append("look") for _ in range(5 * TOGETHER + 1)]

        def packet() -> None:
            order.append("packet")
            if order.count("look") < len(looks):
                loop.call_soon(packet)

        for look in looks:
            beats.join(look)
        loop.call_at(loop.time() + 0.1, packet)
        await asyncio.sleep(0.15)
        for look in looks:
            beats.leave(look)
        assert order.count("look") == len(looks)
        longest = max(len(list(row)) for kind, row in groupby(order) if kind == "look")
        assert longest == TOGETHER

    run(main())


def test_beats_that_a_busy_loop_missed_are_not_made_up_for() -> None:
    async def main() -> None:
        loop, beats, called = asyncio.get_running_loop(), shared_timer(0.1), Counter[int]()
        assert isinstance(loop, TimelapseLoop)
        busy = True

        def look(number: int, _: float) -> None:
            called[number] += 1
            if busy:
                loop.freeze(0.02)

        looks = [partial(look, number) for number in range(3 * TOGETHER)]
        for one in looks:
            beats.join(one)
        await asyncio.sleep(10.0)
        assert set(called.values()) <= {max(called.values()), max(called.values()) - 1}, "all have their turn"
        busy = False
        await asyncio.sleep(0.15)
        called.clear()
        await asyncio.sleep(1.0)
        assert set(called.values()) == {10}
        for one in looks:
            beats.leave(one)

    run(main())


def test_who_was_made_to_leave_is_not_called_any_more() -> None:
    async def main() -> None:
        beats, called = shared_timer(0.1), list[str]()

        def one(_: float) -> None:
            called.append("one")
            beats.leave(other)
            beats.leave(one)

        def other(_: float) -> None:
            called.append("other")

        beats.join(one)
        beats.join(other)
        await asyncio.sleep(1.0)
        assert called == ["one"]

    run(main())


def test_a_loop_has_one_pulse_of_a_period() -> None:
    async def main() -> int:
        assert shared_timer(0.1) is shared_timer(0.1)
        assert shared_timer(0.1) is not shared_timer(0.2)
        return id(shared_timer(0.1))

    run(main())


def test_all_who_wait_go_on_with_the_same_beat() -> None:
    async def main() -> None:
        loop, beats = asyncio.get_running_loop(), shared_timer(0.5)
        began = loop.time()
        async with asyncio.TaskGroup() as tasks:
            first = [tasks.create_task(beats.wait()) for _ in range(3)]
            await asyncio.sleep(0.1)
            first[1].cancel()
            await asyncio.wait([first[0], first[2]])
            assert round(loop.time() - began, 3) == 0.5
            await beats.wait()
        assert first[1].cancelled()
        assert round(loop.time() - began, 3) == 1.0

    run(main())


def test_a_look_does_not_keep_those_who_wait() -> None:
    async def main() -> None:
        loop, beats = asyncio.get_running_loop(), shared_timer(0.5)
        began = loop.time()

        def never(_: float) -> None:
            raise AssertionError("it left before the beat")

        beats.join(never)
        waiting = asyncio.ensure_future(beats.wait())
        await asyncio.sleep(0.1)
        beats.leave(never)
        await waiting
        assert round(loop.time() - began, 3) == 0.5

    run(main())


def test_a_loop_that_ended_is_let_go() -> None:
    async def main() -> weakref.ref[asyncio.AbstractEventLoop]:
        await shared_timer(0.1).wait()
        return weakref.ref(asyncio.get_running_loop())

    gone = run(main())
    gc.collect()
    assert gone() is None


def test_a_task_runs_its_look_in_its_own_context_until_it_raises() -> None:
    named: ContextVar[str] = ContextVar("named", default="nobody")

    async def main() -> None:
        beats, heard, other = shared_timer(0.5), list[str](), list[float]()

        def look(_: float) -> None:
            heard.append(named.get())
            if len(heard) == 3:
                raise ValueError("a defect of one")

        async def owner() -> None:
            named.set("owner")
            await beats.run(look)

        beats.join(other.append)
        task = asyncio.create_task(owner())
        with pytest.raises(ValueError, match="a defect of one"):
            await task
        await asyncio.sleep(1.0)
        assert heard == ["owner"] * 3
        assert len(other) == 5, "the others go on"
        beats.leave(other.append)

    run(main())


def test_a_look_that_raises_keeps_no_other_from_its_beat() -> None:
    async def main() -> None:
        loop, beats, raised, other = asyncio.get_running_loop(), shared_timer(0.5), list[str](), list[float]()
        loop.set_exception_handler(lambda _, context: raised.append(str(context["exception"])))

        def fail(_: float) -> None:
            raise ValueError("a defect of one")

        began = loop.time()
        for look in (fail, other.append):
            beats.join(look)
        await asyncio.sleep(1.2)
        assert [round(at - began, 3) for at in other] == [0.5, 1.0]
        assert raised == ["a defect of one"] * 2
        for look in (fail, other.append):
            beats.leave(look)

    run(main())


def test_a_task_that_is_cancelled_is_not_called_any_more() -> None:
    async def main() -> None:
        beats, called = shared_timer(0.5), list[float]()
        task = asyncio.create_task(beats.run(called.append))
        await asyncio.sleep(1.2)
        task.cancel()
        await asyncio.wait([task])
        await asyncio.sleep(2.0)
        assert task.cancelled()
        assert len(called) == 2

    run(main())
