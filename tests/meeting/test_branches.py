from __future__ import annotations

import asyncio

from tests.meeting.channel_support import Sound
from wingman.core.errors import Branch, Health, ProviderState
from wingman.meeting.branches import settle
from wingman.testing.virtual_time import run


def test_a_branch_with_a_defect_ends_behind_its_wall_and_says_so() -> None:
    told: list[ProviderState] = []

    async def broken() -> None:
        raise ZeroDivisionError

    async def main() -> None:
        async with asyncio.TaskGroup() as tasks:
            running = Sound().starter(tasks).start(Branch.TRANSCRIBE, "odd", broken, told.append)
            await asyncio.sleep(0.1)
            running.task.cancel()

    run(main())
    assert (told[0].branch, told[0].provider, told[0].health) == (Branch.TRANSCRIBE, "odd", Health.DOWN)


def test_who_does_not_end_in_time_is_cancelled() -> None:
    async def main() -> tuple[bool, bool]:
        loop = asyncio.get_running_loop()
        quick, slow = (loop.create_task(asyncio.sleep(wait)) for wait in (0.5, 50.0))
        for task in (quick, slow):
            await settle(task, loop.time() + 1.0)
        return quick.cancelled(), slow.cancelled()

    assert run(main()) == (False, True)
