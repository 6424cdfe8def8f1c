"""Provider time to `SampleTime`, per connection. Pure.

A provider counts the samples it accepted on this connection. The map is piecewise: one breakpoint for the
first block, and one wherever the next block does not begin where the one before it ended.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise

from wingman.core.time import SampleTime, Span, samples


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """From `position` samples accepted on, media time runs from `at`."""

    position: int
    at: SampleTime
    known: bool = True
    """False: up to the next one nobody knows; `at` is where what is known ended."""


class Offsets:
    """The map of one connection; make a new one for each."""

    def __init__(self, origin: SampleTime = 0) -> None:
        self._points = [Breakpoint(0, origin)]
        self.accepted = 0
        """Samples handed to the provider on this connection."""
        self.reached = origin
        """Media time of the next sample, if it is contiguous."""

    def sent(self, start: SampleTime, count: int) -> None:
        """`count` samples that begin at media time `start` were handed over."""
        if start != self.reached:
            self.jump(start)
        self.accepted += count
        self.reached += count

    def jump(self, to: SampleTime) -> None:
        """Media time moves on without audio (a gap): the next sample belongs to `to`."""
        if to == self.reached:
            return
        if self._points[-1].position == self.accepted:
            self._points.pop()
        self._points.append(Breakpoint(self.accepted, to))
        self.reached = to

    def retract(self, count: int) -> None:
        """The provider refused the last `count` samples: they did not advance its clock."""
        at = self.start_at(self.accepted - count)
        self.accepted -= count
        self._cut(self.accepted)
        if not self._points or not self._points[-1].known:
            self._points.append(Breakpoint(self.accepted, at))
        self.reached = self.start_at(self.accepted)

    def refused(self, since: int, count: int) -> None:
        """The provider refused `count` of the samples from `since` on, and nobody knows which.

        Its clock stands that much earlier. Between `since` and there no time is claimed any more; what is sent
        from now on is where it was.
        """
        known_to, reached = self.end_at(since), self.reached
        self.accepted -= count
        self._cut(since)
        if since < self.accepted:
            self._points.append(Breakpoint(since, known_to, known=False))
        self._points.append(Breakpoint(self.accepted, reached))

    def forget(self, position: int) -> None:
        """Nothing before `position` will be asked for again: keeps the map short in a long meeting."""
        keep = bisect_right(self._points, position, key=lambda p: p.position) - 1
        if keep > 0:
            del self._points[:keep]

    def start_at(self, position: int) -> SampleTime:
        """Media time of the sample number `position`; after a gap or a refusal when it lies on one."""
        last = self._points[-1]
        if last.known and position >= last.position:  # what is asked for most: what was sent lately
            return last.at + position - last.position
        after = bisect_right(self._points, position, key=lambda p: p.position)
        if self._knows(position):
            return self._at(position, after)
        return self._points[after].at

    def end_at(self, position: int) -> SampleTime:
        """Media time at which something that ends before sample `position` ends; before a gap or a refusal."""
        last = self._points[-1]
        if last.known and position > last.position:
            return last.at + position - last.position
        return self._at(position, bisect_left(self._points, position, key=lambda p: p.position))

    def span(self, start_s: float, end_s: float) -> Span:
        """A provider's `[start, end)` in its own seconds as media time. Never inverted."""
        first, last = samples(start_s), samples(end_s)
        start = self.start_at(first)
        return Span(start, max(start, self.end_at(last)))

    def pieces(self, first: int, last: int) -> list[Span]:
        """Media time of the accepted samples `[first, last)`: one span a stretch without a gap or refusal."""
        inner = [p.position for p in self._points if first < p.position < last]
        bounds = [first, *inner, last]
        return [Span(self.start_at(a), self.end_at(b)) for a, b in pairwise(bounds) if self._knows(a)]

    def _knows(self, position: int) -> bool:
        after = bisect_right(self._points, position, key=lambda p: p.position)
        return self._points[max(0, after - 1)].known

    def _at(self, position: int, after: int) -> SampleTime:
        point = self._points[max(0, after - 1)]
        return point.at + position - point.position if point.known else point.at

    def _cut(self, position: int) -> None:
        """Forget what the map says from `position` on."""
        while self._points and self._points[-1].position >= position:
            self._points.pop()
