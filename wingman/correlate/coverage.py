"""Which samples of a channel are accounted for: in a final's window, in a told gap, or in known silence. Pure.

The promise is that at the end of a meeting every sample is in exactly one of the three. What a provider's link
believes of itself is not asked: this counts what was really said of each stretch, so a link that loses track of
a final is found out.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from wingman.core.time import SampleTime, Span, samples_of_ms

ROUNDING = samples_of_ms(40)
"""A transcriber may answer for this much less than the last sample, and events tell milliseconds."""


class SpanSet:
    """A set of samples, kept as disjoint spans in order; spans that touch are one."""

    __slots__ = ("_ends", "_starts")

    def __init__(self) -> None:
        self._starts: list[SampleTime] = []
        self._ends: list[SampleTime] = []

    @property
    def spans(self) -> tuple[Span, ...]:
        """Its stretches in order; none touch."""
        return tuple(Span(start, end) for start, end in zip(self._starts, self._ends, strict=True))

    def add(self, span: Span) -> tuple[Span, ...]:
        """Put `span` in. Returns the parts of it that were not there before."""
        fresh = self.missing(span.start, span.end)
        if fresh:
            first = bisect_left(self._ends, span.start)
            last = bisect_right(self._starts, span.end)
            start, end = span.start, span.end
            if first < last:
                start, end = min(start, self._starts[first]), max(end, self._ends[last - 1])
            self._starts[first:last] = [start]
            self._ends[first:last] = [end]
        return fresh

    def missing(self, start: SampleTime, end: SampleTime) -> tuple[Span, ...]:
        """The parts of `[start, end)` that are not in the set."""
        found: list[Span] = []
        at = start
        for index in range(bisect_right(self._ends, start), len(self._starts)):
            if self._starts[index] >= end:
                break
            if self._starts[index] > at:
                found.append(Span(at, self._starts[index]))
            at = max(at, self._ends[index])
        if at < end:
            found.append(Span(at, end))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Totals:
    """Samples by what is known of them."""

    heard: int = 0
    """In a final's window: whatever was said there is in the transcript."""
    missed: int = 0
    """In a gap that was told."""
    silent: int = 0
    """Nothing was recorded, or a detector on this machine heard no speech."""


class Coverage:
    """The account of one channel. A sample belongs to whoever claims it first."""

    def __init__(self) -> None:
        self._known = SpanSet()
        self._heard = self._missed = self._silent = 0

    @property
    def totals(self) -> Totals:
        """Samples by what covers them."""
        return Totals(self._heard, self._missed, self._silent)

    def heard(self, span: Span) -> None:
        """A final's window."""
        self._heard += _length(self._known.add(span))

    def silent(self, span: Span) -> None:
        """Known silence: a pause, or a stretch in which a detector heard nobody."""
        self._silent += _length(self._known.add(span))

    def missed(self, span: Span) -> tuple[Span, ...]:
        """Nobody will ever answer for `span`. Returns the parts to tell: those not accounted for so far."""
        fresh = self._known.add(span)
        self._missed += _length(fresh)
        return fresh

    def answered(self, upto: SampleTime) -> None:
        """A transcriber whose finals cover speech alone answered for all before `upto`: the rest is silent."""
        self.silent(Span(0, max(0, upto)))

    def uncovered(self, end: SampleTime) -> tuple[Span, ...]:
        """The parts of the timeline before `end` that nobody has accounted for."""
        return self._known.missing(0, end)


def _length(spans: tuple[Span, ...]) -> int:
    return sum(span.length for span in spans)
