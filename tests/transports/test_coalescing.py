"""Datagrams that come close together cost one turn of the loop; one by itself waits for nothing."""

from __future__ import annotations

import asyncio

from wingman.transports.coalescing import GATHER_S, Coalescing, coalescing


class Time:
    """Passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now += seconds


async def _turn(turn: Coalescing, datagrams: int = 1) -> None:
    """So many datagrams in one turn of the loop."""
    for _ in range(datagrams):
        turn.taken()
    await asyncio.sleep(0)


async def test_what_comes_after_a_pause_is_not_waited_behind() -> None:
    time = Time()
    turn = Coalescing(lambda: time.now, time.sleep)
    for _ in range(5):
        await _turn(turn)
        time.now += GATHER_S
    assert time.slept == []


async def test_turns_that_follow_closely_are_kept_apart_and_never_for_longer() -> None:
    time = Time()
    turn = Coalescing(lambda: time.now, time.sleep)
    for _ in range(4):
        await _turn(turn)
        time.now += GATHER_S / 4
    assert time.slept == [round(GATHER_S * share, 6) for share in (3 / 4, 3 / 4, 3 / 4)]


async def test_a_turn_of_many_datagrams_waits_once_and_a_long_one_not_at_all() -> None:
    time = Time()
    turn = Coalescing(lambda: time.now, time.sleep)
    await _turn(turn)
    await _turn(turn, datagrams=9)
    assert time.slept == [GATHER_S]
    time.now += 3 * GATHER_S  # a full core: whoever has no time to spare spares none
    await _turn(turn, datagrams=9)
    assert time.slept == [GATHER_S]


def test_a_loop_has_one_for_all_its_sockets() -> None:
    async def mine() -> Coalescing:
        assert coalescing() is coalescing()
        return coalescing()

    assert asyncio.run(mine()) is not asyncio.run(mine())
