"""Finds a provider that is connected and yet gone. Pure.

A half-open peer accepts audio and says nothing; a peer that does not read lets our buffer grow; a stalled
one talks and settles nothing. All three show in one number: media sent minus media acknowledged.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from wingman.core.time import SAMPLE_RATE


class Stall(StrEnum):
    """Why a peer counts as dead."""

    UNANSWERED = "it accepts audio and answers nothing"
    UNREAD = "it does not read what is sent"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait. Defaults find a dead peer within 8 s of audio that flows."""

    slack_s: float = 2.0
    """Unacknowledged media up to this is normal: results come about once per second of audio."""
    limit_s: float = 5.5
    """With more than the slack outstanding and no progress for this long, the peer is dead."""


class Watchdog:
    """Media sent against media acknowledged, both counted in samples on this connection."""

    def __init__(self, patience: Patience = Patience()) -> None:
        self._slack = round(patience.slack_s * SAMPLE_RATE)
        self._limit = patience.limit_s
        self._whole = patience.slack_s + patience.limit_s
        self._sent = 0
        self._acknowledged = 0
        self.outstanding = 0
        """Samples sent and not yet acknowledged."""
        self._waiting: float | None = None
        self._blocked: float | None = None

    def sent(self, upto: int, now: float) -> None:
        """Audio up to sample `upto` was handed over (so the peer's socket took it)."""
        if upto > self._sent:
            self._sent = upto
            self.outstanding = upto - self._acknowledged
        self._blocked = None
        if self._waiting is None and self.outstanding > self._slack:
            self._waiting = now

    def acknowledged(self, upto: int, now: float) -> None:
        """The peer has answered for the audio before sample `upto`; only an advance is progress."""
        if upto <= self._acknowledged:
            return
        self._acknowledged = upto
        self.outstanding = self._sent - upto
        self._waiting = now if self.outstanding > self._slack else None

    def blocked(self, now: float) -> None:
        """Audio is due and our buffer towards the peer is full."""
        if self._blocked is None:
            self._blocked = now

    def due(self) -> float | None:
        """When the peer will count as dead if nothing changes; None while all is well."""
        times = []
        if self._waiting is not None:
            times.append(self._waiting + self._limit)
        if self._blocked is not None:
            times.append(self._blocked + self._whole)
        return min(times, default=None)

    def verdict(self, now: float) -> Stall | None:
        """Whether the peer counts as dead at `now`, and why."""
        if self._blocked is not None and now >= self._blocked + self._whole:
            return Stall.UNREAD
        if self._waiting is not None and now >= self._waiting + self._limit:
            return Stall.UNANSWERED
        return None
