"""A recording as an audio source: in real time, or as fast as the meeting can take it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from wingman.audio.channel_map import ChannelSource
from wingman.audio.recording import Piece, Recording, probe, read
from wingman.audio.source import ChannelSink
from wingman.core.errors import WingmanError
from wingman.core.events import READ_AS_FILE
from wingman.core.losses import Loss
from wingman.core.media import Gap, PcmBlock
from wingman.core.threads import in_thread
from wingman.core.time import SAMPLE_RATE, Channel, seconds

_BATCH = 10
"""Blocks decoded per visit to a thread: one second of audio."""
LONGEST_WAIT_S = 5.0
"""A hole in a recording is played in real time up to this long; more is passed over at once."""

Decode = Callable[[Recording, int], Generator[Piece, None, None]]
"""What reads a recording at a rate."""
Gate = Callable[[], Awaitable[None]]
"""Awaited before each block; returns when the readers of the tape have kept up."""


class FileSource:
    """Plays a media file into a meeting.

    `realtime=False` writes as fast as `gate` allows; without a gate it does not wait for anybody, which only
    suits files shorter than the tape. `channels` says whose voice is where (see `channel_map`); left out, the
    default track is mixed down to `tab`. Raises `InputError` when the file cannot be used.
    """

    def __init__(
        self,
        path: Path | Recording,
        *,
        realtime: bool = True,
        channels: Sequence[Channel | ChannelSource] | None = None,
        gate: Gate | None = None,
        on_progress: Callable[[float], None] | None = None,
        decode: Decode = read,
    ) -> None:
        """A recording that was probed already has its channels; `channels` is for a path. `decode` is
        `audio.sandboxed.read` for files of others."""
        sources = [each if isinstance(each, ChannelSource) else ChannelSource(each) for each in channels or ()]
        self.recording = path if isinstance(path, Recording) else probe(path, sources)
        self._realtime = realtime
        self._gate = gate
        self._on_progress = on_progress
        self._decode = decode
        self._played = 0.0
        self.problem = ""
        """Why it could not be played to its end; empty while it can."""

    @property
    def channels(self) -> tuple[Channel, ...]:
        return self.recording.channels

    @property
    def recorded(self) -> bool:
        return True

    @property
    def duration(self) -> float | None:
        """Seconds of audio in the file; None when its container does not say."""
        return self.recording.duration

    @property
    def played(self) -> float:
        """Seconds of audio written so far (`on_progress` hears the same)."""
        return self._played

    async def run(self, sinks: Mapping[Channel, ChannelSink]) -> None:
        try:
            await self._play(sinks)
        except WingmanError as failed:
            self.problem = str(failed)
            raise

    async def _play(self, sinks: Mapping[Channel, ChannelSink]) -> None:
        pieces = self._decode(self.recording, SAMPLE_RATE)
        for channel in self.channels:
            # What is read faster than it was spoken has no place on the clock of a live meeting
            sinks[channel].anchor(time.time(), begun_s=0.0 if self._realtime else None)
            sinks[channel].state("capturing", "" if self._realtime else READ_AS_FILE)
        pace = _Pace(asyncio.get_running_loop().time())
        try:
            while batch := await in_thread(lambda: list(islice(pieces, _BATCH))):
                for piece in batch:
                    await self._wait(piece, pace)
                    self._write(piece, sinks)
                await asyncio.sleep(0)
        finally:
            pieces.close()
        for channel in self.channels:
            sinks[channel].state("ended")

    async def _wait(self, piece: Piece, pace: _Pace) -> None:
        """Until it is time for the piece."""
        if isinstance(piece, Loss):
            return
        if self._gate is not None and not self._realtime:
            await self._gate()
        if self._realtime:
            now = asyncio.get_running_loop().time()
            await asyncio.sleep(max(0.0, pace.due(piece[1]) - now))

    def _write(self, piece: Piece, sinks: Mapping[Channel, ChannelSink]) -> None:
        if isinstance(piece, Loss):
            sinks[self.channels[0]].lost(piece)
            return
        channel, item = piece
        sink = sinks[channel]
        if isinstance(item, Gap):
            sink.skip(item.span.length, item.cause)
            end = item.span.end
        else:
            sink.write(PcmBlock(sink.position, item.pcm))
            end = item.end
        self._played = max(self._played, seconds(end))
        if self._on_progress is not None:
            self._on_progress(self._played)


@dataclass(slots=True)
class _Pace:
    """When a piece of a recording is due that plays in real time."""

    began: float

    def due(self, item: PcmBlock | Gap) -> float:
        end = item.end if isinstance(item, PcmBlock) else item.span.end
        if isinstance(item, Gap) and item.span.length > LONGEST_WAIT_S * SAMPLE_RATE:
            self.began -= seconds(item.span.length)
        return self.began + seconds(end)
