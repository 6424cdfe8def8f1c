"""Learn how a question is put so that it lies nearer to its answer in notes (`knowledge/query_adapter.py`).

A linear map of the encoder's vectors, by gradient descent on the choice between the sections of one set of
notes. Numbers left out by chance, and a pull back to the vectors as they are, keep it from learning the notes
by heart. The same notes and seeds give the same map.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wingman.local.sentence_encoder import NAME, SIZE
from wingman.suggest.knowledge.query_adapter import QueryAdapter, stored

RANK = 64
SEEDS = 2
STEPS = 40
RATE = 0.002
PULL = 0.003
LEFT_OUT = 0.5
SHARP = 12.0
"""How much a difference of cosines counts."""
_BEGIN, _SLOW, _LEAST = 0.9, 0.99, 1e-4
"""Of Adam: how long slopes and their squares are remembered, and what is added to the spread."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The questions of one set of notes, and its passages."""

    asked: NDArray[np.float32]
    """(questions, numbers of a vector)"""
    passages: NDArray[np.float32]
    """(passages, numbers of a vector)"""
    starts: NDArray[np.intp]
    """Of each section, its first passage."""
    answers: NDArray[np.bool_]
    """(questions, sections): True where a section answers."""


def learned(found: Sequence[Lines]) -> QueryAdapter:
    """The mean of what several seeds give, cut to a rank, as it is after it was stored."""
    whole = np.mean([_descended(found, seed) for seed in range(SEEDS)], axis=0)
    left, sizes, right = np.linalg.svd(whole)
    root = np.sqrt(sizes[:RANK])
    kept = stored(QueryAdapter(NAME, left[:, :RANK] * root, root[:, None] * right[:RANK]))
    into, back = (kept[name] * kept[f"{name}_scale"] for name in ("into", "back"))
    return QueryAdapter(NAME, into.astype(np.float32), back.astype(np.float32))


def _descended(found: Sequence[Lines], seed: int) -> NDArray[np.float32]:
    """The map of full rank, by Adam."""
    chance = np.random.default_rng(seed)
    whole = np.zeros((SIZE, SIZE), np.float32)
    mean, spread = whole.copy(), whole.copy()
    count = sum(len(lines.asked) for lines in found)
    for step in range(1, STEPS + 1):
        slope = PULL * whole
        for lines in found:
            slope += _slope(lines, whole, chance) * (SHARP / count)
        mean = _BEGIN * mean + (1 - _BEGIN) * slope
        spread = _SLOW * spread + (1 - _SLOW) * slope * slope
        forward = (mean / (1 - _BEGIN**step)) / (np.sqrt(spread / (1 - _SLOW**step)) + _LEAST)
        whole -= np.float32(RATE * (1 - step / STEPS)) * forward
    return whole


def _slope(lines: Lines, whole: NDArray[np.float32], chance: np.random.Generator) -> NDArray[np.float32]:
    """Of what it costs that other sections than those that answer lie near, by the map."""
    stays = chance.random(lines.asked.shape) > LEFT_OUT
    asked = (lines.asked * stays / (1 - LEFT_OUT)).astype(np.float32)
    cosines = (asked + asked @ whole) @ lines.passages.T
    best = np.maximum.reduceat(cosines, lines.starts, axis=1)
    odds = np.exp(SHARP * (best - best.max(1, keepdims=True)))
    share = odds / odds.sum(1, keepdims=True)
    right = np.where(lines.answers, share, 0)
    surplus = share - right / np.maximum(right.sum(1, keepdims=True), 1e-9)
    lengths = np.diff(np.append(lines.starts, len(lines.passages)))
    section = np.repeat(np.arange(len(lines.starts)), lengths)
    nearest = cosines >= best[:, section] - 1e-9  # a section is as near as the nearest of its passages
    slope: NDArray[np.float32] = asked.T @ ((surplus[:, section] * nearest) @ lines.passages)
    return slope
