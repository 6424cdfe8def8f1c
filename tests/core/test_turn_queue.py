"""What can wait lets others go between."""

from __future__ import annotations

import asyncio
from functools import partial

from wingman.core.turn_queue import LONGEST_S, TurnQueue, turn_queue
from wingman.testing.virtual_time import TimelapseLoop, run


class Turns:
    """Writes down what is done in each turn of the loop."""

    def __init__(self) -> None:
        self.done: list[list[int]] = [[]]
        self._loop = asyncio.get_running_loop()
        self._loop.call_soon(self._next)

    def _next(self) -> None:
        self.done.append([])
        if len(self.done) < 20:
            self._loop.call_soon(self._next)

    def work(self, number: int) -> None:
        self.done[-1].append(number)


def test_the_first_begins_at_once_and_each_of_the_others_in_a_turn_of_its_own() -> None:
    async def main() -> None:
        turns, queue = Turns(), turn_queue()
        for number in range(5):
            queue.run_soon(partial(turns.work, number))
        assert turns.done == [[0]]
        await asyncio.sleep(0.1)
        assert [some for some in turns.done if some] == [[0], [1], [2], [3], [4]]
        queue.run_soon(partial(turns.work, 5))
        assert turns.done[-1] == [5], "nothing is left of before"
        assert queue is turn_queue()

    run(main())


def test_what_waited_for_long_in_a_full_loop_waits_no_more() -> None:
    async def main() -> None:
        loop, turns, queue = asyncio.get_running_loop(), Turns(), TurnQueue()
        assert isinstance(loop, TimelapseLoop)
        for number in range(5):
            queue.run_soon(partial(turns.work, number))
        loop.freeze(2 * LONGEST_S)
        await asyncio.sleep(0.1)
        assert [some for some in turns.done if some] == [[0], [1, 2, 3, 4]]

    run(main())


def test_what_is_begun_in_a_turn_has_its_own_and_one_that_raises_keeps_none_back() -> None:
    async def main() -> None:
        loop, turns, queue = asyncio.get_running_loop(), Turns(), TurnQueue()
        raised = list[str]()
        loop.set_exception_handler(lambda _, context: raised.append(str(context["exception"])))

        def fail() -> None:
            turns.work(1)
            raise ValueError("a defect of one")

        def begin_more() -> None:
            turns.work(2)
            queue.run_soon(partial(turns.work, 3))
            queue.run_soon(partial(turns.work, 4))

        for work in (partial(turns.work, 0), fail, begin_more):
            queue.run_soon(work)
        await asyncio.sleep(0.1)
        assert [some for some in turns.done if some] == [[0], [1], [2], [3], [4]]
        assert raised == ["a defect of one"]

    run(main())


def test_a_task_waits_for_its_turn_and_one_that_was_cancelled_takes_none() -> None:
    async def main() -> None:
        turns, queue = Turns(), TurnQueue()

        async def work(number: int) -> None:
            await queue.turn()
            turns.work(number)

        tasks = [asyncio.create_task(work(number)) for number in range(4)]
        await asyncio.sleep(0)
        tasks[2].cancel()
        await asyncio.wait(tasks)
        assert [some for some in turns.done if some] == [[0], [1], [3]]

    run(main())
