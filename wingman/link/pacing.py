"""How much audio may be sent now without outrunning a provider. Pure.

A token bucket in samples: it fills at `rate` x real time and holds at most `burst`. Live audio arrives at
1 x and never meets the limit; only a replay does.
"""

from __future__ import annotations

from wingman.core.time import SAMPLE_RATE


class Pacer:
    """At most `rate` seconds of audio per second, after a first `burst`."""

    def __init__(self, rate: float, burst: int, now: float) -> None:
        """`rate` in seconds of audio per second, `burst` in samples, `now` in seconds of any clock."""
        if rate <= 0 or burst <= 0:
            raise ValueError("rate and burst must be positive")
        self._per_second = rate * SAMPLE_RATE
        self._burst = burst
        self._level = float(burst)
        self._at = now

    def wait(self, count: int, now: float) -> float:
        """Seconds until `count` samples (at most `burst`) may be sent; 0 when they may be sent now."""
        if count <= self._level:
            return 0.0
        if now > self._at:
            self._fill(now)
        # A thousandth of a sample is rounding, not haste; without it a caller could spin on 0.000000001 s.
        missing = min(count, self._burst) - self._level
        return missing / self._per_second if missing > 1e-3 else 0.0

    def ready(self, now: float) -> int:
        """Samples that may be sent now."""
        if now > self._at:
            self._fill(now)
        return int(self._level)

    def sent(self, count: int, now: float) -> None:
        """`count` samples went out."""
        if now > self._at:
            self._fill(now)
        self._level -= count

    def _fill(self, now: float) -> None:
        self._level = min(self._burst, self._level + (now - self._at) * self._per_second)
        self._at = now
