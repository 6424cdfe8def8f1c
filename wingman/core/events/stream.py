"""What is sent to one client only: these are not logged and have no number of their own."""

from __future__ import annotations

from dataclasses import dataclass, field

from wingman.core.events.base import Event, event
from wingman.core.json import JsonObject


@event("stream.reset")
@dataclass(frozen=True, slots=True)
class StreamReset(Event):
    """Sent to one client only (not logged): what it asked for is gone; a snapshot follows."""

    reason: str
    snapshot: JsonObject = field(default_factory=dict)
    epoch: int = 0
    """As in `stream.caught_up`."""


@event("stream.caught_up")
@dataclass(frozen=True, slots=True)
class StreamCaughtUp(Event):
    """Sent to one client only (not logged): everything up to `seq` has been delivered."""

    last: int
    epoch: int = 0
    """Which of the meeting's nodes wrote that, counted from 1; 0 for a service of one process."""
