"""The emotion seam: voice meters read audio, text meters read settled words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from wingman.audio.tape import Cursor
from wingman.core.emotion import EmotionEvent, EmotionInfo
from wingman.core.speech import Final
from wingman.core.time import Channel, SampleTime
from wingman.emotion.faces.pictures import Picture

Emit = Callable[[EmotionEvent], None]
"""Where events go. Synchronous, never raises; call it from the event loop's thread only."""


class VoiceAnalyzer(Protocol):
    """Measures one channel's audio. One instance serves one channel of one meeting."""

    @property
    def info(self) -> EmotionInfo:
        """What it can do, and how its scores are to be read."""
        ...

    async def run(self, channel: Channel, audio: Cursor, emit: Emit) -> None:
        """Read `audio` until it is exhausted. The rules are those of `Transcriber.run`."""
        ...


class TextAnalyzer(Protocol):
    """Scores settled words (the `text-only` policy: no voice is analysed)."""

    @property
    def info(self) -> EmotionInfo:
        """What it can do, and how its scores are to be read."""
        ...

    async def run(self, channel: Channel, emit: Emit) -> None:
        """Answer what `hear` was given until `close`; then finish what is pending and return."""
        ...

    def hold(self, held: bool) -> None:
        """While held (the meeting is paused) nothing leaves; what waits is asked about afterwards."""
        ...

    def hear(self, final: Final) -> None:
        """Queue a settled window (bounded: the oldest unanswered one is dropped and reported as `Missed`)."""
        ...

    def close(self) -> None:
        """No more text will come."""
        ...


class FaceAnalyzer(Protocol):
    """Measures the faces in single pictures of one channel. One instance serves one channel of one meeting."""

    @property
    def info(self) -> EmotionInfo:
        """What it can do, and how its scores are to be read."""
        ...

    async def run(self, channel: Channel, emit: Emit) -> None:
        """Measure what `show` was given until `close`."""
        ...

    def show(self, picture: Picture) -> bool:
        """Measure a picture unless one was measured a moment ago, or nothing may leave. Whether it is kept.

        Nothing is queued: a newer picture takes the place of one that still waits.
        """
        ...

    def hold(self, held: bool) -> None:
        """While held (the meeting is paused) nothing leaves; a picture that waited is let go."""
        ...

    def advance(self, now: SampleTime) -> SampleTime:
        """The channel is at `now`: tell what is due. Media time up to which everything was told."""
        ...

    def close(self) -> None:
        """No more pictures will come."""
        ...
