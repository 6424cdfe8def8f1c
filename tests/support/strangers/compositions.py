"""Faults composed at random over one meeting, in jumping time, with a model of what has to be told.

A rule-based machine lets people speak, leave, come back, pause and end, while the provider refuses, breaks,
lies and lags. Hypothesis chooses, and shrinks what fails to the shortest story.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.support.strangers.deepgram import Fault
from tests.support.strangers.disk import DISKS
from tests.support.strangers.world import Verdict, World, world
from wingman.testing.virtual_time import TimelapseLoop

Step = Callable[[World], Awaitable[Any]]

faults = st.one_of(
    st.builds(
        Fault,
        kind=st.just("refuse"),
        status=st.sampled_from([200, 302, 400, 401, 402, 403, 404, 408, 429, 500, 502, 503]),
        location=st.sampled_from(["", "https://login.example/", "ws://[::/", "/elsewhere"]),
        retry_after=st.sampled_from([0.0, 1.0, 8.0, 60.0]),
        count=st.integers(1, 6),
    ),
    st.builds(Fault, kind=st.just("hang"), seconds=st.sampled_from([3.0, 30.0])),
    st.builds(
        Fault, kind=st.just("close"), code=st.sampled_from([1000, 1006, 1006, 1008, 1011, 1012, 3000, 4999])
    ),
    st.builds(Fault, kind=st.sampled_from(["silent", "late", "deaf"]), seconds=st.floats(0.2, 25.0)),
    st.builds(
        Fault,
        kind=st.sampled_from(
            [
                "swap",
                "drop",
                "twice",
                "garbage",
                "only_interims",
                "mute",
                "not_a_number",
                "endless",
                "other_channel",
                *("empty_before", "no_width", "odd_text", "huge", "old_again", "negative", "too_short"),
                *("reaches_back", "in_two", "no_end", "summary", "unasked", "backwards", "hasty"),
            ]
        ),
        count=st.integers(1, 4),
    ),
    st.builds(Fault, kind=st.just("start"), value=st.sampled_from([999_999.0, -5.0, 0.0, 1e300])),
    st.builds(Fault, kind=st.just("longer"), value=st.sampled_from([5.0, 30.0, 1e9]), count=st.integers(1, 3)),
    st.builds(Fault, kind=st.just("word_end"), value=st.sampled_from([500_000.0, -1.0, 1e300])),
    st.builds(Fault, kind=st.just("word_start"), value=st.sampled_from([500_000.0, -3.0])),
)


@dataclass(slots=True)
class Tally:
    """What all the compositions of a run came to."""

    verdicts: list[Verdict] = field(default_factory=list)

    def count(self, of: Callable[[Verdict], float]) -> float:
        return sum(of(verdict) for verdict in self.verdicts)


class Driver:
    """A world that lives in a task of its own loop, and does one step after the other."""

    def __init__(self, seed: int) -> None:
        self._runner = asyncio.Runner(loop_factory=TimelapseLoop)
        self._steps: asyncio.Queue[tuple[Step, asyncio.Future[Any]]] | None = None
        self._seed = seed
        self._runner.run(self._begin())

    def do(self, step: Step) -> Any:
        """Let the world do one thing; its result."""
        return self._runner.run(self._one(step))

    def close(self) -> None:
        self._runner.run(self._end())
        self._runner.close()

    async def _begin(self) -> None:
        self._steps = asyncio.Queue(1)
        self._living = asyncio.create_task(self._live(self._steps))

    async def _live(self, steps: asyncio.Queue[tuple[Step, asyncio.Future[Any]]]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with world(self._seed, folder=Path(folder) / "data") as made:
                while True:
                    step, answer = await steps.get()
                    answer.set_result(await step(made))

    async def _one(self, step: Step) -> Any:
        assert self._steps is not None
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        await self._steps.put((step, answer))
        await asyncio.wait([answer, self._living], return_when=asyncio.FIRST_COMPLETED)
        if self._living.done():
            self._living.result()
        return answer.result()

    async def _end(self) -> None:
        self._living.cancel()
        await asyncio.wait([self._living])


class Composition(RuleBasedStateMachine):
    """One meeting. Subclass it with a `tally` of your own."""

    tally = Tally()

    def __init__(self) -> None:
        super().__init__()
        self.story: list[str] = []
        """What happened, for whoever has to understand a verdict."""

    def _do(self, what: str, step: Step) -> None:
        self.story.append(what)
        self.driver.do(step)

    @initialize(seed=st.integers(0, 1 << 16))
    def begin(self, seed: int) -> None:
        self.driver = Driver(seed)
        self._do(f"seed {seed}", World.arrive)

    @rule(seconds=st.floats(0.3, 12.0))
    def speak(self, seconds: float) -> None:
        self._do(f"speak {seconds:g}", lambda _: asyncio.sleep(seconds))

    @rule(fault=faults)
    def fail(self, fault: Fault) -> None:
        self._do(str(fault), lambda made: _suffer(made, fault))

    @rule(first=faults, second=faults, apart=st.floats(0.0, 2.0))
    def fail_twice(self, first: Fault, second: Fault, apart: float) -> None:
        self._do(str(first), lambda made: _suffer(made, first))
        self._do(f"speak {apart:g}", lambda _: asyncio.sleep(apart))
        self._do(str(second), lambda made: _suffer(made, second))

    @rule(seconds=st.floats(0.2, 8.0))
    def go_away(self, seconds: float) -> None:
        self._do(f"away {seconds:g}", lambda made: _away(made, seconds))

    @rule(seconds=st.floats(0.6, 6.0))
    def pause(self, seconds: float) -> None:
        self._do(f"pause {seconds:g}", lambda made: _pause(made, seconds))

    @rule()
    def pause_for_good(self) -> None:
        self._do("pause, and whatever comes happens in it", _pause_now)

    @rule(kind=st.sampled_from(sorted(DISKS)))
    def disk_fails(self, kind: str) -> None:
        self._do(f"the disk is {kind}", lambda made: _disk_fails(made, kind))

    @rule()
    def disk_recovers(self) -> None:
        self._do("the disk is well", _disk_recovers)

    @rule()
    def kill(self) -> None:
        self._do("kill -9", World.kill)

    @rule()
    def restart(self) -> None:
        self._do("SIGTERM", _restart)

    @rule(seconds=st.floats(0.5, 20.0))
    def freeze(self, seconds: float) -> None:
        self._do(f"frozen {seconds:g}", lambda made: _freeze(made, seconds))

    @rule(seconds=st.floats(0.2, 4.0))
    def stall(self, seconds: float) -> None:
        self._do(f"stall {seconds:g}", lambda made: _stall(made, seconds))

    @rule()
    def try_again(self) -> None:
        self._do("retry", _try_again)

    def teardown(self) -> None:
        if not hasattr(self, "driver"):
            return
        try:
            verdict: Verdict = self.driver.do(World.end)
        finally:
            self.driver.close()
        self.tally.verdicts.append(verdict)
        self.judge(verdict)

    def judge(self, verdict: Verdict) -> None:
        """Raise for a verdict that does not hold."""
        assert verdict.holds, (verdict, self.story)


async def _suffer(made: World, fault: Fault) -> None:
    made.suffer(fault)


async def _away(made: World, seconds: float) -> None:
    await made.leave()
    await asyncio.sleep(seconds)
    await made.arrive()


async def _pause(made: World, seconds: float) -> None:
    made.pause()
    await asyncio.sleep(seconds)
    made.resume()


async def _pause_now(made: World) -> None:
    made.pause()


async def _disk_fails(made: World, kind: str) -> None:
    made.disk_fails(kind)


async def _disk_recovers(made: World) -> None:
    made.disk_recovers()


async def _restart(made: World) -> None:
    if made.disk_kind != "full":
        made.disk_recovers()
    await made.restart()


async def _freeze(made: World, seconds: float) -> None:
    made.freeze(seconds)


async def _stall(made: World, seconds: float) -> None:
    if made.mouth is not None:
        made.mouth.stalled_s = seconds


async def _try_again(made: World) -> None:
    made.meeting.control("retry", "transcribe")
