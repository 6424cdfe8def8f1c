"""Whether the model may be asked just now. Pure: seconds of a monotonic clock are an argument."""

from __future__ import annotations

from wingman.model.faults import FaultKind, Health, ProviderFault

FAILURES_TO_REST = 3
REST_S = 30.0
RATE_LIMIT_S = 10.0


class Breaker:
    """Rests after a 429 as asked, after three failures in a row for 30 s, after a final one for good."""

    def __init__(self) -> None:
        self._failures = 0
        self._until = 0.0
        self._final = False
        self.health = Health.UP

    def allows(self, now: float) -> bool:
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
            self._until = now + (RATE_LIMIT_S if fault.retry_after is None else fault.retry_after)
            return self._turn(Health.RETRYING)
        if self._failures >= FAILURES_TO_REST:
            self._until = now + REST_S
            return self._turn(Health.RETRYING)
        return False

    def _turn(self, health: Health) -> bool:
        changed, self.health = self.health is not health, health
        return changed
