"""A branch's end, whatever it is, is told and tried again; it never gets past the wall."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from wingman.core.errors import Branch, Health, ProviderState
from wingman.link.branch_runner import BranchRunner
from wingman.link.supervisor import Identity
from wingman.testing.virtual_time import run

WHO = Identity(Branch.TRANSCRIBE, "p")
UP = ProviderState(Branch.TRANSCRIBE, "p", Health.UP)
DOWN = ProviderState(Branch.TRANSCRIBE, "p", Health.DOWN, None, "The line is down.")
REFUSED = ProviderState(Branch.TRANSCRIBE, "p", Health.DOWN, None, "The key is wrong.", final=True)

Ending = ProviderState | BaseException | None


class Rig:
    """A branch whose attempts end as scripted (the last one repeats), and what was seen of it."""

    def __init__(self, *script: Ending, lives_s: float = 1.0) -> None:
        self._script = list(script)
        self._lives_s = lives_s
        self.tries: list[float] = []
        self.told: list[ProviderState] = []
        self.runner = BranchRunner(WHO, self._attempt, self.told.append)

    async def _attempt(self) -> None:
        loop = asyncio.get_running_loop()
        self.tries.append(loop.time())
        await asyncio.sleep(self._lives_s)
        step = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        if isinstance(step, BaseException):
            raise step
        if step is not None:
            self.runner.observe(step)


def watch(rig: Callable[[], Rig], seconds: float, *calls: tuple[float, str]) -> tuple[Rig, bool]:
    """Let a rig run for `seconds`, calling methods of its runner at moments; whether it ended by itself."""

    async def main() -> tuple[Rig, bool]:
        made = rig()
        task = asyncio.create_task(made.runner.run())
        for at, name in calls:
            await asyncio.sleep(at - asyncio.get_running_loop().time())
            getattr(made.runner, name)()
        done, _ = await asyncio.wait([task], timeout=seconds - asyncio.get_running_loop().time())
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled() or task.exception() is None
        return made, bool(done)

    return run(main())


def test_a_branch_that_ends_well_is_over() -> None:
    rig, over = watch(lambda: Rig(UP), 10.0)
    assert (rig.tries, over, rig.told) == ([0.0], True, [])


@pytest.mark.parametrize(
    "failure",
    [
        ZeroDivisionError(),
        MemoryError(),
        UnicodeError("label empty"),
        ExceptionGroup("inner", [ExceptionGroup("inmost", [KeyError("x")])]),
        asyncio.CancelledError(),
        RecursionError(),
    ],
)
def test_a_defect_is_told_and_tried_again_slowly(failure: BaseException) -> None:
    rig, over = watch(lambda: Rig(failure), 200.0)
    assert rig.tries == [0.0, 31.0, 92.0]
    assert not over
    assert {state.health for state in rig.told} == {Health.DOWN}
    assert all("tried again" in state.detail for state in rig.told)


def test_a_refused_key_is_tried_twice_and_then_on_demand() -> None:
    rig, over = watch(lambda: Rig(REFUSED), 1000.0)
    assert rig.tries == [0.0, 31.0]
    rig, over = watch(lambda: Rig(REFUSED, REFUSED, UP), 1000.0, (500.0, "retry"))
    assert (rig.tries, over) == ([0.0, 31.0, 500.0], True)


def test_asking_ends_the_wait() -> None:
    rig, _ = watch(lambda: Rig(DOWN, UP), 20.0, (5.0, "retry"))
    assert rig.tries == [0.0, 5.0]


def test_the_end_of_the_audio_gives_one_more_try() -> None:
    rig, over = watch(lambda: Rig(DOWN), 20.0, (5.0, "last_call"))
    assert (rig.tries, over) == ([0.0, 5.0], True)


def test_a_refused_key_gets_none() -> None:
    rig, over = watch(lambda: Rig(REFUSED), 100.0, (60.0, "last_call"))
    assert (rig.tries, over) == ([0.0, 31.0], True)


def test_cancelling_ends_the_attempt_as_well() -> None:
    ended: list[str] = []

    async def attempt() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("attempt")

    async def main() -> None:
        runner = BranchRunner(WHO, attempt, lambda state: None)
        task = asyncio.create_task(runner.run())
        await asyncio.sleep(1)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()

    run(main())
    assert ended == ["attempt"]
