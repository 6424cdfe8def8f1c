"""The emotion seam: voice meters read audio, text meters read settled words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from wingman.audio.tape import Cursor
from wingman.core.emotion import EmotionEvent, Scale
from wingman.core.speech import Final
from wingman.core.time import Channel

Emit = Callable[[EmotionEvent], None]
"""Where events go. Synchronous, never raises; call it from the event loop's thread only."""


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


class VoiceMeter(Protocol):
    """Measures one channel's audio. One instance serves one channel of one meeting."""

    @property
    def info(self) -> EmotionInfo: ...

    async def run(self, channel: Channel, audio: Cursor, emit: Emit) -> None:
        """Read `audio` until it is exhausted. The rules are those of `Transcriber.run`."""
        ...


class TextMeter(Protocol):
    """Scores settled words (the `text-only` policy: no voice is analysed)."""

    @property
    def info(self) -> EmotionInfo: ...

    async def run(self, channel: Channel, emit: Emit) -> None:
        """Answer what `hear` was given until `close`; then finish what is pending and return."""
        ...

    def hear(self, final: Final) -> None:
        """Queue a settled window (bounded: the oldest unanswered one is dropped and reported as `Missed`)."""
        ...

    def close(self) -> None:
        """No more text will come."""
        ...
