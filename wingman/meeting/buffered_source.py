"""A source that is heard before its meeting is there: what it brings is kept until the meeting takes it."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Mapping

from wingman.audio.source import AudioSource, ChannelSink
from wingman.core.losses import Loss
from wingman.core.media import GapCause, PcmBlock
from wingman.core.steady_clock import passed
from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE, Channel, SampleTime, samples
from wingman.link.branch_runner import behind_wall

MOST_S = 30.0
"""Sound kept of each channel; the oldest goes first."""


class BufferedSource:
    """`begin` it at once; the meeting runs it later, as it does with every source."""

    def __init__(self, source: AudioSource) -> None:
        self._source = source
        self._early = {channel: _EarlySink() for channel in source.channels}
        self._hearing: asyncio.Task[BaseException | None] | None = None

    @property
    def channels(self) -> tuple[Channel, ...]:
        return self._source.channels

    @property
    def recorded(self) -> bool:
        return self._source.recorded

    @property
    def since(self) -> float | None:
        """Wall time from which on every channel is heard; None while one is not."""
        begins = [sink.began for sink in self._early.values()]
        return None if None in begins else time.time() - passed() + max(at for at in begins if at is not None)

    @property
    def over(self) -> bool:
        """Nothing more comes."""
        return self._hearing is not None and self._hearing.done()

    def begin(self, tasks: asyncio.TaskGroup) -> None:
        """Listen from now on, in a task of this group."""
        self._hearing = tasks.create_task(behind_wall(self._source.run(self._early)))

    async def close(self) -> None:
        """Stop listening. Idempotent."""
        if self._hearing is not None:
            self._hearing.cancel()
            await asyncio.wait([self._hearing])

    async def run(self, sinks: Mapping[Channel, ChannelSink]) -> None:
        if self._hearing is None:
            raise RuntimeError("begin() comes before run()")
        for channel, early in self._early.items():
            early.give(sinks[channel])
        try:
            await asyncio.wait([self._hearing])
        finally:
            await self.close()
        if not self._hearing.cancelled() and (failure := self._hearing.result()) is not None:
            raise failure


class _EarlySink:
    """A `ChannelSink` that keeps what is written until there is another one to write to."""

    def __init__(self) -> None:
        self.began: float | None = None
        """When the first sample that is kept came, by a clock that is never set."""
        self._sink: ChannelSink | None = None
        self._position: SampleTime = 0
        self._kept: deque[PcmBlock | tuple[int, GapCause]] = deque()
        self._length = 0
        self._wrote = 0.0
        self._state: tuple[str, str] | None = None

    @property
    def position(self) -> SampleTime:
        return self._position

    def write(self, block: PcmBlock) -> None:
        self._position += block.length
        if self._sink is not None:
            self._sink.write(PcmBlock(self._sink.position, block.pcm))
            return
        self._wrote = passed()
        if self.began is None:
            self.began = self._wrote - block.length / SAMPLE_RATE
        self._keep(block, block.length)

    def skip(self, count: int, cause: GapCause) -> None:
        if count <= 0:
            return
        self._position += count
        if self._sink is not None:
            self._sink.skip(count, cause)
        elif self.began is not None:
            self._keep((count, cause), count)

    def anchor(self, wall: float, kept_s: float = 0.0, *, begun_s: float | None = None) -> int:
        return self._sink.anchor(wall, kept_s, begun_s=begun_s) if self._sink is not None else 0

    def newest(self, count: int) -> bytes:
        return self._sink.newest(count) if self._sink is not None else b""

    def lost(self, loss: Loss) -> None:
        if self._sink is not None:
            self._sink.lost(loss)

    def state(self, state: str, detail: str = "") -> None:
        if self._sink is not None:
            self._sink.state(state, detail)
        else:
            self._state = (state, detail)

    def give(self, sink: ChannelSink) -> None:
        """Write to this one from now on; first what was kept, without what is there already."""
        self._sink = sink
        if self.began is not None:
            kept_s = self._length / SAMPLE_RATE + passed() - self._wrote
            known = sink.anchor(time.time(), kept_s, begun_s=kept_s)
            for item in self._kept:
                known = _put(sink, item, known)
            self._kept.clear()
        if self._state is not None:
            sink.state(*self._state)

    def _keep(self, item: PcmBlock | tuple[int, GapCause], length: int) -> None:
        self._kept.append(item)
        self._length += length
        while self._length > samples(MOST_S):
            gone = _length(self._kept.popleft())
            self._length -= gone
            self.began = (self.began or 0.0) + gone / SAMPLE_RATE


def _put(sink: ChannelSink, item: PcmBlock | tuple[int, GapCause], known: int) -> int:
    """Write what of this is not among the first `known` samples; returns how many of these are left."""
    length = _length(item)
    if known < length:
        if isinstance(item, PcmBlock):
            sink.write(PcmBlock(sink.position, item.pcm[BYTES_PER_SAMPLE * known :]))
        else:
            sink.skip(length - known, item[1])
    return max(0, known - length)


def _length(item: PcmBlock | tuple[int, GapCause]) -> int:
    return item.length if isinstance(item, PcmBlock) else item[0]
