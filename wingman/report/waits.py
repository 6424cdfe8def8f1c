"""How long a person waited for a card: from the end of the sentence that asked for it, on the wall's clock.
Pure."""

from __future__ import annotations

from dataclasses import dataclass

from wingman.core.events import (
    READ_AS_FILE,
    CaptureState,
    Envelope,
    SuggestionCreated,
    SuggestionSkipped,
    UtteranceCreated,
)
from wingman.core.time import Channel

LONGEST = 300.0
"""Seconds beyond which two clocks do not belong together (a recording that was not played at its own speed)."""


@dataclass(frozen=True, slots=True)
class Wait:
    """One card's wait, in seconds."""

    total: float
    recognition: float
    """Until the sentence was written down."""
    held: str
    """The reason code for which the card was held back after that; empty when it was not."""


class Waits:
    """Follows a meeting's events, oldest first."""

    def __init__(self) -> None:
        self._anchors: dict[Channel, float] = {}
        """Wall time of each channel's first sample."""
        self._ends: dict[str, tuple[float, float]] = {}
        """Utterance → wall time of its end, and of its being written down."""
        self._held: dict[str, str] = {}
        self._now = 0.0
        self._nobody = False
        """Whether the sound is that of a file nobody listens to."""

    def add(self, envelope: Envelope) -> None:
        """Take one event."""
        data, media = envelope.data, envelope.media
        self._now = envelope.at
        if isinstance(data, CaptureState) and data.state == "capturing":
            self._anchors.setdefault(data.channel, envelope.at)
            self._nobody |= data.detail == READ_AS_FILE
        elif isinstance(data, UtteranceCreated) and media is not None:
            anchor = self._anchors.setdefault(media.channel, envelope.at - media.end)
            self._ends[data.id] = anchor + media.end, envelope.at
        elif isinstance(data, SuggestionSkipped) and data.utterance:
            self._held[data.utterance] = data.reason

    def of(self, created: SuggestionCreated) -> Wait | None:
        """The wait for the card that was created by the newest event; None where no sentence asked for it, or
        nobody was there to wait."""
        ended = self._ends.get(created.utterance or "")
        if ended is None or self._nobody:
            return None
        end, written = ended
        total = self._now - end
        if not 0 <= total <= LONGEST:
            return None
        held = self._held.get(created.utterance or "", "") if self._now - written > 0.5 else ""
        return Wait(round(total, 2), round(max(0.0, written - end), 2), held)
