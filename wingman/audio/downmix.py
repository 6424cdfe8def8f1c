"""Decoded frames of any format, rate and layout as 16-bit mono, mixed or one side at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from wingman.core.time import BYTES_PER_SAMPLE

Samples = NDArray[np.int16]

AGAINST = -0.9
"""Correlation of two sides below which one is the other upside down, as a wrongly wired cable makes it."""
APART = -0.5
"""Above this it is not."""
FAINT = 1e-3
"""A side this much weaker than the loudest (30 dB) carries no voice of its own: crosstalk, noise, nothing."""
AUDIBLE = 50.0
"""Mean square below which nothing is decided."""
MOST_SIDES = 64
"""FFmpeg's resampler has room for no more."""
LOW_EFFECTS = "LFE"
"""The side of a surround layout that has no voice in it, if it is one: recorders of several microphones call
their fourth so as well, because layouts are numbered."""
BASS_HZ = 200
"""What is on average higher than this is no effect: such a side ends at 120 Hz."""


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
        self._mix = _Mix(1)

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

        layout = frame.layout
        self._shape = shape
        self._width = layout.nb_channels
        bass = [n for n, side in enumerate(layout.channels) if side.name == LOW_EFFECTS]
        self._mix = _Mix(self._width, bass, (2 * np.sin(np.pi * BASS_HZ / self._rate)) ** 2)
        self._resampler = av.AudioResampler(format="s16", layout=layout.name, rate=self._rate)

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
        return self._mix(samples)


class _Mix:
    """All sides as one, however many microphones there are.

    The sum is divided by the number of sides that were ever heard: a voice in one of sixteen is as loud as
    alone. Sides in antiphase are turned over first, or they would cancel. Those in `bass` are left out until
    they hold more than that: until the power of their steps is more than `steps` of their own.
    """

    def __init__(self, width: int, bass: Sequence[int] = (), steps: float = 0.0) -> None:
        self._signs = np.ones(width)
        self._taken = np.ones(width)
        self._steps = steps
        if len(bass) < width:
            self._taken[list(bass)] = 0.0
        self._heard = np.zeros(width, np.bool_)
        self._loudest = 0.0

    def __call__(self, samples: Samples) -> Samples:
        """`samples` has a column for each side."""
        if not len(samples):
            return samples[:, 0]
        for side in np.flatnonzero(self._taken == 0):
            self._taken[side] = self._is_voice(samples[:, side])
        wide = samples * self._taken
        self._listen(wide)
        count = int(self._heard.sum()) or int(self._taken.sum())
        return np.clip(np.floor(wide @ self._signs / count), -32768, 32767).astype(np.int16)

    def _is_voice(self, side: Samples) -> bool:
        power = float(np.square(side, dtype=np.float64).mean())
        steps = np.diff(side.astype(np.float64))
        return power > AUDIBLE and float(np.square(steps).sum()) > self._steps * power * len(side)

    def _listen(self, wide: NDArray[np.float64]) -> None:
        """Which sides carry something, and which of them are another one upside down."""
        power = np.square(wide).mean(axis=0)
        first = int(power.argmax())
        if power[first] < AUDIBLE:
            return
        self._loudest = max(self._loudest, float(power[first]))
        now = power > power[first] * FAINT
        self._heard |= power > self._loudest * FAINT
        alike = wide.T @ wide[:, first] / len(wide) / np.sqrt(np.maximum(power, 1.0) * power[first])
        sign = self._signs[first]
        self._signs[now & (alike < AGAINST)] = -sign
        self._signs[now & (alike > APART)] = sign


def samples_of(frame: av.AudioFrame, sides: int) -> bytes:
    """The samples of a packed s16 `av.AudioFrame` without the padding of its plane."""
    return bytes(memoryview(frame.planes[0])[: frame.samples * sides * BYTES_PER_SAMPLE])
