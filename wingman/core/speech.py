"""What a transcriber says, on our clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from wingman.core.errors import Missed, Progress, ProviderState
from wingman.core.losses import Loss
from wingman.core.time import Channel, SampleTime, Span


@dataclass(frozen=True, slots=True)
class Word:
    """One word as it should be shown (punctuated when the provider punctuates)."""

    text: str
    start: SampleTime
    end: SampleTime
    confidence: float = 1.0
    """0 to 1; comparable only within one provider."""
    speaker: str | None = None
    """The provider's diarization label, made unique per connection; None without diarization."""

    @property
    def span(self) -> Span:
        """The media time it covers."""
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Interim:
    """The whole unsettled window as heard so far. Each replaces the one before; never append."""

    channel: Channel
    span: Span
    words: tuple[Word, ...]
    firm: int = 0
    """Words at the beginning that two hypotheses in a row agree on: likely to stay, never a promise."""


@dataclass(frozen=True, slots=True)
class Final:
    """A settled window: its words will not be sent again. Windows of a channel do not overlap."""

    channel: Channel
    span: Span
    words: tuple[Word, ...]
    endpoint: bool = False
    """True when the provider heard the speaker stop here (Deepgram's `speech_final`)."""


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """A voice began. A hint for the overlay and the gate; never needed for correctness."""

    channel: Channel
    at: SampleTime


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """Nobody has spoken since `at` (Deepgram's `UtteranceEnd`, a local detector's end of speech)."""

    channel: Channel
    at: SampleTime


SpeechEvent: TypeAlias = Interim | Final | SpeechStarted | SpeechEnded
TimedEvent: TypeAlias = SpeechEvent | Progress | Missed | ProviderState
"""What is joined with everything else that is heard."""
TranscriberEvent: TypeAlias = TimedEvent | Loss
"""Everything a transcriber may emit."""
