"""Sound that dates itself: tone bursts, each at a pitch that tells it from its neighbours. Pure.

A burst begins every `CYCLE` packets. Its onset shows, at the provider, with which packet a chunk of audio ends;
its pitch shows which burst it is, so that audio which was skipped or repeated on the way is dated rightly.
"""

from __future__ import annotations

import math
import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

CYCLE = 10
"""Packets per cycle: five of tone, five of murmur; one onset every 200 ms."""

PITCHES = 16
"""Bursts until a pitch comes again: latencies up to 3.2 s are told apart."""

_RATE = 48_000
_FRAME = _RATE // 50
_LOUD = 4000
_LISTEN = 640
"""Samples at 16 kHz (40 ms) from which the pitch is taken."""


def signal() -> Iterator[bytes]:
    """One round of all pitches as 48 kHz mono s16, one packet's worth at a time.

    Between bursts a voice murmurs on 26 dB lower: silence would be cheap to decode, and meetings are not.
    """
    noise = random.Random(1)
    for number in range(PITCHES * CYCLE):
        at = number * _FRAME
        sound = _tone if number % CYCLE < CYCLE // 2 else _murmur
        pitch = _hertz(number // CYCLE)
        yield struct.pack(
            f"<{_FRAME}h",
            *(round(sound(at + n, pitch) + noise.uniform(-300, 300)) for n in range(_FRAME)),
        )


def _hertz(index: int) -> float:
    return 400.0 + 100.0 * index


def _tone(at: int, pitch: float) -> float:
    return 16_000 * math.sin(2 * math.pi * pitch * at / _RATE)


def _murmur(at: int, _pitch: float) -> float:
    return 500 * sum(math.sin(2 * math.pi * 140 * k * at / _RATE) / k for k in range(1, 11))


@dataclass(frozen=True, slots=True)
class Burst:
    """A burst whose onset was found."""

    pitch: int
    """Its number within a round, 0 to `PITCHES` - 1."""
    after: int
    """How many packets after the onset's own packet the chunk that brought it ends."""
    arrived: float


class Bursts:
    """Finds bursts in the chunks one provider socket receives (16 kHz mono s16)."""

    def __init__(self) -> None:
        self._quiet = 0
        self._found: tuple[int, float] | None = None
        self._heard = np.zeros(0, dtype="<i2")

    def feed(self, pcm: bytes, now: float) -> Burst | None:
        """Take a chunk that arrived at `now`; the burst that is certain by now, if any."""
        samples = np.frombuffer(pcm, dtype="<i2")
        if self._found is None:
            onset = self._onset(samples)
            if onset is None:
                return None
            packets = (len(samples) - onset // 320 * 320) // 320
            self._found = max(0, packets - 1), now
            samples = samples[onset:]
        self._heard = np.concatenate((self._heard, samples))
        if len(self._heard) < _LISTEN:
            return None
        (after, arrived), self._found = self._found, None
        pitch = self._pitch()
        self._heard = self._heard[:0]
        return Burst(pitch, after, arrived)

    def _onset(self, samples: np.ndarray[tuple[int], np.dtype[np.int16]]) -> int | None:
        loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > _LOUD)
        if not len(loud):
            self._quiet += len(samples)
            return None
        first, last = int(loud[0]), int(loud[-1])
        quiet, self._quiet = self._quiet + first, len(samples) - 1 - last
        if quiet > 960:
            self._quiet = 0
            return first
        # a chunk may end one burst and begin the next
        gaps = np.diff(loud)
        wide = np.flatnonzero(gaps > 960)
        return int(loud[wide[-1] + 1]) if len(wide) else None

    def _pitch(self) -> int:
        heard = self._heard[:_LISTEN].astype(np.float32)
        spectrum = np.abs(np.fft.rfft(heard * np.hanning(_LISTEN), 2048))
        hertz = float(np.argmax(spectrum)) * 16_000 / 2048
        return min(PITCHES - 1, max(0, round((hertz - 400) / 100)))
