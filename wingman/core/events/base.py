"""What every event is made of: an envelope, a payload bound to its wire name, and where in the meeting it
belongs."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from wingman.core.json import JsonObject
from wingman.core.time import Channel, Span, seconds

VERSION = 1


class Event:
    """Any payload: a frozen dataclass that `@event` binds to its wire name."""

    __slots__ = ()
    TYPE: ClassVar[str]


EVENTS: dict[str, type[Event]] = {}
"""Wire name → payload class, in the order of definition."""

E = TypeVar("E", bound=Event)


def event(name: str) -> Callable[[type[E]], type[E]]:
    """Bind a payload class to its wire name (`Class.TYPE` holds it too)."""

    def bind(cls: type[E]) -> type[E]:
        if name in EVENTS:
            raise ValueError(f"two payload classes claim the event type {name!r}")
        EVENTS[name] = cls
        cls.TYPE = name
        return cls

    return bind


@dataclass(frozen=True, slots=True)
class Media:
    """Where in the meeting an event belongs: seconds of media time on one channel."""

    channel: Channel
    start: float
    end: float

    @classmethod
    def of(cls, channel: Channel, span: Span) -> Media:
        """`span` in seconds, on `channel`."""
        return cls(channel, seconds(span.start), seconds(span.end))


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event as it is logged and delivered. `seq` counts from 1 without a gap, per meeting."""

    v: int
    seq: int
    type: str
    meeting: str
    at: float
    """Wall time, seconds since the Unix epoch."""
    data: Event | JsonObject
    """The payload: one of the classes in `EVENTS`, by `type`; plain JSON for a type of a newer version."""
    media: Media | None = None

    def payload(self, kind: builtins.type[E]) -> E:
        """The payload, which has to be a `kind`. Raises `TypeError` when it is not."""
        if not isinstance(self.data, kind):
            raise TypeError(f"a {self.type} carries no {kind.__name__}")
        return self.data


Publish = Callable[[Event, "Media | None"], None]
"""How rooms hand a payload to the log: `publish(payload, media)`. Never blocks, never raises."""
