"""Stored sound read back as samples."""

from __future__ import annotations

import io

import av
import numpy as np
from numpy.typing import NDArray

from wingman.core.time import SAMPLE_RATE

LATE = 200
"""Samples by which a sound may be out of place before `delay` no longer finds it."""


def decoded(content: bytes) -> NDArray[np.int16]:
    """Ogg Opus as 16 kHz mono."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
    parts = []
    with av.open(io.BytesIO(content), "r") as container:
        for frame in container.decode(audio=0):
            parts += resampler.resample(frame)
    parts += resampler.resample(None)
    return np.concatenate([part.to_ndarray()[0] for part in parts]).astype(np.int16)


def delay(original: NDArray[np.int16], stored: NDArray[np.int16], at: int) -> int:
    """By how many samples `original`, which was at `at`, lies too late in `stored`."""
    room = np.pad(stored.astype(float), LATE)
    wanted = original.astype(float)
    fits = [float(wanted @ room[at + shift : at + shift + len(wanted)]) for shift in range(2 * LATE + 1)]
    return int(np.argmax(fits)) - LATE


def chirp(length: int = 4000) -> NDArray[np.int16]:
    """A sound that fits in one place only."""
    wave: NDArray[np.int16] = (np.sin(np.arange(length) ** 2 * 2e-4) * 12000).astype(np.int16)
    return wave
