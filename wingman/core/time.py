"""One clock: integer samples at 16 kHz since the channel began.

Every join in the pipeline happens on `SampleTime`. Wall-clock time is attached once per channel, for
display only; a provider's seconds are worth nothing until `wingman.link.offsets` has put them here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

SAMPLE_RATE = 16_000
"""Samples per second of the pipeline's audio (mono, signed 16-bit little-endian)."""

BYTES_PER_SAMPLE = 2

SampleTime: TypeAlias = int
"""Samples at 16 kHz since the channel began."""


class Channel(StrEnum):
    """Where a voice comes from: `TAB` is the others, `MIC` is the user."""

    TAB = "tab"
    MIC = "mic"


def seconds(samples: int) -> float:
    """Samples as seconds. Exact: a multiple of 1/16000 survives `samples(seconds(n)) == n`."""
    return samples / SAMPLE_RATE


def samples(seconds: float) -> int:
    """Seconds as the nearest whole sample."""
    return round(seconds * SAMPLE_RATE)


def samples_of_ms(milliseconds: float) -> int:
    """Milliseconds as the nearest whole sample (1 ms is 16 samples)."""
    return round(milliseconds * SAMPLE_RATE / 1000)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open stretch of media time `[start, end)`, in samples."""

    start: SampleTime
    end: SampleTime

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"a span cannot end ({self.end}) before it starts ({self.start})")

    @property
    def length(self) -> int:
        """Samples covered."""
        return self.end - self.start

    @property
    def seconds(self) -> float:
        """Seconds covered."""
        return self.length / SAMPLE_RATE

    def overlap(self, other: Span) -> int:
        """Samples that both spans cover; 0 when they do not meet."""
        return max(0, min(self.end, other.end) - max(self.start, other.start))

    def hull(self, other: Span) -> Span:
        """The shortest span that covers both."""
        return Span(min(self.start, other.start), max(self.end, other.end))


def clock(seconds: float) -> str:
    """`mm:ss`, or `h:mm:ss` from one hour on."""
    whole = int(seconds)
    hours, minutes = whole // 3600, whole % 3600 // 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes:02}:{whole % 60:02}"
