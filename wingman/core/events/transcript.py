"""What was said, and how."""

from __future__ import annotations

from dataclasses import dataclass

from wingman.core.errors import Branch
from wingman.core.events.base import Event, Media, event
from wingman.core.media import GapCause
from wingman.core.time import Channel, samples, seconds
from wingman.core.utterance import EmotionReading, Family, Sound, Utterance, settled


@event("transcript.partial")
@dataclass(frozen=True, slots=True)
class TranscriptPartial(Event):
    """Replaces the channel's previous partial; empty text clears it."""

    channel: Channel
    speaker: str
    text: str
    firm: int = 0
    """Characters at the beginning of `text` that will hardly change."""


@event("transcript.gap")
@dataclass(frozen=True, slots=True)
class TranscriptGap(Event):
    """A stretch that a branch did not hear; the envelope's `media` says where."""

    channel: Channel
    branch: Branch
    cause: GapCause


@dataclass(frozen=True, slots=True)
class SoundData:
    """Public form of a vocal burst."""

    word: str
    """What a transcript says for it: `laughs`."""
    label: str
    """The provider's own label."""
    score: float
    start: float
    """Seconds of media time on the channel, as in `Media`."""
    end: float

    @classmethod
    def of(cls, sound: Sound) -> SoundData:
        """The public form of `sound`."""
        return cls(sound.word, sound.label, sound.score, seconds(sound.start), seconds(sound.end))


@dataclass(frozen=True, slots=True)
class UtteranceData(Event):
    """Public form of an utterance (its times are the envelope's `media`)."""

    id: str
    speaker: str
    text: str
    confidence: float
    revision: int
    emotion: EmotionReading
    """How it was said; under `text-only` what its words express."""
    language: EmotionReading | None = None
    """What the words express, beside the voice; None where nobody measures them."""
    face: EmotionReading | None = None
    """What the face showed; None where no pictures are measured."""
    sounds: tuple[SoundData, ...] = ()
    """Laughs, sighs and the like beside or between the words, in order."""

    @property
    def settled(self) -> bool:
        """No reading of it is still to come."""
        return settled(self.emotion, self.language, self.face)

    @classmethod
    def of(cls, utterance: Utterance) -> UtteranceData:
        """The public form of `utterance`."""
        return cls(
            utterance.id,
            utterance.speaker,
            utterance.text,
            round(utterance.confidence, 3),
            utterance.revision,
            utterance.emotion,
            utterance.language,
            utterance.face,
            tuple(SoundData.of(sound) for sound in utterance.sounds),
        )

    def restored(self, media: Media) -> Utterance:
        """The inverse of `of`, without the words one by one and the sounds."""
        return Utterance(
            id=self.id,
            channel=media.channel,
            speaker=self.speaker,
            start=samples(media.start),
            end=samples(media.end),
            text=self.text,
            words=(),
            confidence=self.confidence,
            emotion=self.emotion,
            revision=self.revision,
            language=self.language,
            face=self.face,
        )


@event("utterance.created")
@dataclass(frozen=True, slots=True)
class UtteranceCreated(UtteranceData):
    """Somebody said something (revision 0)."""


@event("utterance.revised")
@dataclass(frozen=True, slots=True)
class UtteranceRevised(UtteranceData):
    """What is known of it now (revision 1): its tone, as a rule."""


@event("voice.sound")
@dataclass(frozen=True, slots=True)
class VoiceSound(Event):
    """A vocal burst that no utterance carries: somebody laughed, and said nothing."""

    word: str
    """What a transcript says for it: `laughs`."""
    label: str
    """The provider's own label."""
    score: float
    utterance: str = ""
    """Id of the utterance it stands beside, when that had been told before."""


@event("transcript.edited")
@dataclass(frozen=True, slots=True)
class TranscriptEdited(Event):
    """The user corrected what was written down. What was heard stays in the log."""

    utterance: str
    text: str
    """The corrected words; empty goes back to what was heard."""


@event("emotion.shift")
@dataclass(frozen=True, slots=True)
class EmotionShifted(Event):
    """A speaker's mood changed for longer than a sentence."""

    speaker: str
    before: Family
    after: Family
    utterance: str
