"""Raw sound as programs and telephones send it, in pieces of any length, to 16 kHz mono s16."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wingman.audio.downmix import samples_of
from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE

RATES = range(8_000, 96_001)
MOST_SIDES = 2


class Encoding(StrEnum):
    """How a sample is written (ITU-T G.711 for the telephone's two)."""

    LINEAR16 = "linear16"
    """Signed 16 bit, little-endian."""
    MULAW = "mulaw"
    ALAW = "alaw"

    @property
    def width(self) -> int:
        """Bytes of one sample."""
        return BYTES_PER_SAMPLE if self is Encoding.LINEAR16 else 1


@dataclass(frozen=True, slots=True)
class PcmFormat:
    """What a stream of raw sound is made of."""

    encoding: Encoding = Encoding.LINEAR16
    rate: int = SAMPLE_RATE
    sides: int = 1
    """Interleaved channels."""

    @property
    def frame(self) -> int:
        """Bytes of one moment: a sample of each side."""
        return self.encoding.width * self.sides


class PcmReader:
    """Turns pieces of a stream into each side's 16 kHz sound; half a frame waits for the next piece."""

    def __init__(self, form: PcmFormat) -> None:
        self._form = form
        self._rest = b""
        self._resamplers: list[Any] = []

    def push(self, piece: bytes) -> tuple[bytes, ...]:
        """One piece of any length; s16 mono for each side (empty while a resampler fills)."""
        data = self._rest + piece
        whole = len(data) - len(data) % self._form.frame
        self._rest = data[whole:]
        samples = _decode(data[:whole], self._form.encoding).reshape(-1, self._form.sides)
        return tuple(self._resample(n, samples[:, n].tobytes()) for n in range(self._form.sides))

    def finish(self) -> tuple[bytes, ...]:
        """What the resamplers still hold."""
        held = [b"".join(samples_of(out, 1) for out in each.resample(None)) for each in self._resamplers]
        self._resamplers.clear()
        return tuple(held) if held else (b"",) * self._form.sides

    def _resample(self, side: int, pcm: bytes) -> bytes:
        if self._form.rate == SAMPLE_RATE or not pcm:
            return pcm
        import av

        if not self._resamplers:
            self._resamplers = [
                av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
                for _ in range(self._form.sides)
            ]
        frame = av.AudioFrame(format="s16", layout="mono", samples=len(pcm) // BYTES_PER_SAMPLE)
        frame.sample_rate = self._form.rate
        frame.planes[0].update(pcm.ljust(frame.planes[0].buffer_size, b"\0"))
        return b"".join(samples_of(out, 1) for out in self._resamplers[side].resample(frame))


def _decode(data: bytes, encoding: Encoding) -> NDArray[np.int16]:
    if encoding is Encoding.LINEAR16:
        return np.frombuffer(data, "<i2")
    table = _MULAW if encoding is Encoding.MULAW else _ALAW
    return table[np.frombuffer(data, np.uint8)]


def _mulaw() -> NDArray[np.int16]:
    """G.711, table 2b: the value of each of the 256 codes."""
    code = ~np.arange(256) & 0xFF
    exponent, mantissa = code >> 4 & 7, code & 15
    size = ((mantissa << 3) + 132 << exponent) - 132
    return np.where(code & 0x80, -size, size).astype(np.int16)


def _alaw() -> NDArray[np.int16]:
    """G.711, table 1b."""
    code = np.arange(256) ^ 0x55
    exponent, mantissa = code >> 4 & 7, code & 15
    size = np.where(exponent == 0, (mantissa << 4) + 8, (mantissa << 4) + 264 << np.maximum(exponent, 1) - 1)
    return np.where(code & 0x80, size, -size).astype(np.int16)


_MULAW, _ALAW = _mulaw(), _alaw()
