"""Whether a stereo recording is a call with a voice on each side, or one room heard twice. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WINDOW_S = 0.05
LOUD = 200.0
"""Root mean square (of 16-bit samples) above which a window has a voice in it."""
LEAST_S = 1.0
"""A side that was heard for less than this holds no voice to speak of."""
ALIKE = 0.4
"""Sides that correlate more than this are one microphone's or one mix's."""
TOGETHER = 0.5
"""In a conversation the two are seldom loud at once; music and rooms are."""


@dataclass(frozen=True, slots=True)
class Sides:
    """What the first minutes of a stereo track sound like."""

    left: float
    """Share of the time with sound on the left, 0 to 1."""
    right: float
    two_voices: bool
    """Each side has its own voice: a call recorded in two channels."""


def judge(left: NDArray[np.int16], right: NDArray[np.int16], rate: int) -> Sides:
    """Compare the sides of a stereo track; both arrays have the same length."""
    size = round(rate * WINDOW_S)
    count = min(len(left), len(right)) // size
    if not count:
        return Sides(0.0, 0.0, two_voices=False)
    one, two = (side[: count * size].reshape(count, size).astype(np.float64) for side in (left, right))
    loud = [np.sqrt((side**2).mean(axis=1)) > LOUD for side in (one, two)]
    seconds = [float(side.sum()) * WINDOW_S for side in loud]
    both = float((loud[0] & loud[1]).sum())
    either = float((loud[0] | loud[1]).sum())
    voices = min(seconds) >= LEAST_S and both <= TOGETHER * min(side.sum() for side in loud)
    if voices and both:
        together = loud[0] & loud[1]
        voices = _alike(one[together].ravel(), two[together].ravel()) <= ALIKE
    return Sides(seconds[0] / (count * WINDOW_S), seconds[1] / (count * WINDOW_S), bool(voices and either))


def _alike(one: NDArray[np.float64], two: NDArray[np.float64]) -> float:
    strength = float(np.sqrt((one**2).sum() * (two**2).sum()))
    return abs(float((one * two).sum())) / strength if strength else 0.0
