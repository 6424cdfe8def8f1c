"""What several transcribers say of one recording, in the order in which it was said. Pure.

Each channel of a recording is transcribed as fast as it can be, in pieces of minutes, so one is far ahead of
the other. A conversation is understood in its order: what is said is handed on when all have come so far.
"""

from __future__ import annotations

import heapq
import itertools
import math

from wingman.core.errors import Branch, Missed, Progress, ProviderState
from wingman.core.speech import Final, Interim, TimedEvent
from wingman.core.time import Channel, SampleTime


class RecordingOrder:
    """Put a channel's events in, take them out in media time. One channel's events never change places."""

    def __init__(self) -> None:
        self._reached: dict[Channel, float] = {}
        self._last: dict[Channel, SampleTime] = {}
        self._heap: list[tuple[SampleTime, int, TimedEvent]] = []
        self._count = itertools.count()
        self._released = False
        self.told: SampleTime = 0
        """Media time up to which everything was handed on."""

    @property
    def over(self) -> bool:
        """Everything was handed on and nothing more will come."""
        return self._released and not self._heap

    def expect(self, channel: Channel) -> None:
        """A transcriber runs on this channel: the others wait for it."""
        self._reached.setdefault(channel, 0)

    def put(self, channel: Channel, event: TimedEvent) -> None:
        """Something a channel's transcriber said."""
        at = max(self._last.get(channel, 0), _time(event))
        self._last[channel] = at
        heapq.heappush(self._heap, (at, next(self._count), event))
        if isinstance(event, Progress) and event.branch is Branch.TRANSCRIBE:
            self._reached[channel] = max(self._reached.get(channel, 0), event.upto)
        elif isinstance(event, ProviderState):
            self._reached[channel] = math.inf if event.health.over else float(at)

    def take(self) -> tuple[SampleTime, TimedEvent] | None:
        """The next event that nothing can still come before, and its time; None while there is none."""
        if not self._heap or (not self._released and self._heap[0][0] > min(self._reached.values())):
            return None
        at, _, event = heapq.heappop(self._heap)
        self.told = max(self.told, at)
        return at, event

    def release(self) -> None:
        """No channel is waited for any more."""
        self._released = True


def _time(event: TimedEvent) -> SampleTime:
    match event:
        case Final() | Interim() | Missed():
            return event.span.end
        case Progress():
            return event.upto
        case ProviderState():
            return 0
        case _:
            return getattr(event, "at", 0)
