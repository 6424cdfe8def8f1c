"""One channel's emotion stream: a bounded window of spans, and how far the meter has certainly got.

Which spans count for an utterance is a property of the emotion stream alone: those that came before the
stream's *frontier* passed the utterance's end. When the transcript arrives plays no part, so the join
gives the same answer however the two providers' events interleave.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from wingman.config.correlate import CorrelateSettings
from wingman.core.emotion import EmotionSpan
from wingman.core.time import SampleTime, Span, samples, samples_of_ms

END_TOLERANCE = samples_of_ms(300)
"""Two providers never hear speech end at the same sample: a span that ends this much early closes it."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A span, and where the stream's frontier was when it came."""

    span: EmotionSpan
    frontier: SampleTime


class Measurements:
    """What one channel's meter has said. Bounded by seconds and by number."""

    def __init__(self, settings: CorrelateSettings) -> None:
        self._reach = samples(settings.grace_s)
        self._window = samples(settings.window_s)
        self._limit = settings.window_events
        self._kept: list[_Kept] = []
        self._ends: list[tuple[SampleTime, SampleTime]] = []
        """End and start of each, rising: the order of the join."""
        self._moves: list[tuple[SampleTime, SampleTime]] = []
        """Every new frontier, and the moment the meter had got to when it was reached; both rise."""
        self.frontier: SampleTime = -1
        """Utterances that end at or before this have got all the spans they will get."""
        self.watermark: SampleTime = 0
        """The meter's own promise (`Progress`): nothing that ends before this is still to come."""

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, span: EmotionSpan) -> bool:
        """Keep a span. False when the very same one was there already (a replay)."""
        key = (span.span.end, span.span.start)
        at = len(self._ends)
        if at and key <= self._ends[-1]:
            at = bisect_left(self._ends, key)
            while at < len(self._ends) and self._ends[at] == key:
                if self._kept[at].span == span:
                    return False
                at += 1
        self._ends.insert(at, key)
        self._kept.insert(at, _Kept(span, self.frontier))
        self._move(span.span.end + END_TOLERANCE, span.span.end)
        self._prune()
        return True

    def missed(self, span: Span) -> None:
        """The meter will never report on `span`: waiting for it is pointless."""
        self._move(span.end + END_TOLERANCE, span.end)

    def progress(self, upto: SampleTime) -> None:
        """Nothing before `upto` is to come."""
        self.watermark = max(self.watermark, upto)
        self._move(upto, upto)

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
        self._ends.clear()

    def in_time(self, end: SampleTime) -> bool:
        """Whether the meter got past `end` before its grace was over. A property of its stream alone."""
        at = bisect_left(self._moves, (end, -1))
        return at < len(self._moves) and self._moves[at][1] <= end + self._reach

    def over(self, span: Span) -> list[EmotionSpan]:
        """The spans that count for `span`, by rising end: the canonical order of the join."""
        latest = span.end + self._reach
        found = []
        at = bisect_left(self._ends, (span.start, -1))
        while at < len(self._kept):
            kept = self._kept[at]
            if kept.span.span.end > latest:
                break
            if kept.frontier < span.end and kept.span.span.start < span.end:
                found.append(kept.span)
            at += 1
        return found

    def _move(self, frontier: SampleTime, moment: SampleTime) -> None:
        if frontier > self.frontier:
            self.frontier = frontier
            self._moves.append((frontier, moment))
            if len(self._moves) > 2 * self._limit:
                del self._moves[: self._limit]

    def _prune(self) -> None:
        count = len(self._ends)
        if count <= 64 and count <= self._limit:
            return  # pruning a list from its front costs; do it in batches
        oldest = self._ends[-1][0] - self._window
        cut = max(bisect_left(self._ends, (oldest, -1)), count - self._limit)
        if cut >= 32 or count > self._limit:
            del self._kept[:cut], self._ends[:cut]
