"""Thresholds for the gate, from scores of meetings that were left out.

A corpus is measured with thresholds that do not know it: `calibrate` is told what to leave out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import compress

import numpy as np

from scripts.gate import written
from scripts.gate.training import Rows, relative, select
from wingman.suggest.gate.dialogue import MARKED
from wingman.suggest.gate.evidence import with_signals
from wingman.suggest.gate.probe import ADDRESSEES, KINDS, Floats, Thresholds
from wingman.suggest.gate.running_rate import MARK
from wingman.suggest.playbook.signals import Signal

COUNTED = 5
"""Words from which silence is counted: back-channels are too easy."""
SILENCE = {"lively": 0.92, "balanced": 0.955, "quiet": 0.98}
"""Share of the turns to be silent at that stay below each threshold, on unseen corpora."""
SURE = 0.92
"""Share of welcome moments among those above the highest threshold."""
ASKED = 0.90
"""Share of the moments that must have a card at which a model would be asked."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """The scale of scores, and what they come to on the meetings it was made from."""

    usual: float
    """The running rate of a usual meeting."""
    thresholds: Thresholds
    worth: tuple[str, ...]
    """One line a threshold, to be read."""


def calibrate(rows: Rows, heads: Floats, scores: Floats, left_out: np.ndarray) -> Calibration:
    """From the turns of real conversations but those in `left_out`."""
    ours = np.isin(rows.corpus, (written.CORPUS, written.TALKS))
    at = np.flatnonzero(~ours & ~left_out)
    rows, heads, scores = select(rows, at), heads[at], scores[at]
    usual = float(np.quantile(scores[rows.words >= COUNTED], MARK))
    scores = relative(rows, scores, usual)
    words = _KeyWords(rows, heads)
    thresholds = _thresholds(rows, scores, words)
    told = words.add(scores, thresholds.balanced, thresholds.sure)
    return Calibration(usual, thresholds, tuple(_worth(rows, told, thresholds)))


def _thresholds(rows: Rows, scores: Floats, words: _KeyWords) -> Thresholds:
    quiet = rows.silent & (rows.words >= COUNTED)
    ranked = np.argsort(-scores)
    right = np.cumsum(~rows.silent[ranked]) / np.arange(1, len(ranked) + 1)
    enough = float(scores[ranked][np.flatnonzero(right >= SURE)[-1]])
    balanced = _quietest(words, scores, enough, quiet, SILENCE["balanced"])
    sure = max(balanced, enough)
    told = words.add(scores, balanced, sure)[quiet]
    return Thresholds(
        ask=float(np.quantile(scores[rows.must], 1 - ASKED)),
        lively=float(np.quantile(told, SILENCE["lively"])),
        balanced=balanced,
        quiet=float(np.quantile(told, SILENCE["quiet"])),
        sure=sure,
    )


def _worth(rows: Rows, told: Floats, thresholds: Thresholds) -> Iterator[str]:
    quiet = rows.silent & (rows.words >= COUNTED)
    for name, least in asdict(thresholds).items():
        above = told >= least
        yield (
            f"  {name:9} must {above[rows.must].mean():.2f}  welcome {(~rows.silent)[above].mean():.2f}"
            f"  silence {1 - above[quiet].mean():.3f}  of all {above.mean():.2f}"
        )


class _KeyWords:
    """What key words add to scores, as the gate adds it."""

    def __init__(self, rows: Rows, heads: Floats) -> None:
        heard = rows.state[:, : len(Signal)] > 0
        self._signals = [frozenset(compress(Signal, row)) for row in heard]
        self._asked = rows.state[:, MARKED] > 0
        addressed = heads[:, len(KINDS) : len(KINDS) + len(ADDRESSEES)].argmax(axis=1)
        self._other = addressed == ADDRESSEES.index("other")

    def add(self, scores: Floats, balanced: float, sure: float) -> Floats:
        return np.array(
            [
                score if other else with_signals(float(score), signals, balanced, sure, asked=asked)
                for score, signals, other, asked in zip(
                    scores, self._signals, self._other, self._asked, strict=True
                )
            ]
        )


def _quietest(words: _KeyWords, scores: Floats, sure: float, quiet: np.ndarray, share: float) -> float:
    """The lowest threshold at which so many of the turns to be silent at stay below it, key words and all."""
    for least in np.quantile(scores, np.linspace(0.5, 0.99, 200)):
        if (words.add(scores, float(least), max(sure, float(least)))[quiet] < least).mean() >= share:
            return float(least)
    raise ValueError("no threshold is quiet enough; look at the key words")
