"""How far a running meeting has come, beside its events: what a start needs to know of one that was killed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from wingman.core.time import Channel

UNWRITTEN_S = 1.5
"""It is written down with each second of sound: a killed meeting has come at most this much further."""


@runtime_checkable
class ReachedLog(Protocol):
    """A log that also keeps how far each channel has come."""

    def keep_reached(self, meeting: str, reached: Mapping[Channel, float]) -> None:
        """Write down the media seconds received so far. Never blocks; skipped while the disk refuses."""
        ...

    async def reached(self, meeting: str) -> Mapping[Channel, float]:
        """What was written down last; nothing for a meeting that ended."""
        ...
