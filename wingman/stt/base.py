"""The transcriber seam: one coroutine per channel, fed by a cursor, answering in `SampleTime`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from wingman.audio.tape import Cursor
from wingman.core.speech import TranscriberEvent
from wingman.core.time import Channel

Emit = Callable[[TranscriberEvent], None]
"""Where events go. Synchronous, never raises; call it from the event loop's thread only."""


@dataclass(frozen=True, slots=True)
class TranscriberInfo:
    """What a transcriber can do; the meeting adapts to it instead of asking for its name."""

    name: str
    """The provider's name in configuration and in `provider.state`."""
    remote: bool
    """True when audio leaves this machine."""
    windows: bool = False
    """Its finals cover all audio, silence included; otherwise what it has passed in silence is silence."""


class Transcriber(Protocol):
    """Turns one channel's audio into words. One instance serves one channel of one meeting."""

    @property
    def info(self) -> TranscriberInfo:
        """What it can do."""
        ...

    async def run(self, channel: Channel, audio: Cursor, emit: Emit) -> None:
        """Read `audio` until it is exhausted, emit everything heard, return when the last final is out.

        Retries, reconnects and replay happen inside. A `Gap` from the cursor is media time without
        audio. A provider that gives up emits `ProviderState(DOWN)` with its sentence and returns; it may be
        run again later, with a cursor at what it had not answered for. Cancelling ends at once and leaves
        nothing behind.
        """
        ...

    def flush(self) -> None:
        """Ask for everything heard so far to be settled now (the user asked for help mid-sentence)."""
        ...
