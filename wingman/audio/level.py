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
"""Share of the loud tenths of a second that are cut off from which it is told."""
UNCLIPPED = 0.02
ENOUGH_S = 5.0
"""Seconds of loud speech after which something is said of it."""
FULL = 32_700
"""A sample from here on is as far as it goes."""
FRAMES_S = 10
"""Frames in a second."""
FEW = 5
"""Frames that may be bangs and clicks; with no more than these, nothing is said."""
RANGE = 100.0
"""Frames weaker than the loudest by more than this (20 dB) are pauses."""
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
    """Share of it that is cut off, 0 to 1."""

    def sentence(self, source: str, verdict: Verdict) -> str:
        """`verdict` for a person; empty where all is well. `source`: whose sound it is."""
        match verdict:
            case Verdict.QUIET:
                said = f"{source} is very quiet (speech at {self.level:.0f} dB of full scale)"
                return f"{said}, so words may be lost; raise its level"
            case Verdict.CLIPPED:
                said = f"{source} is too loud ({self.clipped:.0%} of the loud speech is cut off)"
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
    """The loudest frames of a recording, `ENOUGH_S` in all: what is said in it, whatever its pauses."""

    def __init__(self, rate: int) -> None:
        self._frame = rate // FRAMES_S
        self._most = round(ENOUGH_S * FRAMES_S)
        self._power = np.zeros(0)
        self._clipped = np.zeros(0, np.bool_)

    def add(self, pcm: bytes) -> None:
        """More of it (mono s16); what is less than a frame is passed over."""
        power, clipped = _frames(pcm, self._frame)
        if len(self._power) == self._most and power.max(initial=0.0) <= self._power[0]:
            return  # weaker than all that are kept
        power, clipped = np.append(self._power, power), np.append(self._clipped, clipped)
        order = np.argsort(power)[-self._most :]
        self._power, self._clipped = power[order], clipped[order]

    def found(self) -> Loudness:
        """What it comes to."""
        return _loudness(self._power, self._clipped)


class SpeechLevel:
    """One live channel's speech, utterance by utterance."""

    def __init__(self, source: str) -> None:
        """`source`: whose sound it is, in a sentence."""
        self._source = source
        self._power = np.zeros(0)
        self._clipped = np.zeros(0, np.bool_)
        self._verdict = Verdict.FINE

    def heard(self, pcm: bytes) -> tuple[Verdict, str] | None:
        """`pcm` (16 kHz mono s16) is speech. The verdict and its sentence when it changes."""
        power, clipped = _frames(pcm, SAMPLE_RATE // FRAMES_S)
        loud = np.argsort(power)[len(power) // 2 :]
        self._power = np.append(self._power, power[loud])
        self._clipped = np.append(self._clipped, clipped[loud])
        if len(self._power) < ENOUGH_S * FRAMES_S:
            return None
        found = _loudness(self._power, self._clipped)
        self._power, self._clipped = self._power[:0], self._clipped[:0]
        before, self._verdict = self._verdict, found.verdict(self._verdict)
        return None if self._verdict is before else (self._verdict, found.sentence(self._source, self._verdict))


def _frames(pcm: bytes, size: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Each frame's mean square, and whether three samples in a row are as far as they go."""
    count = len(pcm) // BYTES_PER_SAMPLE // size
    samples = np.frombuffer(pcm, "<i2", count=count * size).reshape(count, size).astype(np.int32)
    power = np.square(samples, dtype=np.float64).sum(axis=1) / size
    full = np.abs(samples) >= FULL
    clipped = (full[:, :-2] & full[:, 1:-1] & full[:, 2:]).any(axis=1)
    return np.asarray(power, np.float64), np.asarray(clipped, np.bool_)


def _loudness(power: NDArray[np.float64], clipped: NDArray[np.bool_]) -> Loudness:
    """The middle of those that are no pauses."""
    if len(power) <= FEW or not (loudest := float(np.sort(power)[-FEW])):
        return Loudness(-math.inf, 0.0)
    loud = power > loudest / RANGE
    middle = float(
        np.sort(power[loud])[int(loud.sum()) // 2]
    )  # `np.median` loads a module: not where it may not
    level = 10 * math.log10(middle) - 20 * math.log10(32_768)
    return Loudness(level, float(clipped[loud].mean()))
