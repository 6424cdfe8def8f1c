"""Datagrams that come close together share turns of the loop; where few come, none waits."""

from __future__ import annotations

import asyncio

import pytest

from wingman.transports.coalescing import DENSE_S, GATHER_S, SMOOTHED, Coalescing, coalescing


class Wire:
    """A loop that datagrams reach at given times; time passes only while it waits for one or works."""

    def __init__(self, work_s: float = 0.0) -> None:
        self.now = 100.0
        self.late: list[float] = []
        """How long each datagram waited until it was taken."""
        self.turns = 0
        self._work_s = work_s
        self._turn = Coalescing(lambda: self.now, self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.now += seconds

    async def carry(self, times: list[float]) -> None:
        """Take datagrams that come at `times` (seconds, rising), all that are there in each turn."""
        due = [self.now + at for at in times]
        while due:
            self.now = max(self.now, due[0])
            self.turns += 1
            while due and due[0] <= self.now:
                self.late.append(self.now - due.pop(0))
                self._turn.taken += 1
                if self._turn.taken == 1:
                    self._turn.begins()
                self.now += self._work_s
            await asyncio.sleep(0)


@pytest.mark.parametrize("streams", [1, 2, 10, 19])
async def test_where_few_come_none_waits(streams: int) -> None:
    wire = Wire()
    await wire.carry([0.02 * number / streams for number in range(50 * streams)])
    assert max(wire.late) < 1e-9


async def test_what_one_client_sends_in_pairs_does_not_wait() -> None:
    wire = Wire()
    await wire.carry([at for number in range(50) for at in (0.02 * number, 0.02 * number + GATHER_S / 8)])
    assert max(wire.late) < 1e-9


@pytest.mark.parametrize("streams", [40, 80, 300])
async def test_where_many_come_they_share_turns_and_none_is_late_by_more_than_it_says(streams: int) -> None:
    wire = Wire()
    await wire.carry([0.02 * number / streams for number in range(50 * streams)])
    assert wire.turns <= 1.0 / GATHER_S + 5 * SMOOTHED
    assert max(wire.late) <= GATHER_S + 1e-9


@pytest.mark.parametrize("apart", [1.2 * DENSE_S, 1.9 * DENSE_S, 2.1 * DENSE_S, 20 * DENSE_S])
async def test_once_many_have_gone_none_waits_any_more(apart: float) -> None:
    wire = Wire(work_s=GATHER_S / 20)
    await wire.carry([GATHER_S / 10 * number for number in range(1000)])
    await wire.carry([apart * number for number in range(10 * SMOOTHED)])
    wire.late.clear()
    await wire.carry([apart * number for number in range(100)])
    assert max(wire.late) < 1e-9


async def test_a_full_core_spares_no_time() -> None:
    """Each datagram takes longer than the next one is away: what is late is late by the work alone."""
    busy, step = Wire(work_s=GATHER_S / 4), GATHER_S / 5
    await busy.carry([step * number for number in range(400)])
    assert busy.now - 100.0 <= 400 * GATHER_S / 4 + 2 * GATHER_S


def test_a_loop_has_one_for_all_its_sockets() -> None:
    async def mine() -> Coalescing:
        assert coalescing() is coalescing()
        return coalescing()

    assert asyncio.run(mine()) is not asyncio.run(mine())
