"""Relative vocal energy of an utterance against the speaker's own running baseline. NumPy only.

After Bone, Lee and Narayanan (2014): arousal from log pitch, loudness and the share of high frequencies,
each as a distance from what this speaker usually does. It is a hint about *how much* energy is in a voice;
it says nothing about whether the feeling is good or bad, and it does not claim to.

It needs one speaker per channel: a baseline mixed from several voices finds nothing.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, fields

import numpy as np

from wingman.local.pitch import HOP, Floats, track

BASELINE_LENGTH = 40
BASELINE_MINIMUM = 4
"""Utterances before the meter says anything at all."""
ENERGETIC, TIRED = 0.45, -0.45
CONFIDENCE_CAP = 0.6
"""No score goes higher: on real conversations every method of this kind is weak."""


@dataclass(frozen=True, slots=True)
class Features:
    """What is compared with the baseline."""

    loudness: float
    """dB, mean over active frames."""
    pitch: float
    """Median, semitones over 100 Hz."""
    pitch_range: float
    """10th to 90th percentile, semitones."""
    brightness: float
    """Energy above 500 Hz against below, dB, over voiced frames."""
    rate: float
    """Syllable nuclei per second of activity."""


WEIGHTS = Features(loudness=0.30, pitch=0.25, pitch_range=0.10, brightness=0.20, rate=0.15)
SMALLEST_SPREAD = Features(loudness=2.5, pitch=1.2, pitch_range=1.5, brightness=1.5, rate=0.5)
"""A very even speaker must not make a small change look large."""


@dataclass(frozen=True, slots=True)
class Energy:
    """One utterance's reading."""

    arousal: float
    """-1 (much less energy than usual) to 1 (much more)."""
    label: str
    score: float
    """0 to 0.6: how far from the label's boundary, never a probability."""


def features(audio: Floats) -> Features | None:
    """Measure one utterance (mono, 16 kHz, full scale 1); None when too little of it is voiced."""
    f0, rms = track(audio)
    voiced = f0 > 0
    if voiced.sum() < 10:
        return None
    level = 20 * np.log10(rms + 1e-6)
    active = level > max(float(level.max()) - 30, -55.0)
    semitones = 12 * np.log2(f0[voiced] / 100)
    low, high = np.percentile(semitones, [10, 90])
    return Features(
        loudness=float(10 * np.log10((rms[active] ** 2).mean() + 1e-9)),
        pitch=float(np.median(semitones)),
        pitch_range=float(high - low),
        brightness=_brightness(audio, voiced),
        rate=_syllables(level, active, voiced) / max(float(active.sum()) * 0.01, 0.2),
    )


def _brightness(audio: Floats, voiced: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
    size = 512
    starts = np.flatnonzero(voiced) * HOP
    starts = starts[starts + size < len(audio)]
    if not len(starts):
        return 0.0
    frames = np.stack([audio[s : s + size] for s in starts]) * np.hanning(size)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    split = 500 * size // 16_000
    return float(10 * np.log10(power[:, split : split * 6].sum() / (power[:, 2:split].sum() + 1e-12) + 1e-9))


def _syllables(
    level: Floats,
    active: np.ndarray[tuple[int], np.dtype[np.bool_]],
    voiced: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> int:
    """Peaks of smoothed loudness on voiced frames, at least 100 ms and 2 dB apart."""
    smooth = np.convolve(level, np.ones(5) / 5, "same")
    floor = np.median(smooth[active]) - 6
    middle = smooth[2:-2]
    peaks = (middle > smooth[1:-3]) & (middle >= smooth[3:-1]) & voiced[2:-2] & (middle > floor)
    kept: list[int] = []
    for index in np.flatnonzero(peaks) + 2:
        if not kept:
            kept.append(int(index))
        elif index - kept[-1] >= 10:
            dip = float(smooth[kept[-1] : index].min())
            if dip < min(smooth[kept[-1]], smooth[index]) - 2:
                kept.append(int(index))
    return len(kept)


class Baseline:
    """What is usual for one speaker: running median and spread of the last utterances."""

    def __init__(self) -> None:
        self._history: deque[Features] = deque(maxlen=BASELINE_LENGTH)

    def measure(self, now: Features) -> Energy | None:
        """Compare, then remember. None while the baseline is too short: unknown is the honest answer."""
        reading = self._compare(now) if len(self._history) >= BASELINE_MINIMUM else None
        self._history.append(now)
        return reading

    def _compare(self, now: Features) -> Energy:
        total = 0.0
        for field in fields(Features):
            past = np.array([getattr(f, field.name) for f in self._history])
            middle = float(np.median(past))
            spread = 1.4826 * float(np.median(np.abs(past - middle)))
            spread = max(spread, getattr(SMALLEST_SPREAD, field.name))
            distance = (getattr(now, field.name) - middle) / spread
            total += getattr(WEIGHTS, field.name) * min(3.0, max(-3.0, distance))
        return _label(float(np.tanh(0.8 * total)))


def _label(arousal: float) -> Energy:
    if arousal > ENERGETIC:
        return Energy(arousal, "intensity", round(CONFIDENCE_CAP * arousal, 3))
    if arousal < TIRED:
        return Energy(arousal, "calm", round(CONFIDENCE_CAP * -arousal, 3))
    return Energy(arousal, "neutral", round(CONFIDENCE_CAP * (1 - abs(arousal)), 3))
