"""The ingest seam: a source writes 16 kHz mono blocks into one sink per channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from wingman.core.losses import Loss
from wingman.core.media import GapCause, PcmBlock
from wingman.core.time import Channel, SampleTime


class ChannelSink(Protocol):
    """One channel of one meeting, as ingest sees it. All methods are synchronous and cheap."""

    @property
    def position(self) -> SampleTime:
        """The index the next sample must have. Above 0 when an earlier source fed this channel."""
        ...

    def write(self, block: PcmBlock) -> None:
        """Append audio that begins at `position`."""
        ...

    def skip(self, count: int, cause: GapCause) -> None:
        """Advance `position` over `count` samples that carry no audio."""
        ...

    def anchor(self, wall: float, kept_s: float = 0.0, *, begun_s: float | None = None) -> int:
        """Say before the first block which wall time (seconds since the epoch) it is.

        A source that follows another on this channel is put at wall distance from it: `position` moves. One
        that begins with `kept_s` seconds from before `wall` is told how many samples of these are here already.
        The first on this channel is put where the other channels are by then, if its sound began `begun_s`
        before `wall`; None for one that has its place on their time by itself.
        """
        ...

    def newest(self, count: int) -> bytes:
        """The newest `count` samples that were written, or fewer where a hole or the beginning comes before."""
        ...

    def lost(self, loss: Loss) -> None:
        """Say what was dropped on the way in, since the last time this cause was told."""
        ...

    def state(self, state: str, detail: str = "") -> None:
        """Report the capture state (the values of `CaptureState.state`); repeats are ignored."""
        ...


SourceKind: TypeAlias = Literal["whip", "pcm", "recording"]


@dataclass(frozen=True, slots=True)
class SourceOrigin:
    """How a source came, and whose it is."""

    kind: SourceKind
    by: str = ""
    """The grant it came with; empty for what the service itself plays."""
    name: str = ""
    """What that grant is called."""


PLAYED = SourceOrigin("recording")
"""What the service plays of its own accord."""


class AudioSource(Protocol):
    """Something that produces a meeting's audio: a peer connection, a file, a PCM socket."""

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels it feeds."""
        ...

    @property
    def recorded(self) -> bool:
        """True for a recording: when it is over, nothing more can come from it."""
        ...

    async def run(self, sinks: Mapping[Channel, ChannelSink]) -> None:
        """Feed the sinks until the source ends. Runs inside the meeting's TaskGroup.

        Returns when the audio is over; cancelling closes everything the source holds.
        """
        ...
