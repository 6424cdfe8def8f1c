"""Test sounds, made here, and measurements on what arrives."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import numpy as np

from wingman.model.time import SAMPLE_RATE

WAV_RATE = 48_000
TAB_HZ, MIC_HZ = 440.0, 1000.0
LEVEL = 0.5

Samples = np.ndarray[Any, np.dtype[np.float64]]


def make_sounds(folder: Path) -> Path:
    write(folder / "tone.wav", tone(TAB_HZ, 20))
    write(folder / "me.wav", tone(MIC_HZ, 20))
    write(folder / "silence.wav", np.zeros(WAV_RATE * 5))
    return folder


def tone(hertz: float, seconds: float) -> Samples:
    return LEVEL * np.sin(2 * np.pi * hertz * np.arange(int(WAV_RATE * seconds)) / WAV_RATE)


def write(path: Path, samples: Samples) -> None:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(WAV_RATE)
        out.writeframes((samples * 32767).astype("<i2").tobytes())


def rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(samples**2))) if samples.size else 0.0


def dominant(samples: Samples) -> float:
    """The strongest frequency in hertz."""
    size = 1 << (samples.size - 1).bit_length()
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size), size))
    return float(np.argmax(spectrum) * SAMPLE_RATE / size)


def level_at(samples: Samples, hertz: float) -> float:
    """Amplitude of one frequency in dB relative to full scale."""
    window = np.hanning(samples.size)
    turn = np.exp(-2j * np.pi * hertz * np.arange(samples.size) / SAMPLE_RATE)
    amplitude = 2 * abs(np.sum(samples * window * turn)) / np.sum(window)
    return float(20 * np.log10(amplitude + 1e-12))


def bad_windows(samples: Samples, milliseconds: int = 20) -> float:
    """Share of windows whose level is more than a quarter off the median: gaps and clicks."""
    size = SAMPLE_RATE * milliseconds // 1000
    blocks = samples[: samples.size // size * size].reshape(-1, size)
    levels = np.sqrt((blocks**2).mean(axis=1))
    median = np.median(levels)
    return float(np.mean(np.abs(levels - median) > 0.25 * median))
