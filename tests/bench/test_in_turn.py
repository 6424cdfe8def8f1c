"""Two servers are measured in turn: what slows both, and what only one of them is asked for, is told apart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from scripts.bench import in_turn as measured
from scripts.bench.in_turn import Compared, in_turn
from wingman.bench.harness import Subject
from wingman.testing.virtual_time import run

STEP_S = 0.1
TURNS, STRETCHES = 6, 2
OURS, THEIRS = (Subject(name, lambda _: ()) for name in ("ours", "theirs"))


@dataclass
class World:
    """A machine whose pace changes all the time, and the servers on it by their pid."""

    costs: dict[int, float] = field(default_factory=dict)
    """Milliseconds for a second of audio, on a machine at its best."""
    loads: dict[int, FakeLoad] = field(default_factory=dict)
    spent: dict[int, float] = field(default_factory=dict)
    both_sent: bool = False

    @asynccontextmanager
    async def loaded(self, subject: Subject, cores: Sequence[int] = ()) -> AsyncIterator[tuple[FakeLoad, int]]:
        assert cores
        pid = 1 if subject is OURS else 2
        load = self.loads[pid] = FakeLoad()
        self.spent[pid] = 0.0
        running = asyncio.create_task(self._run(pid))
        yield load, pid
        running.cancel()

    async def _run(self, pid: int) -> None:
        load, now = self.loads[pid], asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(STEP_S)
            busy = sum(bool(one.sessions) and not one.resting for one in self.loads.values())
            self.both_sent |= busy > 1
            if not load.resting:
                load.sent_s += STEP_S * len(load.sessions)
                pace = 1.5 if now() % 12 < 5 else 1.0  # somebody else is at work now and then
                self.spent[pid] += pace * self.costs[pid] / 1000 * STEP_S * len(load.sessions)


class FakeLoad:
    def __init__(self) -> None:
        self.resting = False
        self.sent_s = 0.0
        self.sessions: list[object] = []

    async def grow(self, count: int) -> None:
        await asyncio.sleep(0.5)
        self.sessions += [object()] * (count - len(self.sessions))


def test_a_machine_that_others_use_slows_both_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World({1: 3.0, 2: 2.0})
    monkeypatch.setattr(measured, "loaded", world.loaded)
    monkeypatch.setattr(measured, "_go_first", lambda _pid, **_: None)
    monkeypatch.setattr(measured, "TURNS", TURNS)
    monkeypatch.setattr(measured, "STRETCHES", STRETCHES)
    monkeypatch.setattr(measured, "cpu_seconds", lambda pid: world.spent[pid])
    told: list[str] = []

    async def main() -> list[Compared]:
        return [one async for one in in_turn(OURS, THEIRS, (4, 6), told.append)]

    found = run(main())
    assert [one.sessions for one in found] == [4, 6]
    for one in found:
        assert len(one.ratios) == STRETCHES
        assert one.ratio == pytest.approx(1.5, rel=0.1)
        assert all(ratio == pytest.approx(1.5, rel=0.2) for ratio in one.ratios)
        assert one.first_ms >= 3.0
    assert len(told) == 2 * STRETCHES
    assert not world.both_sent
    assert all(load.sent_s > 2 * STRETCHES * TURNS * 4 for load in world.loads.values())
