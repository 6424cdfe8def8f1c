"""Audio as it travels between ingest, the tape and the provider branches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from wingman.core.time import BYTES_PER_SAMPLE, SampleTime, Span


class GapCause(StrEnum):
    """Why a stretch of media time carries no audio (or was not heard by a provider)."""

    REANCHOR = "reanchor"
    """The sender's clock jumped (backwards, or by more than the timeline fills with silence)."""
    NOT_SENT = "not_sent"
    """The sender was there and sent nothing: its device was gone, it slept, or it sends no silence. As far as
    the packets' numbers tell, none was lost."""
    RECONNECT = "reconnect"
    """The capturing client was away and came back under the same meeting."""
    LOST = "lost"
    """So many packets in a row were lost on the way in that a word may be missing. Up to two seconds of it are
    silence to readers."""
    RECORDING = "recording"
    """The recording holds no sound for this stretch."""
    PAUSED = "paused"
    """The user paused: the audio was never written, so no branch can leak it."""
    OVERRUN = "overrun"
    """A reader fell further behind than the tape holds."""
    OUTAGE = "outage"
    """The provider was unreachable for this stretch."""
    LIVE_EDGE = "live_edge"
    """The provider does not accept audio faster than real time, so the backlog was skipped."""
    PROVIDER = "provider"
    """The provider accepted the audio and failed to answer for it."""
    UNCLEAR = "unclear"
    """Somebody seems to speak here, and what a model on this machine made of it cannot be believed."""
    INTERRUPTED = "interrupted"
    """The service stopped without warning; what it had heard and not settled went with it."""
    UNACCOUNTED = "unaccounted"
    """Found at the end of the meeting: nobody answered for this stretch, and nobody had said so."""


GAP_WORDS: Mapping[GapCause, str] = {
    GapCause.REANCHOR: "the sound jumped",
    GapCause.NOT_SENT: "no sound was sent",
    GapCause.RECONNECT: "reconnected",
    GapCause.LOST: "sound was lost on the way",
    GapCause.RECORDING: "the recording holds no sound here",
    GapCause.PAUSED: "paused",
    GapCause.OVERRUN: "too much at once",
    GapCause.OUTAGE: "the transcript was interrupted",
    GapCause.LIVE_EDGE: "the transcript had fallen behind",
    GapCause.PROVIDER: "nobody answered for it",
    GapCause.UNCLEAR: "what was said there is unclear",
    GapCause.INTERRUPTED: "Wingman stopped here",
    GapCause.UNACCOUNTED: "nobody answered for it",
}
"""What a cause is called where people read of it."""


def gap_words(cause: str) -> str:
    """What people read; a cause of a later version stands as it is."""
    return GAP_WORDS[GapCause(cause)] if cause in set(GapCause) else cause.replace("_", " ")


SOUNDLESS = frozenset(
    {GapCause.REANCHOR, GapCause.NOT_SENT, GapCause.RECONNECT, GapCause.RECORDING, GapCause.PAUSED}
)
"""Gaps in which nothing was recorded, so that there was nothing to hear and nothing could be missed."""


class PcmBlock(msgspec.Struct, frozen=True, gc=False):
    """Mono 16 kHz signed 16-bit little-endian audio that begins at `start`.

    One is made of every packet, which costs a fifth of what a frozen dataclass does.
    """

    start: SampleTime
    pcm: bytes

    @property
    def length(self) -> int:
        """Samples held."""
        return len(self.pcm) // BYTES_PER_SAMPLE

    @property
    def end(self) -> SampleTime:
        """The first sample after it."""
        return self.start + len(self.pcm) // BYTES_PER_SAMPLE

    @property
    def span(self) -> Span:
        """The media time it covers."""
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Gap:
    """Media time without audio. Readers get it in place of the block they would have had."""

    span: Span
    cause: GapCause
