"""Which wall time a moment of a recorded meeting had, and which moment a wall time was. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from wingman.archive.bundle import Bundle
from wingman.archive.provider_events import Advanced
from wingman.core.events import CaptureState
from wingman.core.time import Channel, SampleTime, samples, seconds


class RecordClock:
    """One channel of a record. Media time need not have run at the wall's pace: a posted file may be faster.

    It knows the record's looks at the clock; between and without them media time is taken to run at 1×.
    """

    def __init__(self, bundle: Bundle, channel: Channel) -> None:
        looks = (told for told in bundle.heard if isinstance(told, Advanced) and told.channel is channel)
        marks = [(told.now, told.at) for told in looks]
        if not marks:
            marks = [(0, _began(bundle, channel))]
        self._media: list[SampleTime] = []
        self._wall: list[float] = []
        for media, wall in marks:  # the wall clock may have been set back
            self._media.append(max(media, self._media[-1]) if self._media else media)
            self._wall.append(max(wall, self._wall[-1]) if self._wall else wall)

    def wall(self, media: SampleTime) -> float:
        """When the channel had come to `media`."""
        at = bisect_left(self._media, media)
        if at < len(self._media):
            return self._wall[at] - (seconds(self._media[0] - media) if at == 0 else 0.0)
        return self._wall[-1] + seconds(media - self._media[-1])

    def media(self, wall: float) -> SampleTime:
        """How far the channel had come by `wall`; not before its beginning."""
        at = bisect_right(self._wall, wall) - 1
        if at < 0:
            return max(0, self._media[0] - samples(self._wall[0] - wall))
        if at + 1 < len(self._media):
            return self._media[at]
        return self._media[at] + samples(wall - self._wall[at])


def _began(bundle: Bundle, channel: Channel) -> float:
    """Wall time of media time 0, as near as the events tell it."""
    for event in bundle.events:
        data = event.data
        if isinstance(data, CaptureState) and data.channel is channel and data.state == "capturing":
            return event.at - (event.media.start if event.media is not None else 0.0)
    return bundle.events[0].at if bundle.events else 0.0


def merged(marks: Sequence[tuple[SampleTime, SampleTime]]) -> tuple[tuple[SampleTime, SampleTime], ...]:
    """Stretches in order, those that touch made one and empty ones left out."""
    out: list[tuple[SampleTime, SampleTime]] = []
    for start, end in sorted(marks):
        if end <= start:
            continue
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return tuple(out)
