"""No more than so many hold a slot or have a turn, over all processes, and whoever waits gets one."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.link.account_limits import TELL_AFTER_S, SharedSlots, SharedTurns, next_turn
from wingman.testing.virtual_time import run


def test_no_more_than_so_many_are_held_at_once(tmp_path: Path) -> None:
    holding = most = 0

    async def work(slots: SharedSlots) -> None:
        nonlocal holding, most
        for _ in range(5):
            slot = await slots.take()
            holding += 1
            most = max(most, holding)
            await asyncio.sleep(0.3)
            holding -= 1
            slot.release()

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(7):
                group.create_task(work(SharedSlots("plan", 3, tmp_path)))

    run(main())
    assert most == 3


def test_who_gives_a_slot_up_comes_after_those_who_wait(tmp_path: Path) -> None:
    order: list[str] = []

    async def work(name: str) -> None:
        slots = SharedSlots("plan", 1, tmp_path)
        for _ in range(4):
            slot = await slots.take()
            order.append(name)
            await asyncio.sleep(1.0)
            slot.release()

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(work("one"))
            group.create_task(work("other"))

    run(main())
    assert all(before != after for before, after in pairwise(order[:7]))


def test_a_long_wait_is_told_once_and_a_short_one_is_not(tmp_path: Path) -> None:
    async def main(wait_s: float) -> int:
        told = 0

        def held() -> None:
            nonlocal told
            told += 1

        first = await SharedSlots("plan", 1, tmp_path).take(held)
        waiting = asyncio.create_task(SharedSlots("plan", 1, tmp_path).take(held))
        await asyncio.sleep(wait_s)
        first.release()
        (await waiting).release()
        return told

    assert run(main(TELL_AFTER_S / 2)) == 0
    assert run(main(TELL_AFTER_S * 5)) == 1


def test_another_process_counts_and_gives_back_when_it_dies(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from wingman.link.account_limits import SharedSlots\n"
        "slot = SharedSlots('plan', 1, Path(sys.argv[1])).take_now(); print(slot is not None, flush=True)\n"
        "sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        slots = SharedSlots("plan", 1, tmp_path)
        assert slots.take_now() is None
        assert not slots.wanted
        other.kill()
        other.wait(timeout=30)
        slot = slots.take_now()
        assert slot is not None
        slot.release()
        slot.release()


@pytest.mark.parametrize("count", [0, 2])
def test_where_no_file_can_be_shared_there_is_no_limit(tmp_path: Path, count: int) -> None:
    (tmp_path / "file").write_text("")
    slots = SharedSlots("plan", count, tmp_path / "file")
    assert [slots.take_now() is not None for _ in range(4)] == [True] * 4
    assert not slots.wanted


def busiest(times: list[float]) -> int:
    """Most turns within any second."""
    ordered = sorted(times)
    return max((sum(at <= other < at + 1.0 - 1e-6 for other in ordered) for at in ordered), default=0)


@given(st.lists(st.floats(0, 0.2), max_size=200), st.integers(1, 10))
def test_no_second_holds_too_many(steps: list[float], limit: int) -> None:
    taken: list[float] = []
    now, times = 100.0, []
    for step in steps:
        now += step
        times.append(next_turn(taken, now, limit))
    assert busiest(times) <= limit
    assert all(at >= 100.0 for at in times)


def test_two_readers_share_one_file(tmp_path: Path) -> None:
    one, other = (SharedTurns("gateway", 5, tmp_path) for _ in range(2))
    times = [turns.take(50.0) for _ in range(6) for turns in (one, other)]
    assert busiest(times) <= 5
    assert max(times) >= 52.0
    assert SharedTurns("another", 5, tmp_path).take(50.0) == 50.0


def test_processes_share_it(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from wingman.link.account_limits import SharedTurns\n"
        "turns = SharedTurns('g', 10, Path(sys.argv[1])); print(*[turns.take(500.0) for _ in range(15)])"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    times = [float(at) for process in running for at in process.communicate(timeout=30)[0].split()]
    assert len(times) == 30
    assert busiest(times) <= 10


def test_a_file_that_cannot_be_shared_counts_this_process(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    turns = SharedTurns("g", 2, tmp_path / "file")
    assert [turns.take(1.0) for _ in range(3)] == [1.0, 1.0, 2.0]


def test_times_of_another_boot_are_forgotten(tmp_path: Path) -> None:
    turns = SharedTurns("g", 1, tmp_path)
    turns.take(1e9)
    assert turns.take(5.0) == 5.0
