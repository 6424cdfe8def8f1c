"""Test sounds, made here, and measurements on what arrives."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.support import sample
from wingman.core.time import SAMPLE_RATE, Channel

WAV_RATE = 48_000
TAB_HZ, MIC_HZ = 440.0, 1000.0
LEVEL = 0.5
THEIR_WORDS = "Can you tell me how much"
MY_WORDS = "Thank you for joining"
"""How the sentences of the sample meeting begin that the tab and the microphone speak."""
BLOCK_S, REACH_S = 0.5, 0.25
"""Speech is compared in blocks this long, each looked for this far around where the last one was found."""
ALIKE = 0.7
"""Correlation from which a block counts as found; other speech reaches 0.4, seldom 0.6, where it fits best."""

SPOKEN = "spoken"
"""Sub-folder of the sounds with speech in the tab and at the microphone."""

Samples = np.ndarray[Any, np.dtype[np.float64]]


def make_sounds(folder: Path) -> Path:
    write(folder / "tone.wav", tone(TAB_HZ, 20))
    write(folder / "me.wav", tone(MIC_HZ, 20))
    write(folder / "silence.wav", np.zeros(WAV_RATE * 5))
    spoken = folder / SPOKEN
    spoken.mkdir()
    write(spoken / "them.wav", sentence(Channel.TAB, THEIR_WORDS), SAMPLE_RATE)
    write(spoken / "me.wav", sentence(Channel.MIC, MY_WORDS), SAMPLE_RATE)
    return folder


def sentence(channel: Channel, beginning: str) -> Samples:
    """One sentence of the sample meeting at 16 kHz, with 0.2 s around it."""
    turn = next(t for t in sample.truth() if t.channel is channel and t.text.startswith(beginning))
    first, last = round((turn.start - 0.2) * SAMPLE_RATE), round((turn.end + 0.2) * SAMPLE_RATE)
    return sample.audio()[channel][first:last] / 32768


def tone(hertz: float, seconds: float) -> Samples:
    return LEVEL * np.sin(2 * np.pi * hertz * np.arange(int(WAV_RATE * seconds)) / WAV_RATE)


def write(path: Path, samples: Samples, rate: int = WAV_RATE) -> None:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
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


def leak(tab: Samples, mic: Samples) -> float:
    """How far below itself each tone is heard in the other channel, in dB; the worse of the two."""
    return max(level_at(tab, MIC_HZ) - level_at(mic, MIC_HZ), level_at(mic, TAB_HZ) - level_at(tab, TAB_HZ))


def bad_windows(samples: Samples, milliseconds: int = 20) -> float:
    """Share of windows whose level is more than a quarter off the median: gaps and clicks."""
    size = SAMPLE_RATE * milliseconds // 1000
    blocks = samples[: samples.size // size * size].reshape(-1, size)
    levels = np.sqrt((blocks**2).mean(axis=1))
    median = np.median(levels)
    return float(np.mean(np.abs(levels - median) > 0.25 * median))


@dataclass(frozen=True)
class SpeechMatch:
    """How much of a sentence arrived, and how like itself."""

    share: float
    """Of its loud half seconds, those found where they belong."""
    correlation: float
    """Median correlation of the loud half seconds with what was found."""
    gain: float
    """Median ratio of level heard to level spoken, where it was found; 0 where nothing was."""


def speech_match(heard: Samples, spoken: Samples) -> SpeechMatch:
    """Look for `spoken` in `heard`, half second by half second.

    A browser under load repeats or drops some milliseconds now and then, so no single shift fits a whole
    sentence: each block is looked for around the place the one before it was found at.
    """
    size, reach = int(BLOCK_S * SAMPLE_RATE), int(REACH_S * SAMPLE_RATE)
    room = np.pad(heard, reach)
    shift = _best_shift(room, spoken)
    likeness, gains = [], []
    for at in range(0, spoken.size - size + 1, size):
        block = spoken[at : at + size]
        if rms(block) < 0.02:
            continue
        first = max(0, at + shift - reach)
        where, value = _find(room[first : at + shift + size + reach], block)
        likeness.append(value)
        if value >= ALIKE:
            shift = first + where - at
            gains.append(rms(room[first + where : first + where + size]) / rms(block))
    return SpeechMatch(
        float(np.mean(np.array(likeness) >= ALIKE)),
        float(np.median(likeness)),
        float(np.median(gains)) if gains else 0.0,
    )


def _best_shift(heard: Samples, spoken: Samples) -> int:
    """Where `spoken` as a whole fits best, by correlation over all shifts at which it lies inside."""
    size = 1 << (heard.size + spoken.size).bit_length()
    product = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(spoken, size))
    return int(np.argmax(np.fft.irfft(product, size)[: max(1, heard.size - spoken.size + 1)]))


def _find(room: Samples, block: Samples) -> tuple[int, float]:
    """The place where `block` fits best, and its correlation there."""
    if room.size < block.size:
        return 0, 0.0
    energy = np.concatenate([[0.0], np.cumsum(room**2)])
    norms = np.sqrt(energy[block.size :] - energy[: -block.size]) * np.linalg.norm(block)
    likeness = np.correlate(room, block) / np.maximum(norms, 1e-9)
    best = int(np.argmax(likeness))
    return best, float(likeness[best])
