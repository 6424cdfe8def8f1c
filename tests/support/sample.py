"""The bundled sample meeting and its ground truth, for tests and figures."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

import wingman
from wingman.core.time import SAMPLE_RATE, Channel

FOLDER = Path(wingman.__file__).parent / "samples"


@dataclass(frozen=True, slots=True)
class TrueTurn:
    channel: Channel
    start: float
    end: float
    text: str
    tag: str


@cache
def truth() -> tuple[TrueTurn, ...]:
    """All turns, in the order they begin; times in seconds."""
    channels = json.loads((FOLDER / "meeting.json").read_text(encoding="utf-8"))["channels"]
    turns = [
        TrueTurn(Channel(name), turn["start"], turn["end"], turn["text"], turn["tag"])
        for name, channel in channels.items()
        for turn in channel["turns"]
    ]
    return tuple(sorted(turns, key=lambda turn: turn.start))


@cache
def words(channel: Channel) -> tuple[tuple[str, float], ...]:
    """Each word of a channel and where it begins, in seconds."""
    channels = json.loads((FOLDER / "meeting.json").read_text(encoding="utf-8"))["channels"]
    turns = sorted(channels[channel]["turns"], key=lambda turn: turn["start"])
    return tuple((word["text"], word["start"]) for turn in turns for word in turn["words"])


@cache
def audio() -> dict[Channel, npt.NDArray[np.int16]]:
    """Each channel as 16 kHz mono."""
    with av.open(str(FOLDER / "meeting.ogg")) as container:
        resampler = av.AudioResampler(format="s16", layout="stereo", rate=SAMPLE_RATE)
        frames = [f for frame in container.decode(audio=0) for f in resampler.resample(frame)]
    both = np.concatenate([frame.to_ndarray().reshape(-1, 2) for frame in frames])
    return {Channel.TAB: both[:, 0].copy(), Channel.MIC: both[:, 1].copy()}


def plain_words(text: str) -> list[str]:
    """Lower-case words without punctuation."""
    return re.findall(r"[a-z']+", text.lower())


def word_errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Substitutions, insertions and deletions between two word lists (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for i, a in enumerate(said, 1):
        before, row = row, [i]
        for j, b in enumerate(heard):
            row.append(min(before[j] + (a != b), before[j + 1] + 1, row[j] + 1))
    return row[-1]
