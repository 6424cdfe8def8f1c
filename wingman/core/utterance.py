"""The join's result: what was said, by whom, and how."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from wingman.core.emotion import Score
from wingman.core.speech import Word
from wingman.core.time import Channel, SampleTime, Span


class Family(StrEnum):
    """The few families all providers' labels map to; see `wingman.core.affect`."""

    ENGAGED = "engaged"
    POSITIVE = "positive"
    DOUBTFUL = "doubtful"
    NEGATIVE = "negative"
    LOW_ENERGY = "low-energy"
    NEUTRAL = "neutral"
    UNKNOWN = "unknown"


class ReadingStatus(StrEnum):
    """Whether an emotion is known, and if not, why."""

    PENDING = "pending"
    """The meter has not yet reported past the utterance's end; one revision may follow."""
    KNOWN = "known"
    UNKNOWN = "unknown"
    """Measured, and there is no honest answer: too little coverage, or nothing over the floor."""
    OFF = "off"
    """No meter runs on this channel (policy, budget or configuration)."""


@dataclass(frozen=True, slots=True)
class EmotionReading:
    """The dominant emotion of one utterance."""

    status: ReadingStatus
    label: str = ""
    """The provider's label; empty unless `status` is `KNOWN`."""
    family: Family = Family.UNKNOWN
    score: float = 0.0
    strength: str = ""
    """`weak`, `moderate` or `strong` on the provider's own scale; empty unless known."""
    top: tuple[Score, ...] = ()
    """Up to three best labels, best first."""
    band: str = ""
    """The score in the provider's own words (`moderately perceived`), where it has some."""
    coverage: float = 0.0
    """Share of the utterance that measurements cover, 0 to 1."""
    source: str = ""
    why: str = ""
    """Of an unknown reading: `unmeasured` (nothing covers enough of it), `faint` (measured, and nothing
    reaches the threshold) or `late` (the meter did not get to its end in time)."""
    attributes: tuple[Score, ...] = ()
    """What the voice was like for most of it (`husky`, `fast`), best first, where a provider says so."""
    subject: str = ""
    """Of a face, where several were seen: which one this is (`2 of 3`)."""


def settled(*readings: EmotionReading | None) -> bool:
    """None of these is still to come."""
    return all(one is None or one.status is not ReadingStatus.PENDING for one in readings)


EMOTION_PENDING = EmotionReading(ReadingStatus.PENDING)
EMOTION_OFF = EmotionReading(ReadingStatus.OFF)


@dataclass(frozen=True, slots=True)
class Sound:
    """A vocal burst as the transcript shows it."""

    word: str
    """What the line says: `laughs`."""
    label: str
    """The provider's label."""
    score: float
    start: SampleTime
    end: SampleTime


@dataclass(frozen=True, slots=True)
class LoneSound:
    """A vocal burst that belongs to no utterance told so far: a laugh between two sentences."""

    channel: Channel
    sound: Sound
    utterance: str = ""
    """Id of the utterance it stands beside when that was told, and settled, before it."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """Words of one speaker on one channel up to the end of speech, with their emotion."""

    id: str
    """Stable over revisions and replays: derived from channel and start, not from a counter of arrivals."""
    channel: Channel
    speaker: str
    """`tab`/`mic` without diarization, else channel and label (`tab:1`)."""
    start: SampleTime
    end: SampleTime
    text: str
    words: tuple[Word, ...]
    confidence: float
    """Mean word confidence, 0 to 1."""
    emotion: EmotionReading
    revision: int = 0
    language: EmotionReading | None = None
    """What the words express by themselves; None where no such meter runs. Never mixed with `emotion`."""
    face: EmotionReading | None = None
    """What the face showed; None where no pictures are measured. Never mixed with the others."""
    sounds: tuple[Sound, ...] = ()
    """Laughs, sighs and the like beside or between its words, in order."""

    @property
    def span(self) -> Span:
        """The media time it covers."""
        return Span(self.start, self.end)

    @property
    def settled(self) -> bool:
        """No reading of it is still to come."""
        return settled(self.emotion, self.language, self.face)


@dataclass(frozen=True, slots=True)
class EmotionShift:
    """A speaker's emotion left its own running baseline (with hysteresis)."""

    channel: Channel
    speaker: str
    at: SampleTime
    before: Family
    after: Family
    utterance: str
    """Id of the utterance that tipped it."""
