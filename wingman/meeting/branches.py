"""A channel's branches run behind a wall each: one that fails ends nothing but itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

import structlog

from wingman.core.errors import Branch, ProviderState
from wingman.core.time import Channel
from wingman.egress.outlet import outlet
from wingman.link.branch_runner import BranchRunner
from wingman.link.supervisor import Identity
from wingman.meeting.accounting import Accounting


@dataclass(frozen=True, slots=True)
class RunningBranch:
    """A branch behind its wall."""

    runner: BranchRunner
    task: asyncio.Task[None]

    async def settle(self, deadline: float) -> None:
        """See `settle`."""
        await settle(self.task, deadline)


class BranchStarter:
    """Starts one channel's branches as tasks of the meeting's group."""

    def __init__(self, channel: Channel, tasks: asyncio.TaskGroup, accounting: Accounting) -> None:
        self.channel = channel
        self.accounting = accounting
        self._tasks = tasks

    def start(
        self,
        branch: Branch,
        provider: str,
        attempt: Callable[[], Coroutine[object, object, None]],
        emit: Callable[[ProviderState], None],
    ) -> RunningBranch:
        """Run `attempt` until it ends, and again as `BranchRunner` says; `emit` is told of its health."""
        runner = BranchRunner(Identity(branch, provider, self.channel), attempt, emit)
        return RunningBranch(runner, self._tasks.create_task(self._bound(runner, branch, provider)))

    async def _bound(self, runner: BranchRunner, branch: Branch, provider: str) -> None:
        structlog.contextvars.bind_contextvars(channel=str(self.channel))
        with outlet(self.accounting.outlet(branch, provider, self.channel)):
            await runner.run()


async def settle(task: asyncio.Task[None], deadline: float) -> None:
    """Wait until `deadline` on the loop's clock for a task that is about to end; cancel it when it does not."""
    await asyncio.wait([task], timeout=max(0.0, deadline - asyncio.get_running_loop().time()))
    if not task.done():
        task.cancel()
        await asyncio.wait([task])
