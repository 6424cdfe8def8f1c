"""Whether the model may be asked just now. Pure: seconds of a monotonic clock are an argument."""

from __future__ import annotations

import math

from wingman.core.errors import FaultKind, Health, ProviderFault

FAILURES_TO_REST = 3
REST_S = 30.0
RATE_LIMIT_S = 10.0
LONGEST_REST_S = 3600.0
"""However long a service asks to be left alone: a meeting may still go on then."""


class Breaker:
    """Rests after a 429 as asked, after three failures in a row for 30 s, after a final one for good."""

    def __init__(self) -> None:
        self._failures = 0
        self._until = 0.0
        self._final = False
        self.health = Health.UP

    def allows(self, now: float) -> bool:
        """Whether a request may be tried at `now`, in seconds."""
        return not self._final and now >= self._until

    def succeeded(self) -> bool:
        """An answer came. True when that changes the health that was announced."""
        self._failures, self._until = 0, 0.0
        return self._turn(Health.UP)

    def failed(self, fault: ProviderFault, now: float) -> bool:
        """An answer did not come. True when that changes the health that was announced."""
        self._failures += 1
        if fault.final:
            self._final = True
            return self._turn(Health.DOWN)
        if fault.kind is FaultKind.RATE_LIMITED:
            self._until = now + _rest(fault)
            return self._turn(Health.RETRYING)
        if self._failures >= FAILURES_TO_REST:
            self._until = now + REST_S
            return self._turn(Health.RETRYING)
        return False

    def _turn(self, health: Health) -> bool:
        changed, self.health = self.health is not health, health
        return changed


class Quotas:
    """Which models rest after a 429. One per client: what one meeting ran into, all others know."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def check(self, model: str, now: float) -> None:
        """Raises the `ProviderFault` that asking would end in, with the seconds that are left."""
        left = self._until.get(model, 0.0) - now
        if left > 0:
            raise ProviderFault(
                f"the quota of {model} is used up; it is asked again in {math.ceil(left)} s",
                kind=FaultKind.RATE_LIMITED,
                code="429",
                retry_after=left,
            )

    def note(self, model: str, fault: ProviderFault, now: float) -> ProviderFault:
        """Remember a rate limit; hands the fault back for raising."""
        if fault.kind is FaultKind.RATE_LIMITED:
            self._until[model] = max(self._until.get(model, 0.0), now + _rest(fault))
        return fault


def _rest(fault: ProviderFault) -> float:
    """Seconds to leave the service alone after it said that there were too many requests."""
    return RATE_LIMIT_S if fault.retry_after is None else min(fault.retry_after, LONGEST_REST_S)
