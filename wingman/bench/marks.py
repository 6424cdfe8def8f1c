"""Sound that dates itself: tone bursts whose onset shows which packet a chunk ends with. Pure."""

from __future__ import annotations

import math
import random
import struct
from collections.abc import Iterator

CYCLE = 10
"""Packets per cycle: five of tone, five of silence; one onset every 200 ms."""

_RATE = 48_000
_FRAME = _RATE // 50
_LOUD = 4000


def cycle_pcm(cycles: int) -> Iterator[bytes]:
    """The bursts as 48 kHz mono s16, one packet's worth at a time.

    Between bursts the voice murmurs on 26 dB lower: silence would be cheap to decode, and meetings are not.
    """
    noise = random.Random(1)
    for number in range(cycles * CYCLE):
        level = 1.0 if number % CYCLE < CYCLE // 2 else 0.05
        at = number * _FRAME
        yield struct.pack(f"<{_FRAME}h", *(round(level * _voice(at + n, noise)) for n in range(_FRAME)))


def _voice(at: int, noise: random.Random) -> float:
    """A buzz of ten harmonics whose pitch glides, with breath: about as dear to a codec as speech."""
    phase = 2 * math.pi * 140 * (at / _RATE + 0.1 * math.sin(2 * math.pi * at / _RATE))
    return 16_000 * sum(math.sin(k * phase) / k for k in range(1, 11)) / 2 + noise.uniform(-600, 600)


class Onsets:
    """Finds onsets in the chunks one provider socket receives (s16 mono at `rate`)."""

    def __init__(self, rate: int = 16_000) -> None:
        self._packet = rate // 50
        self._quiet = 0

    def feed(self, pcm: bytes) -> int | None:
        """How many packets after the onset's own packet this chunk ends; None when no burst begins in it."""
        samples = memoryview(pcm).cast("h")
        step = 8
        for at in range(0, len(samples), step):
            if abs(samples[at]) > _LOUD:
                if self._quiet * step > 2 * self._packet:
                    self._quiet = 0
                    return max(0, (len(samples) - at // self._packet * self._packet) // self._packet - 1)
                self._quiet = 0
            else:
                self._quiet += 1
        return None
