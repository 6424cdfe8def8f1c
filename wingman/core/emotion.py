"""What an emotion meter says, on our clock."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from wingman.core.errors import Branch, Missed, Progress, ProviderState
from wingman.core.time import Channel, Span


class Scale(StrEnum):
    """What a score means. Scores of different scales (or providers) are never compared."""

    PROBABILITY = "probability"
    """The measured chance that the expression is present, 0 to 1 (Hume's current API)."""
    INTENSITY = "intensity"
    """How strongly a listener would perceive it; usually 0 to 1, above 1 is possible (Hume v0)."""
    RELATIVE = "relative"
    """Distance from the speaker's own running baseline, 0 to 1 (local prosody)."""


@dataclass(frozen=True, slots=True)
class Score:
    """One label's score. Labels are the provider's own, in lower case."""

    label: str
    value: float


@dataclass(frozen=True, slots=True)
class EmotionInfo:
    """What a meter can do, and how its scores are to be read."""

    name: str
    remote: bool
    """True when audio or text leaves this machine."""
    scale: Scale
    floor: float
    """Scores below this are no emotion at all; the dominant one must reach it."""
    moderate: float
    """From here on the strength is `moderate`."""
    strong: float
    """From here on the strength is `strong`."""
    bands: tuple[tuple[float, str], ...] = ()
    """The provider's own words for a score, where it has some: (from this score on, words), rising."""


@dataclass(frozen=True, slots=True)
class EmotionSpan:
    """One measurement over a stretch of media time.

    Spans of one provider may overlap (sliding windows). `scores` is sorted by falling value and
    may be empty: "measured, nothing over the provider's floor" is a legal answer.
    """

    channel: Channel
    span: Span
    scores: tuple[Score, ...]
    source: str
    """The provider that measured: `hume`, `hume-v0`, `prosody`, `text`."""
    scale: Scale
    speaker: str | None = None
    """Set when the provider knows who spoke; None means "whoever spoke then"."""
    attributes: tuple[Score, ...] = ()
    """What the voice was like (`husky`, `fast`), where a provider says so; apart from the emotion."""
    branch: Branch = Branch.EMOTION
    """What was measured: the voice (or, under `text-only`, the words), the words beside it, or a face."""
    subject: str = ""
    """Which face of several; empty where there can be only one."""


@dataclass(frozen=True, slots=True)
class VocalBurst:
    """A sound of a voice that is no word: a laugh, a sigh. It says nothing about the speech beside it."""

    channel: Channel
    span: Span
    label: str
    """The provider's own, in lower case: a kind (`laugh`), or the emotion heard in it."""
    score: float
    source: str


EmotionEvent: TypeAlias = EmotionSpan | VocalBurst | Progress | Missed | ProviderState
"""Everything an emotion meter may emit."""
