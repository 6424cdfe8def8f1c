"""One channel's utterances and their emotion: told at once, settled once.

A reading is settled when the meter's stream has got past the utterance's end, when the grace is over, or
when no meter can answer any more. Until then the utterance is pending.
"""

from __future__ import annotations

from enum import StrEnum

from wingman.config.correlate import CorrelateSettings
from wingman.core.emotion import EmotionInfo, EmotionSpan
from wingman.core.time import SampleTime, Span, samples
from wingman.core.utterance import EMOTION_OFF, EMOTION_PENDING, EmotionReading, Utterance
from wingman.correlate.measurements import Measurements
from wingman.correlate.overlap import of_speaker, read
from wingman.correlate.turns import NEVER, Turn


class Fate(StrEnum):
    """What became of a measurement."""

    KEPT = "kept"
    LATE = "late"
    """Kept, but readings it belongs to were settled before it came."""
    REPLAYED = "replayed"
    """It was there already."""
    UNEXPECTED = "unexpected"
    """No meter is expected on this channel: it was not even looked at."""


class Readings:
    """The readings of one channel. `now` is the channel's media time."""

    def __init__(self, settings: CorrelateSettings) -> None:
        self._grace = samples(settings.grace_s)
        self._coverage = settings.min_coverage
        self._measurements = Measurements(settings)
        self._info: EmotionInfo | None = None
        self._pending: list[Utterance] = []
        self._given_up: SampleTime = 0
        """Utterances up to here were settled by the grace, not by the meter."""
        self.over = False
        """The meter says nothing more: it failed for good, was switched off or has ended."""

    @property
    def pending(self) -> int:
        """Utterances whose reading is not settled."""
        return len(self._pending)

    @property
    def held(self) -> int:
        """Measurements kept."""
        return len(self._measurements)

    @property
    def due(self) -> SampleTime:
        """When a pending reading is settled by time alone; 0 when none need wait any longer."""
        if not self._pending:
            return NEVER
        if self._info is None or self.over:
            return 0
        return min([utterance.end for utterance in self._pending]) + self._grace

    def expect(self, info: EmotionInfo | None) -> None:
        """The meter that measures from here on. Another one, or none, begins with nothing measured."""
        if info is None or (self._info is not None and self._info.name != info.name):
            self._measurements.clear()
        self._info = info
        self.over = False

    def measured(self, span: EmotionSpan) -> Fate:
        measurements = self._measurements
        if self._info is None:
            return Fate.UNEXPECTED
        before, promised = measurements.frontier, measurements.watermark
        if not measurements.add(span):
            return Fate.REPLAYED
        late = span.span.end <= promised or span.span.start < self._given_up > before
        return Fate.LATE if late else Fate.KEPT

    def progress(self, upto: SampleTime) -> None:
        """The meter's watermark."""
        self._measurements.progress(upto)

    def missed(self, span: Span) -> None:
        self._measurements.missed(span)

    def tell(self, turn: Turn, name: str, now: SampleTime) -> Utterance:
        """The utterance of `turn`, revision 0, its reading settled if it can be already."""
        words = turn.words
        reading = self._reading(Span(turn.start, turn.end), turn.speaker, now)
        utterance = Utterance(
            id=name,
            channel=turn.channel,
            speaker=turn.speaker,
            start=turn.start,
            end=turn.end,
            text=" ".join([word.text for word in words]),
            words=words,
            confidence=sum([word.confidence for word in words]) / len(words),
            emotion=reading or EMOTION_PENDING,
        )
        if reading is None:
            self._pending.append(utterance)
        return utterance

    def settle(self, now: SampleTime) -> list[Utterance]:
        """Revision 1 of the pending utterances whose reading no longer depends on what may come."""
        settled: list[Utterance] = []
        still: list[Utterance] = []
        for utterance in self._pending:
            reading = self._reading(utterance.span, utterance.speaker, now)
            if reading is None:
                still.append(utterance)
            else:
                settled.append(_revised(utterance, reading))
        if settled:
            self._pending = still
        return settled

    def _reading(self, span: Span, speaker: str, now: SampleTime) -> EmotionReading | None:
        """The settled reading, or None while more may come."""
        info, measurements = self._info, self._measurements
        if info is None:
            return EMOTION_OFF
        if measurements.frontier < span.end and not self.over:
            if now < span.end + self._grace:
                return None
            self._given_up = max(self._given_up, span.end)
        return read(span, of_speaker(measurements.over(span), speaker), info, self._coverage)


def _revised(utterance: Utterance, reading: EmotionReading) -> Utterance:
    return Utterance(
        id=utterance.id,
        channel=utterance.channel,
        speaker=utterance.speaker,
        start=utterance.start,
        end=utterance.end,
        text=utterance.text,
        words=utterance.words,
        confidence=utterance.confidence,
        emotion=reading,
        revision=1,
    )
