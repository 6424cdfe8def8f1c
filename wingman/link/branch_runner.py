"""The wall around one branch of a channel: whatever leaves its task ends that branch for a while, nothing else.

An adapter retries what it knows. What it gives up, and what it never expected, comes out here: it is told as
`down` in a sentence and the branch is tried again slowly, at once when somebody asks for it, and once more when
the audio is over. A key that is refused twice is tried again on that wish only.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine

import structlog

from wingman.core.errors import Health, ProviderState
from wingman.link.slow_retry import SlowRetry
from wingman.link.supervisor import Identity

log = structlog.get_logger(__name__)


class BranchRunner:
    """Runs `attempt` until it ends well, is cancelled, or gives up after the audio is over.

    `attempt` is called for each try. It emits `ProviderState(DOWN)` through `observe` before it returns without
    success.
    """

    def __init__(
        self,
        identity: Identity,
        attempt: Callable[[], Coroutine[object, object, None]],
        emit: Callable[[ProviderState], None],
    ) -> None:
        self._identity = identity
        self._attempt = attempt
        self._emit = emit
        self._slow = SlowRetry()
        self._state: ProviderState | None = None
        self._worked = False
        self._over = False
        self._wake = asyncio.Event()
        self._waiting = False
        self._hopeless = False

    @property
    def waiting(self) -> bool:
        """True between two attempts: nobody reads the branch's audio."""
        return self._waiting

    def observe(self, state: ProviderState) -> None:
        """The branch reports its health; call it for each state on its way out."""
        self._state = state

    def worked(self) -> None:
        """The branch settled something."""
        self._worked = True

    def retry(self) -> bool:
        """Try again now: somebody asked for it, or changed a setting. False when there was nothing to retry."""
        self._slow.forget()
        self._hopeless = False
        self._wake.set()
        return self._waiting

    def last_call(self) -> None:
        """No more audio comes. A branch that waits gets one more try for what it still owes."""
        self._over = True
        self._wake.set()

    async def run(self) -> None:
        """See the class."""
        loop = asyncio.get_running_loop()
        while True:
            self._state, self._worked = None, False
            failure = await behind_wall(self._attempt())
            if failure is not None:
                self._crashed(failure)
            elif self._state is None or self._state.health is not Health.DOWN:
                return
            final = self._state is not None and self._state.final
            delay = self._slow.failed(loop.time(), final=final, worked=self._worked)
            self._hopeless = delay is None
            if self._over:
                return
            await self._pause(delay)
            if self._hopeless:
                return

    async def _pause(self, delay: float | None) -> None:
        self._waiting = True
        self._wake.clear()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(delay):
                    await self._wake.wait()
        finally:
            self._waiting = False

    def _crashed(self, failure: BaseException) -> None:
        who = self._identity
        log.error("a branch failed", branch=who.branch, provider=who.provider, exc_info=failure)
        sentence = f"{who.provider} stopped over a defect ({kind_of(failure)}); it is tried again by itself."
        state = ProviderState(who.branch, who.provider, Health.DOWN, who.channel, sentence)
        self.observe(state)
        self._emit(state)


async def behind_wall(branch: Coroutine[object, object, None]) -> BaseException | None:
    """Run `branch`; whatever it raised is returned, None when it ended well.

    Cancelling ends it and passes through.
    """
    task = asyncio.create_task(branch)
    try:
        await asyncio.wait([task])
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait([task])
    return asyncio.CancelledError() if task.cancelled() else task.exception()


def kind_of(failure: BaseException) -> str:
    """The name of a failure's class, for a sentence; of a group's first member."""
    while isinstance(failure, BaseExceptionGroup):
        failure = failure.exceptions[0]
    return type(failure).__name__
