"""When to try a branch again that has given up: slowly, and not for ever with a key that is refused. Pure."""

from __future__ import annotations

FIRST_S = 30.0
"""The first wait after giving up."""
CAP_S = 300.0
"""No wait is longer: a provider that is back is noticed within five minutes."""
CERTAIN_S = 30.0
"""A refusal (a key, an account, a setting) that is repeated this much later is meant."""


class SlowRetry:
    """Waits of 30 s that double up to five minutes."""

    def __init__(self) -> None:
        self._delay = FIRST_S
        self._refused_at: float | None = None

    def failed(self, now: float, *, final: bool, worked: bool) -> float | None:
        """Seconds to wait after a branch gave up at `now`; None: trying again would change nothing.

        `final`: the provider refused us in a way that only somebody can mend. `worked`: something was settled
        since the failure before, so this is a new one.
        """
        if worked:
            self.forget()
        if not final:
            self._refused_at = None
        elif self._refused_at is None:
            self._refused_at = now
        elif now - self._refused_at >= CERTAIN_S:
            return None
        delay, self._delay = self._delay, min(CAP_S, 2 * self._delay)
        return delay

    def forget(self) -> None:
        """Begin anew: it worked, or somebody changed something."""
        self._delay = FIRST_S
        self._refused_at = None
