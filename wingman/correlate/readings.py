"""One channel's utterances and their readings: told at once, settled once.

What is measured (the voice, the words, a face) comes in streams of its own. A reading is settled when its
stream has got past the utterance's end, when the grace is over, or when its meter can answer no longer. Until
all are, the utterance is pending.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from wingman.config.correlate import CorrelateSettings
from wingman.core.emotion import EmotionInfo, EmotionSpan
from wingman.core.errors import Branch
from wingman.core.time import SampleTime, Span, samples
from wingman.core.utterance import EMOTION_OFF, EMOTION_PENDING, EmotionReading, ReadingStatus, Utterance
from wingman.correlate.measurements import Measurements
from wingman.correlate.overlap import LATE, of_speaker, read
from wingman.correlate.sounds import Sounds
from wingman.correlate.turns import NEVER, Turn

MEASURED = (Branch.EMOTION, Branch.LANGUAGE, Branch.FACE)
"""What is measured, each apart from the others."""

WHOLE = 0.6
"""What a meter said of an utterance that it did not get past in time counts only if it covers this much."""


class Fate(StrEnum):
    """What became of a measurement."""

    KEPT = "kept"
    LATE = "late"
    """Kept, but readings it belongs to were settled before it came."""
    REPLAYED = "replayed"
    """It was there already."""
    UNEXPECTED = "unexpected"
    """No meter is expected on this channel: it was not even looked at."""


class _Stream:
    """What one meter says of the channel."""

    def __init__(self, settings: CorrelateSettings) -> None:
        self._grace = samples(settings.grace_s)
        self._coverage = settings.min_coverage
        self.measurements = Measurements(settings)
        self.info: EmotionInfo | None = None
        self._given_up: SampleTime = 0
        """Utterances up to here were settled by the grace, not by the meter."""
        self.over = False
        """The meter says nothing more: it failed for good, was switched off or has ended."""

    @property
    def waits(self) -> bool:
        """Something may still come."""
        return self.info is not None and not self.over

    def expect(self, info: EmotionInfo | None) -> None:
        if info is None or (self.info is not None and self.info.name != info.name):
            self.measurements.clear()
        self.info = info
        self.over = False

    def measured(self, span: EmotionSpan) -> Fate:
        measurements = self.measurements
        if self.info is None:
            return Fate.UNEXPECTED
        before, promised = measurements.frontier, measurements.watermark
        if not measurements.add(span):
            return Fate.REPLAYED
        late = span.span.end <= promised or span.span.start < self._given_up > before
        return Fate.LATE if late else Fate.KEPT

    def reading(self, span: Span, speaker: str, now: SampleTime) -> EmotionReading | None:
        """The settled reading, or None while more may come."""
        info, measurements = self.info, self.measurements
        if info is None:
            return EMOTION_OFF
        if measurements.frontier < span.end and not self.over:
            if now < span.end + self._grace:
                return None
            self._given_up = max(self._given_up, span.end)
        reading = read(span, of_speaker(measurements.over(span), speaker), info, self._coverage)
        if 0 < reading.coverage < WHOLE and not measurements.in_time(span.end):
            # the rest of it came too late, or not at all: half of an utterance is not the tone of it
            return EmotionReading(ReadingStatus.UNKNOWN, coverage=reading.coverage, source=info.name, why=LATE)
        return reading


class Readings:
    """The readings of one channel, and the bursts beside them. `now` is the channel's media time."""

    def __init__(self, settings: CorrelateSettings) -> None:
        self._grace = samples(settings.grace_s)
        self._streams = {branch: _Stream(settings) for branch in MEASURED}
        self._voice, self._language, self._face = (self._streams[branch] for branch in MEASURED)
        self._pending: list[Utterance] = []
        self.sounds = Sounds(settings.grace_s)

    @property
    def pending(self) -> int:
        """Utterances whose readings are not settled."""
        return len(self._pending)

    @property
    def held(self) -> int:
        """Measurements kept."""
        return sum([len(stream.measurements) for stream in self._streams.values()])

    @property
    def due(self) -> SampleTime:
        """When a pending reading is settled by time alone; 0 when none need wait any longer."""
        if not self._pending:
            return NEVER
        if not any(stream.waits for stream in self._streams.values()):
            return 0
        return min([utterance.end for utterance in self._pending]) + self._grace

    def expect(self, info: EmotionInfo | None, branch: Branch = Branch.EMOTION) -> None:
        """The meter that measures from here on. Another one, or none, begins with nothing measured."""
        self._streams[branch].expect(info)

    def measured(self, span: EmotionSpan) -> Fate:
        """Take a measurement; says what became of it."""
        return self._streams[span.branch].measured(span)

    def progress(self, upto: SampleTime, branch: Branch) -> None:
        """A meter's watermark."""
        self._streams[branch].measurements.progress(upto)

    def missed(self, span: Span, branch: Branch) -> None:
        """Nobody measured `span`."""
        self._streams[branch].measurements.missed(span)

    def set_over(self, over: bool, branch: Branch) -> None:
        """A meter says nothing more, or does again."""
        self._streams[branch].over = over

    def finish(self) -> None:
        """No meter says anything more."""
        for stream in self._streams.values():
            stream.over = True

    def tell(self, turn: Turn, name: str, now: SampleTime) -> Utterance:
        """The utterance of `turn`, revision 0, its readings settled if they can be already."""
        words = turn.words
        utterance = Utterance(
            id=name,
            channel=turn.channel,
            speaker=turn.speaker,
            start=turn.start,
            end=turn.end,
            text=" ".join([word.text for word in words]),
            words=words,
            confidence=sum([word.confidence for word in words]) / len(words),
            emotion=EMOTION_PENDING,
            sounds=self.sounds.claim(Span(turn.start, turn.end)),
        )
        told = self._read(utterance, now)
        if told.settled:
            self.sounds.settled(told)
        else:
            self._pending.append(told)
        return told

    def settle(self, now: SampleTime) -> list[Utterance]:
        """Revision 1 of the pending utterances whose readings no longer depend on what may come."""
        settled: list[Utterance] = []
        still: list[Utterance] = []
        for utterance in self._pending:
            read = self._read(utterance, now)
            if read.settled:
                sounds = (*read.sounds, *self.sounds.claim(read.span))
                settled.append(replace(read, revision=1, sounds=sounds))
                self.sounds.settled(read)
            else:
                still.append(utterance)
        if settled:
            self._pending = still
        return settled

    def _read(self, utterance: Utterance, now: SampleTime) -> Utterance:
        """With every reading there is; pending ones where more may come."""
        span, speaker = utterance.span, utterance.speaker
        voice, language, face = self._voice, self._language, self._face
        return replace(
            utterance,
            emotion=voice.reading(span, speaker, now) or EMOTION_PENDING,
            language=_beside(language, span, speaker, now),
            face=_beside(face, span, speaker, now),
        )


def _beside(stream: _Stream, span: Span, speaker: str, now: SampleTime) -> EmotionReading | None:
    """A reading that not every meeting has; None where it has none."""
    return (stream.reading(span, speaker, now) or EMOTION_PENDING) if stream.info is not None else None
