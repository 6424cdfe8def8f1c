"""Decoded frames of any format, rate and layout as 16-bit mono, mixed or one side at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from wingman.core.time import BYTES_PER_SAMPLE

Samples = NDArray[np.int16]

CANCELS = 0.02
"""A mix this much weaker than its louder side has lost the voice: the sides are in antiphase."""
HOLDS = 0.2
"""A mix at least this strong has not."""
AUDIBLE = 50.0
"""Mean square below which nothing is decided."""


class Downmix:
    """One track's frames, `sides` at a time: None is all of them mixed, 0 is left (or the first), 1 right, …

    A frame may have another format, rate or number of sides than the one before it. A side that a frame does
    not have is the mix of those it has.
    """

    def __init__(self, rate: int, sides: Sequence[int | None]) -> None:
        self._rate = rate
        self._sides = tuple(sides)
        self._shape: tuple[str, str, int] | None = None
        self._resampler: Any = None
        self._width = 1
        self._inverted = False

    def push(self, frame: av.AudioFrame) -> tuple[bytes, ...]:
        """What `frame` (an `av.AudioFrame`) adds to each side: s16 at `rate`."""
        shape = (frame.format.name, frame.layout.name, frame.rate)
        before = self.flush() if self._shape not in (None, shape) else None
        if self._resampler is None:
            self._begin(frame, shape)
        frame.pts = None  # places are decided elsewhere; a resampler would try to follow the stamps
        out = self._take(self._resampler.resample(frame))
        return out if before is None else tuple(a + b for a, b in zip(before, out, strict=True))

    def flush(self) -> tuple[bytes, ...]:
        """What the resampler still holds. The next frame begins anew."""
        resampler, self._resampler, self._shape = self._resampler, None, None
        return self._take(resampler.resample(None)) if resampler is not None else (b"",) * len(self._sides)

    def _begin(self, frame: av.AudioFrame, shape: tuple[str, str, int]) -> None:
        import av

        mixed = frame.layout.nb_channels > 2 and set(self._sides) == {None}
        layout = "mono" if mixed else frame.layout.name  # surround has weights that FFmpeg knows
        self._shape = shape
        self._width = 1 if mixed else frame.layout.nb_channels
        self._resampler = av.AudioResampler(format="s16", layout=layout, rate=self._rate)

    def _take(self, frames: Sequence[Any]) -> tuple[bytes, ...]:
        data = b"".join(samples_of(frame, self._width) for frame in frames)
        if self._width == 1:
            return (data,) * len(self._sides)
        samples = np.frombuffer(data, "<i2").reshape(-1, self._width)
        return tuple(self._side(samples, side).tobytes() for side in self._sides)

    def _side(self, samples: Samples, side: int | None) -> Samples:
        if side is not None and side < self._width:
            chosen: Samples = samples[:, side]
            return chosen
        wide = samples.astype(np.int32)
        if self._width != 2 or not len(samples):
            return np.asarray(wide.sum(axis=1) // self._width, np.int16)
        left, right = wide[:, 0], wide[:, 1]
        self._listen(left, right)
        return ((left - right if self._inverted else left + right) // 2).astype(np.int16)

    def _listen(self, left: NDArray[np.int32], right: NDArray[np.int32]) -> None:
        """Whether one side is the other upside down, as a wrongly wired cable makes it: a plain mix is
        silence.
        """
        louder = max(_power(left), _power(right))
        if louder < AUDIBLE:
            return
        mixed = _power(left + right) / 4
        if mixed < CANCELS * louder:
            self._inverted = True
        elif mixed > HOLDS * louder:
            self._inverted = False


def samples_of(frame: av.AudioFrame, sides: int) -> bytes:
    """The samples of a packed s16 `av.AudioFrame` without the padding of its plane."""
    return bytes(memoryview(frame.planes[0])[: frame.samples * sides * BYTES_PER_SAMPLE])


def _power(samples: NDArray[np.int32]) -> float:
    return float(np.mean(np.square(samples, dtype=np.float64)))
