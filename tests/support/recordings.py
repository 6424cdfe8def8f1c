"""Short recordings cut from the sample meeting, as WAV files on two channels."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tests.support import sample
from wingman.core.time import SAMPLE_RATE, Channel


def cut(path: Path, start: float, end: float, channels: Sequence[Channel] = (Channel.TAB, Channel.MIC)) -> Path:
    """Write seconds `start` to `end` of the sample (left: tab, right: mic)."""
    first, last = round(start * SAMPLE_RATE), round(end * SAMPLE_RATE)
    data = np.stack([sample.audio()[channel][first:last] for channel in channels], axis=1)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(len(channels))
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE)
        out.writeframes(np.ascontiguousarray(data).tobytes())
    return path


def turn(path: Path, text: str, *, before: float = 0.5, after: float = 0.8) -> tuple[Path, sample.TrueTurn]:
    """One turn of the sample, found by how it begins, with silence around it."""
    found = next(t for t in sample.truth() if t.text.startswith(text))
    return cut(path, max(0.0, found.start - before), found.end + after), found
