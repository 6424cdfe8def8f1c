"""Fundamental frequency by windowed autocorrelation, 10 ms hop, NumPy only.

The autocorrelation of each window is divided by that of the window function (Boersma 1993), a small cost
on long lags prevents octave errors, and a median filter removes isolated frames.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from wingman.core.time import SAMPLE_RATE

Floats = npt.NDArray[np.float32]

HOP = SAMPLE_RATE // 100
WINDOW = SAMPLE_RATE * 40 // 1000
LOWEST_HZ, HIGHEST_HZ = 70, 400
PERIODIC = 0.45
"""Normalised autocorrelation from which a frame counts as voiced."""
SILENCE = 10 ** (-50 / 20)
"""Frames below this RMS (full scale 1) are never voiced."""

_FFT = 1 << (2 * WINDOW - 1).bit_length()
_SHORT, _LONG = SAMPLE_RATE // HIGHEST_HZ, SAMPLE_RATE // LOWEST_HZ
_HANN: Floats = np.hanning(WINDOW).astype(np.float32)


def _autocorrelation(frames: Floats) -> Floats:
    spectrum = np.abs(np.fft.rfft(frames, _FFT, axis=-1)) ** 2
    return np.fft.irfft(spectrum, axis=-1)[..., : _LONG + 2].astype(np.float32)


_window = _autocorrelation(_HANN)
_WINDOW_SHAPE: Floats = (_window / _window[0]).astype(np.float32)
_LAG_COST: Floats = (0.02 * np.log2(np.arange(_SHORT, _LONG) / _SHORT)).astype(np.float32)


def track(audio: Floats) -> tuple[Floats, Floats]:
    """F0 in Hz (0 where unvoiced) and RMS per 10 ms frame of `audio` (mono, 16 kHz, full scale 1)."""
    count = 1 + (len(audio) - WINDOW) // HOP
    if count <= 0:
        return np.zeros(0, np.float32), np.zeros(0, np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(audio, WINDOW)[::HOP][:count]
    frames: Floats = (windows - windows.mean(axis=1, keepdims=True)).astype(np.float32)
    rms = np.sqrt((frames**2).mean(axis=1) + 1e-12).astype(np.float32)
    raw = _autocorrelation(frames * _HANN)
    r = raw / (raw[:, :1] + 1e-9) / _WINDOW_SHAPE
    inner, left, right = r[:, _SHORT:_LONG], r[:, _SHORT - 1 : _LONG - 1], r[:, _SHORT + 1 : _LONG + 1]
    peaks = (inner > left) & (inner >= right)
    best = np.where(peaks, inner - _LAG_COST, -1.0).argmax(axis=1)
    rows = np.arange(count)
    height, lag = inner[rows, best], best + _SHORT
    a, b, c = r[rows, lag - 1], r[rows, lag], r[rows, lag + 1]
    curve = a - 2 * b + c
    shift = 0.5 * (a - c) / np.where(np.abs(curve) < 1e-9, 1e-9, curve)
    voiced = (height > PERIODIC) & (rms > SILENCE) & peaks[rows, best]
    f0 = np.where(voiced, SAMPLE_RATE / (lag + np.clip(shift, -1, 1)), 0.0)
    if count >= 5:
        smooth = np.median(np.lib.stride_tricks.sliding_window_view(np.pad(f0, 2), 5), axis=1)
        f0 = np.where(voiced & (smooth > 0), smooth, 0.0)
    return f0.astype(np.float32), rms
