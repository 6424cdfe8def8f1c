"""How long to wait before the next attempt, and when to stop trying. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from wingman.config.retry import RetrySettings

COMPLAINT_CAP_S = 60.0
COMPLAINT_FORGOTTEN_S = 180.0
"""The same complaint this much later is a new one."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one connection attempt that failed."""

    opened: bool
    """True when the provider had accepted the connection."""
    useful: bool
    """True when the provider had settled something on it."""
    lived_s: float
    """Seconds between opening and failing; 0 when it never opened."""


class Backoff:
    """Delays that double from 100-250 ms up to a cap; full jitter between half and the whole.

    A useful connection resets everything. An opened one that lived for `quick_s` resets the count of quick
    failures but not the delay, so a provider that accepts and then starves us is not hammered.
    """

    def __init__(self, settings: RetrySettings, random: Callable[[], float]) -> None:
        self._settings = settings
        self._random = random
        self._failures = 0
        self._quick = 0
        self._since: float | None = None

    @property
    def failures(self) -> int:
        """Attempts that failed since the last useful one."""
        return self._failures

    def succeeded(self) -> None:
        """The provider settled something: forget the failures before."""
        self._failures = self._quick = 0
        self._since = None

    def failed(self, attempt: Attempt, now: float, retry_after: float | None = None) -> float | None:
        """Seconds to wait before the next attempt, or None when trying on is hopeless."""
        if attempt.useful:
            self.succeeded()
        if self._since is None:
            self._since = now
        self._failures += 1
        quick = attempt.opened and not attempt.useful and attempt.lived_s < self._settings.quick_s
        self._quick = self._quick + 1 if quick else (0 if attempt.opened else self._quick)
        if self._quick >= self._settings.quick_limit or now - self._since >= self._settings.give_up_s:
            return None
        return max(self._delay(), retry_after or 0.0)

    def _delay(self) -> float:
        low, high = self._settings.first_min_ms / 1000, self._settings.first_max_ms / 1000
        factor = 2.0 ** min(self._failures - 1, 16)
        low, high = (min(bound * factor, self._settings.cap_s) for bound in (low, high))
        # At the cap both bounds meet; keep a jitter there, or all clients of a provider come back at once.
        low = min(low, high / 2)
        return low + (high - low) * self._random()


class Complaints:
    """How long to leave a provider alone that ends each session with the same complaint. Pure."""

    def __init__(self) -> None:
        self._code = ""
        self._count = 0
        self._last = 0.0

    def heard(self, code: str, now: float) -> float:
        """Seconds to wait after the complaint `code` at `now`: none, then 1 s, doubled up to a minute."""
        again = code == self._code and now - self._last < COMPLAINT_FORGOTTEN_S
        self._code, self._last = code, now
        self._count = self._count + 1 if again else 0
        return min(COMPLAINT_CAP_S, 2.0 ** (self._count - 1)) if self._count else 0.0


class Openings:
    """At most so many connections within a minute. Time is an argument, in seconds of any clock."""

    def __init__(self, per_minute: int) -> None:
        self._times: deque[float] = deque(maxlen=max(1, per_minute))

    def opened(self, now: float) -> None:
        """A connection was accepted."""
        self._times.append(now)

    def forgive(self) -> None:
        """The last one does not count: it ended for somebody else's sake."""
        if self._times:
            self._times.pop()

    def wait(self, now: float) -> float:
        """Seconds until the next one may be opened."""
        if len(self._times) < (self._times.maxlen or 1):
            return 0.0
        return max(0.0, self._times[0] + 60.0 - now)
