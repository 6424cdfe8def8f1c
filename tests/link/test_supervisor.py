"""Retry, classify, tell: what a user sees of a provider in trouble."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from wingman.config.retry import RetrySettings
from wingman.core.errors import Branch, FaultKind, Health, ProviderFault, ProviderState
from wingman.link.supervisor import Identity, Outcome, Supervisor
from wingman.testing.virtual_time import run

LOST = ProviderFault("The line is down.", kind=FaultKind.NETWORK)
KEY = ProviderFault("The key is wrong.", kind=FaultKind.AUTH)


def supervise(
    *script: Outcome | ProviderFault, lives_s: float = 60.0, **settings: float
) -> tuple[bool, list[ProviderState]]:
    """Connections that open, live for `lives_s` and end as scripted; the last one repeats."""
    states: list[ProviderState] = []
    steps = list(script)

    async def main() -> bool:
        retry = RetrySettings(**settings)  # type: ignore[arg-type]  # numbers by name
        supervisor = Supervisor(Identity(Branch.TRANSCRIBE, "p"), states.append, retry, lambda: 0.5)

        async def connect_once() -> Outcome:
            supervisor.opened()
            await asyncio.sleep(lives_s)
            step = steps.pop(0) if len(steps) > 1 else steps[0]
            if isinstance(step, ProviderFault):
                raise step
            return step

        return await supervisor.run(connect_once)

    return run(main()), states


def test_a_lost_line_is_told_and_mended() -> None:
    well, states = supervise(LOST, Outcome.DONE)
    assert well
    assert [(s.health, s.detail) for s in states] == [
        (Health.CONNECTING, ""),
        (Health.UP, ""),
        (Health.RETRYING, "The line is down."),
        (Health.UP, ""),
        (Health.ENDED, ""),
    ]


def test_a_rotation_is_nobodys_business() -> None:
    _, states = supervise(Outcome.AGAIN, Outcome.AGAIN, Outcome.DONE)
    assert [s.health for s in states] == [Health.CONNECTING, Health.UP, Health.ENDED]


def test_a_final_fault_is_not_tried_again() -> None:
    well, states = supervise(KEY)
    assert not well
    assert (states[-1].health, states[-1].detail) == (Health.DOWN, "The key is wrong.")


def test_quick_deaths_end_in_down_with_a_sentence() -> None:
    well, states = supervise(LOST, lives_s=0.1, quick_limit=4)
    assert not well
    assert states[-1].detail == "Gave up after 4 attempts: The line is down."


@pytest.mark.parametrize("step", [LOST, Outcome.AGAIN])
def test_connections_within_a_minute_are_bounded_whatever_ends_them(step: Outcome | ProviderFault) -> None:
    """A provider that settles something each time and then fails resets every back-off."""
    opened: list[float] = []

    async def main() -> None:
        supervisor = Supervisor(Identity(Branch.EMOTION, "p"), lambda state: None, RetrySettings())

        async def connect_once() -> Outcome:
            opened.append(asyncio.get_running_loop().time())
            supervisor.opened()
            supervisor.useful()
            if isinstance(step, ProviderFault):
                raise step
            return step

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(170):
                await supervisor.run(connect_once)

    run(main())
    assert 40 <= len(opened) <= 60
    assert all(later - earlier > 59.999 for earlier, later in zip(opened, opened[20:], strict=False))


def test_other_exceptions_are_not_swallowed() -> None:
    async def broken() -> Outcome:
        raise ZeroDivisionError

    async def main() -> None:
        await Supervisor(Identity(Branch.EMOTION, "p"), lambda state: None).run(broken)

    with pytest.raises(ZeroDivisionError):
        run(main())
