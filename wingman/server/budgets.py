"""How much one grant may ask for, however many connections it uses. Pure; time is an argument."""

from __future__ import annotations

from dataclasses import dataclass

MESSAGES_PER_SECOND, MESSAGE_BURST = 20.0, 100.0
"""Messages up over event sockets."""
MEETINGS_PER_MINUTE, MEETING_BURST = 20.0, 40.0
"""Meetings begun, by WHIP or the API."""
BYTES_PER_SECOND, BYTES_BURST = 8e6, 8.0 * 1024**3
"""Bytes of request bodies: two recordings of the largest size at once."""
SILENT_SESSIONS = 8
"""WHIP sessions of one grant that have no connection (yet)."""


@dataclass(slots=True)
class TokenBucket:
    """`rate` a second on average, `burst` at once."""

    rate: float
    burst: float
    level: float
    at: float
    among: int = 1
    """So many such buckets are one limit together: each thing costs as many times as much here."""

    @classmethod
    def full(cls, rate: float, burst: float, now: float) -> TokenBucket:
        return cls(rate, burst, burst, now)

    def take(self, now: float, amount: float = 1.0) -> bool:
        """False when there is not enough left; nothing is taken then."""
        self.level = min(self.burst, self.level + max(0.0, now - self.at) * self.rate)
        self.at = max(self.at, now)
        if self.level < amount * self.among:
            return False
        self.level -= amount * self.among
        return True


@dataclass(slots=True)
class GrantBudget:
    """What one grant has left."""

    messages: TokenBucket
    meetings: TokenBucket
    bytes: TokenBucket

    @classmethod
    def full(cls, now: float) -> GrantBudget:
        return cls(
            TokenBucket.full(MESSAGES_PER_SECOND, MESSAGE_BURST, now),
            TokenBucket.full(MEETINGS_PER_MINUTE / 60, MEETING_BURST, now),
            TokenBucket.full(BYTES_PER_SECOND, BYTES_BURST, now),
        )

    def share(self, nodes: int) -> None:
        """So many nodes answer for the grant: each lets it have its part."""
        for bucket in (self.messages, self.meetings, self.bytes):
            bucket.among = nodes
