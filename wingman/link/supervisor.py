"""Keeps one provider branch connected: try, classify, wait, try again, and say so in words."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum

import structlog

from wingman.config.retry import RetrySettings
from wingman.core.errors import Branch, Health, ProviderFault, ProviderState
from wingman.core.time import Channel
from wingman.link.backoff import Attempt, Backoff, Openings

log = structlog.get_logger(__name__)


class Outcome(Enum):
    """How a connection ended without a fault."""

    DONE = "done"
    """Everything was said; the branch is finished."""
    AGAIN = "again"
    """Open the next one at once: a rotation, changed settings, or audio that resumed."""
    SHARED = "shared"
    """Left to somebody else who waits for one; the next is opened when there is something to ask."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose state is reported."""

    branch: Branch
    provider: str
    channel: Channel | None = None


class Supervisor:
    """Runs `connect_once` again and again.

    `connect_once` opens one connection, calls `opened()` when the provider has accepted it and `useful()`
    whenever the provider has settled something, and returns an `Outcome` or raises `ProviderFault`.
    Any other exception is a programming error and passes through.
    """

    def __init__(
        self,
        identity: Identity,
        emit: Callable[[ProviderState], None],
        settings: RetrySettings = RetrySettings(),
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._identity = identity
        self._emit = emit
        self._backoff = Backoff(settings, jitter)
        self._openings = Openings(settings.openings_per_minute)
        self._health: Health | None = None
        self._detail = ""
        self._opened_at: float | None = None
        self._useful = False
        self.generation = 0
        """Number of the connection attempt that runs now, from 1."""

    async def run(self, connect_once: Callable[[], Awaitable[Outcome]]) -> bool:
        """True when the branch ended well, False when it gave up (`DOWN` was reported).

        Cancelling ends it at once; nothing is reported then.
        """
        loop = asyncio.get_running_loop()
        self._report(Health.CONNECTING)
        while True:
            await asyncio.sleep(self._openings.wait(loop.time()))
            self.generation += 1
            self._opened_at, self._useful = None, False
            try:
                outcome = await connect_once()
            except ProviderFault as fault:
                delay = self._judge(fault, loop.time())
                if delay is None:
                    return False
                await asyncio.sleep(delay)
                continue
            if outcome is Outcome.SHARED:
                self._openings.forgive()
            if outcome is Outcome.DONE:
                self._report(Health.ENDED)
                return True

    def opened(self) -> None:
        """The provider accepted the connection."""
        self._opened_at = asyncio.get_running_loop().time()
        self._openings.opened(self._opened_at)
        self._report(Health.UP)

    def waiting(self, detail: str) -> None:
        """No connection may be opened yet; `detail` tells the user why."""
        self._report(Health.RETRYING, detail)

    def useful(self) -> None:
        """The provider settled something on this connection."""
        if not self._useful:
            self._useful = True
            self._backoff.succeeded()

    def _judge(self, fault: ProviderFault, now: float) -> float | None:
        """Seconds to wait, or None after giving up."""
        lived = 0.0 if self._opened_at is None else now - self._opened_at
        attempt = Attempt(self._opened_at is not None, self._useful, lived)
        delay = None if fault.final else self._backoff.failed(attempt, now, fault.retry_after)
        log.warning(
            "provider link failed",
            provider=self._identity.provider,
            channel=self._identity.channel,
            generation=self.generation,
            kind=fault.kind,
            code=fault.code,
            detail=str(fault),
            retry_in=delay,
        )
        if delay is not None:
            self._report(Health.RETRYING, str(fault))
        elif fault.final:
            self._report(Health.DOWN, str(fault), final=True)
        else:
            self._report(Health.DOWN, f"Gave up after {self._backoff.failures} attempts: {fault}")
        return delay

    def _report(self, health: Health, detail: str = "", *, final: bool = False) -> None:
        if (health, detail) == (self._health, self._detail):
            return
        self._health, self._detail = health, detail
        who = self._identity
        self._emit(ProviderState(who.branch, who.provider, health, who.channel, detail, final))
