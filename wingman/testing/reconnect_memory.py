"""Where in a scenario a new connection's audio belongs, as the real service would simply hear it.

A client that replays sends audio that was heard before: that is found again to the sample. Audio nobody heard
is placed by its pattern of voices against the scenario's words, between what was heard last and the present
moment, so what was said before or comes later cannot be mistaken for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from wingman.testing.scenario import Track, timed_words

REMEMBERED_S = 70.0
"""Heard audio that is kept: as much as a client can replay, and a little more."""
NEEDLE_S = 0.1
"""Audio that must come again exactly to be recognised."""
PATTERN_S = 4.0
"""Audio with a voice in it that is enough to be placed by its pattern."""
VOICE = 250.0
"""RMS of a 20 ms frame with a voice in it, in units of 16-bit samples."""


@dataclass(slots=True)
class ChannelMemory:
    """What one channel's connections have heard, on the scenario's clock. Positions in samples."""

    rate: int = 16_000
    heard: bytearray = field(default_factory=bytearray)
    """The last heard audio without a break, s16le."""
    end: int = 0
    """Where it ends."""
    at_s: float = 0.0
    """When `end` was heard, on the caller's clock."""
    used: bool = False
    """True once there was a voice: silence alone has no place to be found at."""

    def add(self, start: int, pcm: bytes, now: float) -> None:
        """`pcm` was heard at `start`."""
        if start > self.end or start < self.end - len(self.heard) // 2:
            self.heard.clear()
        else:
            del self.heard[len(self.heard) - 2 * (self.end - start) :]
        self.heard += pcm
        self.end, self.at_s = start + len(pcm) // 2, now
        self.used = self.used or bool(_voiced(pcm, self.rate).any())
        spare = len(self.heard) - 2 * round(REMEMBERED_S * self.rate)
        if spare > 0:
            del self.heard[:spare]

    def find(self, pcm: bytes) -> int | None:
        """Where `pcm` was heard before; None when it is silence or never was."""
        frame = 2 * round(NEEDLE_S * self.rate)
        for cut in range(0, len(pcm) - frame + 1, frame):
            needle = pcm[cut : cut + frame]
            if not _voiced(needle, self.rate).any():
                continue
            place = self.heard.find(needle)
            while place % 2 and place > 0:
                place = self.heard.find(needle, place + 1)
            return self.end - len(self.heard) // 2 + (place - cut) // 2 if place >= 0 else None
        return None


class Locator:
    """Feed it the beginning of a connection until it answers with the sample where that began."""

    def __init__(self, track: Track, memory: ChannelMemory) -> None:
        self._memory = memory
        self._track = track
        self._pcm = b""
        self._heard = 0
        self._origin: int | None = None if memory.used else 0

    @property
    def origin(self) -> int | None:
        """Where the connection began; None while that is not known."""
        return self._origin

    def guess(self, now: float) -> int:
        """The origin, or while that is not known: as if no time had passed but the clock's."""
        if self._origin is not None:
            return self._origin
        elapsed = round(max(0.0, now - self._memory.at_s) * self._memory.rate)
        return max(0, self._memory.end + elapsed - len(self._pcm) // 2)

    def feed(self, pcm: bytes, now: float) -> None:
        """More of this connection's audio, in order; `now` in seconds on one clock for all connections."""
        if self._origin is not None:
            self._remember(pcm, now)
            return
        self._pcm += pcm
        self._origin = self._memory.find(self._pcm)
        if self._origin is None and len(self._pcm) >= 2 * PATTERN_S * self._memory.rate:
            self._origin = self._by_pattern(now)
        if self._origin is not None:
            whole, self._pcm = self._pcm, b""
            self._remember(whole, now)

    def _remember(self, pcm: bytes, now: float) -> None:
        if self._origin is not None:
            self._memory.add(self._origin + self._heard, pcm, now)
            self._heard += len(pcm) // 2

    def _by_pattern(self, now: float) -> int | None:
        rate = self._memory.rate
        frame = rate // 50
        voiced = _voiced(self._pcm, rate)
        if not voiced.any():
            return None
        new = int(np.argmax(voiced)) * frame + round(NEEDLE_S * rate)  # all before may be silence heard twice
        first = max(0, self._memory.end - new) // frame
        last = max(first, (self.guess(now) + rate) // frame)
        spoken = np.zeros(last + len(voiced) + 1, bool)
        for word in timed_words(self._track, rate):
            spoken[word.start // frame : word.end // frame] = True
        scores = [int((spoken[at : at + len(voiced)] == voiced).sum()) for at in range(first, last + 1)]
        return (first + int(np.argmax(scores))) * frame


def _voiced(pcm: bytes, rate: int) -> NDArray[np.bool_]:
    """Which whole 20 ms frames hold a voice."""
    frame = rate // 50
    count = len(pcm) // (2 * frame)
    frames = np.frombuffer(pcm, dtype="<i2", count=count * frame).reshape(count, frame)
    return np.asarray(np.sqrt(np.mean(np.square(frames.astype(np.float32)), axis=1)) >= VOICE)
