"""A recording as an audio source: in real time, or as fast as the meeting can take it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path

from wingman.audio.media_file import BLOCK_MS, MediaFile, probe, read
from wingman.audio.source import ChannelSink
from wingman.core.media import PcmBlock
from wingman.core.threads import in_thread
from wingman.core.time import SAMPLE_RATE, Channel

_BATCH = 10
"""Blocks decoded per visit to a thread: one second of audio."""

Gate = Callable[[], Awaitable[None]]
"""Awaited before each block; returns when the readers of the tape have kept up."""


class FileSource:
    """Plays a media file into a meeting.

    `realtime=False` writes as fast as `gate` allows; without a gate it does not wait for anybody, which only
    suits files shorter than the tape. `channels` maps a two-track file (in track order), or a stereo one
    (left first); left out, the file is mixed down to `tab`. Raises `InputError` when the file cannot be used.
    """

    def __init__(
        self,
        path: Path,
        *,
        realtime: bool = True,
        channels: Sequence[Channel] | None = None,
        gate: Gate | None = None,
        on_progress: Callable[[float], None] | None = None,
    ) -> None:
        self._media: MediaFile = probe(path, channels)
        self._realtime = realtime
        self._gate = gate
        self._on_progress = on_progress
        self._played = 0.0

    @property
    def channels(self) -> tuple[Channel, ...]:
        return self._media.channels

    @property
    def duration(self) -> float | None:
        """Seconds of audio in the file; None when its container does not say."""
        return self._media.duration

    @property
    def played(self) -> float:
        """Seconds of audio written so far (`on_progress` hears the same)."""
        return self._played

    async def run(self, sinks: Mapping[Channel, ChannelSink]) -> None:
        loop = asyncio.get_running_loop()
        blocks = read(self._media, SAMPLE_RATE)
        for channel in self.channels:
            sinks[channel].state("capturing")
        began = loop.time()
        try:
            while batch := await in_thread(lambda: list(islice(blocks, _BATCH))):
                for block in batch:
                    if self._realtime:
                        due = began + self._played + BLOCK_MS / 1000
                        await asyncio.sleep(max(0.0, due - loop.time()))
                    elif self._gate is not None:
                        await self._gate()
                    self._write(block, sinks)
                await asyncio.sleep(0)
        finally:
            blocks.close()
        for channel in self.channels:
            sinks[channel].state("ended")

    def _write(self, block: Mapping[Channel, bytes], sinks: Mapping[Channel, ChannelSink]) -> None:
        for channel, pcm in block.items():
            sinks[channel].write(PcmBlock(sinks[channel].position, pcm))
        self._played += max(map(len, block.values())) / 2 / SAMPLE_RATE
        if self._on_progress is not None:
            self._on_progress(self._played)
