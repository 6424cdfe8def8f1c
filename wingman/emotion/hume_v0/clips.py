"""Cutting a continuous timeline into clips for a provider that takes whole files. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wingman.core.media import PcmBlock
from wingman.core.time import BYTES_PER_SAMPLE, SampleTime, Span


@dataclass(frozen=True, slots=True)
class Clip:
    """A stretch of audio with a voice in it."""

    start: SampleTime
    pcm: bytes

    @property
    def span(self) -> Span:
        """The media time it covers."""
        return Span(self.start, self.start + len(self.pcm) // BYTES_PER_SAMPLE)

    @property
    def id(self) -> str:
        """Names the clip by its place on the timeline, so that a repeated one keeps its name."""
        return f"clip-{self.start}"


@dataclass(frozen=True, slots=True)
class Cut:
    """Where clips end; lengths in samples."""

    longest: int
    pause: int
    """Quiet that ends a clip."""
    lead: int = 3200
    """Quiet kept in front of a voice, so that its first sound is whole."""
    gate_dbfs: float = -55.0


class ClipCutter:
    """Takes blocks, gives clips. Quiet stretches are not clips; `settled` says how far they reach."""

    def __init__(self, cut: Cut) -> None:
        self._cut = cut
        self._power = (32768 * 10 ** (cut.gate_dbfs / 20)) ** 2
        self._start: SampleTime = 0
        self._pcm = bytearray()
        self._voiced = False
        self._quiet = 0

    @property
    def settled(self) -> SampleTime:
        """Everything before this was either given out as a clip or is quiet."""
        return self._start

    def feed(self, block: PcmBlock) -> list[Clip]:
        """The clips that end within `block`. Blocks must be shorter than the longest clip."""
        done: list[Clip] = []
        room = self._cut.longest - len(self._pcm) // BYTES_PER_SAMPLE
        if self._pcm and (block.start != self._end or block.length > room):
            done += self.flush()
        if not self._pcm:
            self._start = block.start
        self._pcm += block.pcm
        if self._is_voiced(block.pcm):
            self._voiced, self._quiet = True, 0
        else:
            self._quiet += block.length
        if not self._voiced:
            self._trim()
        elif self._quiet >= self._cut.pause or self._end - self._start >= self._cut.longest:
            done += self.flush()
        return done

    def flush(self) -> list[Clip]:
        """What is held, as a clip if there is a voice in it."""
        clip = Clip(self._start, bytes(self._pcm)) if self._voiced else None
        self._start = self._end
        self._pcm.clear()
        self._voiced, self._quiet = False, 0
        return [clip] if clip else []

    @property
    def _end(self) -> SampleTime:
        return self._start + len(self._pcm) // BYTES_PER_SAMPLE

    def _trim(self) -> None:
        surplus = len(self._pcm) // BYTES_PER_SAMPLE - self._cut.lead
        if surplus > 0:
            del self._pcm[: surplus * BYTES_PER_SAMPLE]
            self._start += surplus

    def _is_voiced(self, pcm: bytes) -> bool:
        samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
        return bool(len(samples)) and float(np.dot(samples, samples)) > self._power * len(samples)
