"""The join itself: an utterance's span and the measurements over it give one reading."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wingman.core.affect import family_of
from wingman.core.emotion import EmotionInfo, EmotionSpan, Score
from wingman.core.time import SampleTime, Span
from wingman.core.utterance import EmotionReading, Family, ReadingStatus

UNMEASURED, FAINT, LATE = "unmeasured", "faint", "late"
"""Why a reading is unknown; see `EmotionReading.why`."""
TOP = 3
"""How many labels a reading keeps."""

LASTING = 0.4
"""Mean from which an attribute of the voice holds for an utterance: providers list those over 0.7 only."""

ROUNDING = 1e-4
"""Means that differ by less are equal: scores have four digits."""


class WeightedScores:
    """Overlap-weighted means of one source's scores over one span.

    Windows may slide over each other. Each instant of the span belongs to exactly one window: the
    one that ends first of those that cover it, in which it was new. Nothing is counted twice.
    """

    def __init__(self, span: Span) -> None:
        self._free: list[tuple[SampleTime, SampleTime]] = [(span.start, span.end)]
        self._length = max(1, span.length)
        self._covered = 0
        self._sums: dict[str, float] = {}
        self._voice: dict[str, float] = {}

    @property
    def coverage(self) -> float:
        """Share of the utterance that was measured, 0 to 1."""
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
            for heard in measured.attributes:
                self._voice[heard.label] = self._voice.get(heard.label, 0.0) + weight * heard.value

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

    def attributes(self) -> tuple[Score, ...]:
        """What the voice was like for most of the covered part, best first; ties by name."""
        means = {name: round(total / self._covered, 4) for name, total in self._voice.items()}
        lasting = [Score(name, mean) for name, mean in means.items() if mean >= LASTING]
        return tuple(sorted(lasting, key=lambda score: (-score.value, score.label))[:TOP])

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

    Scores of different sources are never mixed, nor those of different faces: what covers more of it answers
    (ties by name), as when a meter was replaced in mid-utterance.
    """
    tallies: dict[tuple[str, str], WeightedScores] = {}
    for one in measured:
        tally = tallies.get((one.source, one.subject))
        if tally is None:
            tallies[one.source, one.subject] = tally = WeightedScores(span)
        tally.add(one)
    if not tallies:
        return EmotionReading(ReadingStatus.UNKNOWN, source=info.name, why=UNMEASURED)
    best = min(tallies, key=lambda key: (-tallies[key].coverage, key))
    tally = tallies[best]
    top, coverage, attributes = tally.best(), round(tally.coverage, 4), tally.attributes()
    score = top[0].value if top else 0.0
    known = coverage >= min_coverage and bool(top) and score >= info.floor
    return EmotionReading(
        ReadingStatus.KNOWN if known else ReadingStatus.UNKNOWN,
        label=top[0].label if known else "",
        family=family_of(top[0].label) if known else Family.UNKNOWN,
        score=score if known else 0.0,
        strength=strength(score, info) if known else "",
        band=band(score, info) if known else "",
        top=top,
        coverage=coverage,
        source=best[0],
        why="" if known else UNMEASURED if coverage < min_coverage else FAINT,
        attributes=attributes,
        subject=_which(best[1], tallies),
    )


def _which(subject: str, tallies: Iterable[tuple[str, str]]) -> str:
    """`2 of 3` where several faces were seen; empty for the only one."""
    seen = {other for _, other in tallies}
    return f"{subject} of {len(seen)}" if len(seen) > 1 else ""


def band(value: float, info: EmotionInfo) -> str:
    """The score in the provider's own words; empty where it has none."""
    return next((words for least, words in reversed(info.bands) if value >= least), "")


def strength(value: float, info: EmotionInfo) -> str:
    """`weak`, `moderate` or `strong` on the meter's own scale."""
    return "strong" if value >= info.strong else "moderate" if value >= info.moderate else "weak"


def of_speaker(measured: Iterable[EmotionSpan], speaker: str) -> list[EmotionSpan]:
    """Drop the spans a meter has given to somebody else."""
    label = speaker.partition(":")[2]
    return [one for one in measured if one.speaker in (None, speaker) or one.speaker == label]
