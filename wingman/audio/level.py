"""How loud speech comes in: so quiet that words get lost, or cut off at full scale. Pure.

Levels are RMS in dB of full scale. Speech lies at -35 to -15 where a microphone is set well; below -45 local
recognisers lose words, and so does any codec or noise on the way.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE, Channel

QUIET_DB = -45.0
"""Speech below this is told to be too quiet."""
FINE_DB = -41.0
"""And from here on it is no longer."""
CLIPPED = 0.1
"""Share of the tenths of a second with speech that are cut off from which it is told."""
UNCLIPPED = 0.02
ENOUGH_S = 5.0
"""Seconds of loud speech after which something is said of it."""
FULL = 32_700
"""A sample from here on is as far as it goes."""
CUT_S = 0.001
"""At full scale for so long in all, a tenth of a second is cut off. Less is a peak that touches it: a voice was
normalised, or a codec gave it back a little larger."""
FRAMES_S = 10
"""Frames in a second."""
MOST = round(ENOUGH_S * FRAMES_S)
"""Frames in them."""
DECIBELS = 91
"""Levels that a frame can have: a 16-bit sample's square ends at 90.3 dB."""
FEW = 5
"""Frames that may be bangs and clicks; with no more than these, nothing is said."""
RANGE_DB = 20
"""Frames weaker than the loudest by more than this are pauses."""
SOURCES = {Channel.TAB: "the meeting's sound", Channel.MIC: "the microphone"}


class Verdict(StrEnum):
    """What is wrong with a level."""

    FINE = ""
    QUIET = "quiet"
    CLIPPED = "clipped"


@dataclass(frozen=True, slots=True)
class Loudness:
    """The loud part of a stretch."""

    level: float
    """dB of full scale; minus infinity where there is too little to say."""
    clipped: float
    """Share of all speech that is cut off, 0 to 1."""

    def sentence(self, source: str, verdict: Verdict) -> str:
        """`verdict` for a person; empty where all is well. `source`: whose sound it is."""
        match verdict:
            case Verdict.QUIET:
                said = f"{source} is very quiet (speech at {self.level:.0f} dB of full scale)"
                return f"{said}, so words may be lost; raise its level"
            case Verdict.CLIPPED:
                said = f"{source} is too loud (peaks are cut off in {self.clipped:.0%} of the speech)"
                return f"{said}, so words may be lost; lower its level"
            case Verdict.FINE:
                return ""

    def verdict(self, before: Verdict = Verdict.FINE) -> Verdict:
        """`before`: the one until now, which is left only when it is clearly over."""
        if self.level == -math.inf:
            return Verdict.FINE
        if self.clipped > (UNCLIPPED if before is Verdict.CLIPPED else CLIPPED):
            return Verdict.CLIPPED
        quiet = self.level < (FINE_DB if before is Verdict.QUIET else QUIET_DB)
        return Verdict.QUIET if quiet else Verdict.FINE


class Loud:
    """What is said in a recording, whatever its pauses: how loud its loudest frames are, `ENOUGH_S` in all, and
    how many of all its frames of speech are cut off. Memory does not grow with its length.
    """

    def __init__(self, rate: int) -> None:
        self._frame = rate // FRAMES_S
        self._cut = round(rate * CUT_S)
        self._power = np.zeros(0)  # of the loudest, rising
        self._frames = np.zeros(DECIBELS, np.int64)  # by their level
        self._clipped = np.zeros(DECIBELS, np.int64)

    def add(self, pcm: bytes) -> None:
        """More of it (mono s16); what is less than a frame is passed over."""
        count = len(pcm) // BYTES_PER_SAMPLE // self._frame
        samples = np.frombuffer(pcm, "<i2", count=count * self._frame).reshape(count, self._frame)
        power = _power(samples)
        level = _decibel(power)
        self._frames += np.bincount(level, minlength=DECIBELS)
        peak = (samples.max(axis=1, initial=0) >= FULL) | (samples.min(axis=1, initial=0) <= -FULL)
        if peak.any():  # few frames' are: only these are looked through
            full = np.abs(samples[peak].astype(np.int32)) >= FULL
            flat = full[:, :-2] & full[:, 1:-1] & full[:, 2:]  # three in a row: no wave's own top
            self._clipped += np.bincount(level[peak][flat.sum(axis=1) >= self._cut], minlength=DECIBELS)
        if len(self._power) < MOST or power.max(initial=0.0) > self._power[0]:
            self._power = np.sort(np.append(self._power, power))[-MOST:]

    @property
    def frames(self) -> int:
        """Frames so far, pauses and all."""
        return int(self._frames.sum())

    def found(self) -> Loudness:
        """What it comes to."""
        if len(self._power) <= FEW or not (loudest := float(self._power[-FEW])):
            return Loudness(-math.inf, 0.0)
        loud = self._power[self._power > loudest / 10 ** (RANGE_DB / 10)]
        middle = float(loud[len(loud) // 2])  # `np.median` loads a module: not where it may not
        level = 10 * math.log10(middle) - 20 * math.log10(32_768)
        speech = slice(max(0, int(_decibel(np.array(loudest))) - RANGE_DB), None)
        return Loudness(level, float(self._clipped[speech].sum() / self._frames[speech].sum()))


class SpeechLevel:
    """One live channel's speech, utterance by utterance."""

    def __init__(self, source: str) -> None:
        """`source`: whose sound it is, in a sentence."""
        self._source = source
        self._loud = Loud(SAMPLE_RATE)
        self._verdict = Verdict.FINE

    def heard(self, pcm: bytes) -> tuple[Verdict, str] | None:
        """`pcm` (16 kHz mono s16) is speech. The verdict and its sentence when it changes."""
        self._loud.add(pcm)
        if self._loud.frames < 2 * MOST:  # an utterance is half pauses and soft sounds
            return None
        found, self._loud = self._loud.found(), Loud(SAMPLE_RATE)
        before, self._verdict = self._verdict, found.verdict(self._verdict)
        return None if self._verdict is before else (self._verdict, found.sentence(self._source, self._verdict))


def _power(samples: NDArray[np.int16]) -> NDArray[np.float64]:
    """Mean squares of rows: in single precision, which is half the work, right to a ten-thousandth of a dB."""
    squares = np.einsum("ij,ij->i", samples, samples, dtype=np.float32)
    power: NDArray[np.float64] = squares.astype(np.float64) / max(1, samples.shape[1])
    return power


def _decibel(power: NDArray[np.float64]) -> NDArray[np.intp]:
    """Whole decibels of mean squares, from 0 up."""
    return (10 * np.log10(power + 1.0)).astype(np.intp)
