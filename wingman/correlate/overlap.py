"""The join itself: an utterance's span and the measurements over it give one reading."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wingman.core.affect import family_of
from wingman.core.emotion import EmotionInfo, EmotionSpan, Score
from wingman.core.time import SampleTime, Span
from wingman.core.utterance import EmotionReading, ReadingStatus

TOP = 3
"""How many labels a reading keeps."""

ROUNDING = 1e-4
"""Means that differ by less are equal: scores have four digits."""


class Tally:
    """Overlap-weighted means of one source's scores over one span.

    Windows may slide over each other. Each instant of the span belongs to exactly one window: the
    one that ends first of those that cover it, in which it was new. Nothing is counted twice.
    """

    def __init__(self, span: Span) -> None:
        self._free: list[tuple[SampleTime, SampleTime]] = [(span.start, span.end)]
        self._length = max(1, span.length)
        self._covered = 0
        self._sums: dict[str, float] = {}

    @property
    def coverage(self) -> float:
        return self._covered / self._length

    def add(self, measured: EmotionSpan) -> None:
        """Spans must come by rising end."""
        weight = self._claim(measured.span)
        if weight:
            self._covered += weight
            sums = self._sums
            for score in measured.scores:
                label = score.label
                sums[label] = sums.get(label, 0.0) + weight * score.value

    def best(self) -> tuple[Score, ...]:
        """Mean per label over the covered part, best first; ties by label."""
        if not self._covered:
            return ()
        totals = self._sums
        # Hume v0 sends 48 labels: only those that can be among the best are looked at closely
        least = sorted(totals.values(), reverse=True)[:TOP][-1:] or [0.0]
        near = least[0] - self._covered * ROUNDING
        ranked = sorted(
            [(-round(total / self._covered, 4), label) for label, total in totals.items() if total >= near]
        )
        return tuple([Score(label, -value) for value, label in ranked[:TOP]])

    def _claim(self, window: Span) -> int:
        claimed = 0
        left: list[tuple[SampleTime, SampleTime]] = []
        for start, end in self._free:
            low, high = max(start, window.start), min(end, window.end)
            if low >= high:
                left.append((start, end))
                continue
            claimed += high - low
            if start < low:
                left.append((start, low))
            if high < end:
                left.append((high, end))
        self._free = left
        return claimed


def read(span: Span, measured: Sequence[EmotionSpan], info: EmotionInfo, min_coverage: float) -> EmotionReading:
    """The dominant emotion over `span`; `measured` by rising end.

    Scores of different sources are never mixed: when a meter was replaced in mid-utterance, the one
    that covers more of it answers (ties by name).
    """
    tallies: dict[str, Tally] = {}
    for one in measured:
        tally = tallies.get(one.source)
        if tally is None:
            tallies[one.source] = tally = Tally(span)
        tally.add(one)
    if not tallies:
        return EmotionReading(ReadingStatus.UNKNOWN, source=info.name)
    source = min(tallies, key=lambda name: (-tallies[name].coverage, name))
    tally = tallies[source]
    top, coverage = tally.best(), round(tally.coverage, 4)
    if coverage < min_coverage or not top or top[0].value < info.floor:
        return EmotionReading(ReadingStatus.UNKNOWN, top=top, coverage=coverage, source=source)
    return EmotionReading(
        ReadingStatus.KNOWN,
        label=top[0].label,
        family=family_of(top[0].label),
        score=top[0].value,
        strength=strength(top[0].value, info),
        band=next((words for least, words in reversed(info.bands) if top[0].value >= least), ""),
        top=top,
        coverage=coverage,
        source=source,
    )


def strength(value: float, info: EmotionInfo) -> str:
    """`weak`, `moderate` or `strong` on the meter's own scale."""
    return "strong" if value >= info.strong else "moderate" if value >= info.moderate else "weak"


def of_speaker(measured: Iterable[EmotionSpan], speaker: str) -> list[EmotionSpan]:
    """Drop the spans a meter has given to somebody else."""
    label = speaker.partition(":")[2]
    return [one for one in measured if one.speaker in (None, speaker) or one.speaker == label]
