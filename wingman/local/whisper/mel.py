"""Whisper's log-mel spectrogram in NumPy. Pure.

Source: openai/whisper, `whisper/audio.py` (`log_mel_spectrogram`) and librosa's Slaney mel filters, which the
model was trained with. 16 kHz mono in; `[mels, frames]` float32 out, one frame per 10 ms.
"""

from __future__ import annotations

from functools import cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float32]

HOP = 160
"""Samples per frame: 10 ms."""
N_FFT = 400
FRAMES_PER_SECOND = 100
SHORTEST_WINDOW_S = 10.0
"""Below this the model forgets to stop, or invents: it never saw shorter audio."""
SHORTEST_FOREIGN_WINDOW_S = 15.0
"""Outside English a short window costs more."""
WINDOW_SLACK_S = 2.0
LONGEST_WINDOW_S = 30.0


def window_samples(samples: int, language: str = "en") -> int:
    """Length of the window an utterance of `samples` is decoded in: max(10 s, utterance + 2 s), at most 30 s.

    Other languages than English need 15 s; an unknown one (empty) is given the benefit of the doubt.
    """
    shortest = SHORTEST_WINDOW_S if language in ("", "en") else SHORTEST_FOREIGN_WINDOW_S
    seconds = max(shortest, samples / 16_000 + WINDOW_SLACK_S)
    frames = -(-round(min(seconds, LONGEST_WINDOW_S) * FRAMES_PER_SECOND) // 2) * 2  # the encoder halves them
    return frames * HOP


def log_mel(audio: Floats, mels: int = 80) -> Floats:
    """`audio`: full scale 1, a whole number of hops. Returns `[mels, len(audio) // HOP]`."""
    padded = np.pad(audio, N_FFT // 2, mode="reflect" if len(audio) > N_FFT // 2 else "constant")
    frames = np.lib.stride_tricks.sliding_window_view(padded, N_FFT)[::HOP][: len(audio) // HOP]
    power = np.abs(np.fft.rfft(frames * _hann(), axis=1).astype(np.complex64)) ** 2
    spectrum = np.log10(np.maximum(_filters(mels) @ power.T, 1e-10))
    spectrum = np.maximum(spectrum, spectrum.max() - 8.0)
    return np.ascontiguousarray((spectrum + 4.0) / 4.0, dtype=np.float32)


@cache
def _hann() -> Floats:
    return np.hanning(N_FFT + 1)[:-1].astype(np.float32)


@cache
def _filters(mels: int) -> Floats:
    """Slaney-style triangles of equal area, `[mels, N_FFT // 2 + 1]`."""
    frequencies = np.linspace(0, 8000, N_FFT // 2 + 1)
    corners = _hertz(np.linspace(0.0, _mel(8000.0), mels + 2))
    widths = np.diff(corners)
    ramps = corners[:, None] - frequencies[None, :]
    rising = -ramps[:-2] / widths[:-1, None]
    falling = ramps[2:] / widths[1:, None]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    area = 2.0 / (corners[2 : mels + 2] - corners[:mels])
    return (triangles * area[:, None]).astype(np.float32)


_LINEAR_TO = 1000.0
_MELS_AT_LIMIT = 15.0
_LOG_STEP = np.log(6.4) / 27.0


def _mel(hertz: float) -> float:
    if hertz < _LINEAR_TO:
        return hertz * 3 / 200
    return float(_MELS_AT_LIMIT + np.log(hertz / _LINEAR_TO) / _LOG_STEP)


def _hertz(mels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(
        mels < _MELS_AT_LIMIT, mels * 200 / 3, _LINEAR_TO * np.exp(_LOG_STEP * (mels - _MELS_AT_LIMIT))
    )
