"""Processor time of two servers under the same load, in short turns, so that a busy machine slows both alike.

Both run all the time, on the same core, each with as many sessions; the sessions of one rest while those of the
other are measured. A second later it is the other way round. What a session costs is divided by the audio that
was sent meanwhile. Where this may, both and the load go before whatever else wants a core: who is interrupted
finds caches cold and several packets at once, and neither is what a service costs.
"""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from statistics import median

from wingman.bench.harness import Subject, cpu_seconds, loaded
from wingman.bench.load import Load

WARM_S = 0.3
"""Of each turn, before it counts: caches and what a pause has put off."""
TURN_S = 1.0
TURNS = 10
"""Of each server in a stretch: as long as a talkative transcriber's sentence, whose end costs most."""
STRETCHES = 1
"""With each number of sessions. More of them say nothing new: fresh processes do."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What a number of sessions cost."""

    sessions: int
    first_ms: float
    """Milliseconds of processor time per second of audio and session."""
    second_ms: float
    ratios: tuple[float, ...]
    """The first by the second, of each stretch."""

    @property
    def ratio(self) -> float:
        return median(self.ratios)


@dataclass(slots=True)
class _Side:
    load: Load
    pid: int
    spent_s: float = 0.0
    sent_s: float = 0.0

    async def turn(self) -> None:
        """Send for a moment, and count what that costs."""
        self.load.resting = False
        await asyncio.sleep(WARM_S)
        spent, sent = cpu_seconds(self.pid), self.load.sent_s
        await asyncio.sleep(TURN_S)
        self.spent_s += cpu_seconds(self.pid) - spent
        self.sent_s += self.load.sent_s - sent
        self.load.resting = True

    def taken_ms(self) -> float:
        """Of processor time, a second of audio, since the last call."""
        cost = 1000 * self.spent_s / max(self.sent_s, 1e-9)
        self.spent_s = self.sent_s = 0.0
        return cost


async def in_turn(
    first: Subject,
    second: Subject,
    counts: Iterable[int],
    on_stretch: Callable[[str], object] = lambda _: None,
) -> AsyncIterator[Compared]:
    """Compare them at each of these numbers of sessions, which grow.

    Raises `WingmanError` where one takes no more.
    """
    cores = sorted(os.sched_getaffinity(0))
    async with AsyncExitStack() as stack:
        stack.callback(_go_first, 0, first=False)
        sides = [_Side(*await stack.enter_async_context(loaded(one, cores))) for one in (first, second)]
        for count in counts:
            for side in sides:
                _go_first(side.pid)
                side.load.resting = False
                await side.load.grow(count)
                side.load.resting = True
            _go_first(0)
            gc.collect()
            gc.freeze()  # a pass over all peers would stop the load
            costs = [await _stretch(sides, on_stretch) for _ in range(STRETCHES)]
            ours, theirs = zip(*costs, strict=True)
            ratios = tuple(a / b for a, b in costs)
            yield Compared(count, median(ours), median(theirs), ratios)


def _go_first(pid: int, *, first: bool = True) -> None:
    """Before or among the others; 0 is this process. Needs a privilege, and is left out without it."""
    with suppress(PermissionError):
        policy = os.SCHED_RR | os.SCHED_RESET_ON_FORK if first else os.SCHED_OTHER
        os.sched_setscheduler(pid, policy, os.sched_param(int(first)))


async def _stretch(sides: list[_Side], tell: Callable[[str], object]) -> tuple[float, float]:
    for number in range(TURNS):
        for side in reversed(sides) if number % 2 else sides:
            await side.turn()
    first, second = (side.taken_ms() for side in sides)
    count = len(sides[0].load.sessions)
    tell(f"{count:>4} sessions  {first:.2f} against {second:.2f} ms/s  {first / second:.2f} x")
    return first, second
