"""Make the gate's weights from labelled conversations, and say what they are worth on corpora left out."""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable
from itertools import compress
from pathlib import Path

import numpy as np

from scripts.gate import conversations
from scripts.gate.training import Design, Rows, fit, relative, select, training_rows, unseen_corpora
from scripts.gate.written import CORPUS
from wingman.local.sentence_encoder import SentenceEncoder, installed
from wingman.suggest.gate.evidence import with_signals
from wingman.suggest.gate.probe import ADDRESSEES, KINDS, Flavour, Floats
from wingman.suggest.gate.running_rate import HIGH
from wingman.suggest.playbook.signals import Signal

WEIGHTS = Path(__file__).parent.parent / "wingman" / "suggest" / "gate" / "weights"
COUNTED = 5
"""Words from which silence is counted: back-channels are too easy."""
SILENCE = {"lively": 0.92, "balanced": 0.96, "quiet": 0.98}
"""Share of the turns to be silent at that stay below each threshold, on unseen corpora."""
SURE = 0.92
"""Share of welcome moments among those above the highest threshold."""
ASKED = 0.90
"""Share of the moments that must have a card at which a model would be asked."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/train_gate", description=__doc__)
    parser.add_argument("--data", type=Path, default=conversations.FOLDER, help="folder of labelled *.jsonl")
    parser.add_argument("--check", action="store_true", help="measure only, write nothing")
    arguments = parser.parse_args()
    talks = [*conversations.load(arguments.data), *conversations.scripts()]
    flavours: tuple[Flavour, ...] = ("meaning", "words") if installed() else ("words",)
    for flavour in flavours:
        design = Design(flavour, training_rows(talks, flavour, encoding()))
        heads, scores = unseen_corpora(design)
        spoken = np.flatnonzero((design.rows.corpus != CORPUS) & (design.rows.copy == 0))
        rows, heads, scores = select(design.rows, spoken), heads[spoken], scores[spoken]
        usual = float(np.quantile(scores[rows.words >= COUNTED], HIGH))
        thresholds = _thresholds(rows, heads, relative(rows, scores, usual))
        print(f"{flavour}: {thresholds}")
        if not arguments.check:
            WEIGHTS.mkdir(exist_ok=True)
            (WEIGHTS / f"{flavour}.npz").write_bytes(_packed(*fit(design), [usual, *thresholds.values()]))


def encoding() -> Callable[[str], np.ndarray]:
    encoder, known = SentenceEncoder(), dict[str, np.ndarray]()

    def encode(text: str) -> np.ndarray:
        if text not in known:
            known[text] = encoder.encode_here([text])[0]
        return known[text]

    return encode


def _thresholds(rows: Rows, heads: Floats, scores: Floats) -> dict[str, float]:
    """As in `Thresholds`, and what they come to on corpora that were left out."""
    words = _KeyWords(rows, heads)
    quiet = rows.silent & (rows.words >= COUNTED)
    ranked = np.argsort(-scores)
    right = np.cumsum(~rows.silent[ranked]) / np.arange(1, len(ranked) + 1)
    enough = float(scores[ranked][np.flatnonzero(right >= SURE)[-1]])
    found = {"ask": float(np.quantile(scores[rows.must], 1 - ASKED))}
    for name, share in SILENCE.items():
        found[name] = _quietest(words, scores, enough, quiet, share) if name == "balanced" else 0.0
    told = words.add(scores, found["balanced"], max(enough, found["balanced"]))
    for name, share in SILENCE.items():
        if name != "balanced":
            found[name] = float(np.quantile(told[quiet], share))
    found["sure"] = max(found["balanced"], enough)
    for name, least in found.items():
        above = told >= least
        print(
            f"  {name:9} must {above[rows.must].mean():.2f}  welcome {(~rows.silent)[above].mean():.2f}"
            f"  silence {1 - above[quiet].mean():.3f}  of all {above.mean():.2f}"
        )
    return found


class _KeyWords:
    """What key words add to scores, as the gate adds it."""

    def __init__(self, rows: Rows, heads: Floats) -> None:
        heard = rows.state[:, : len(Signal)] > 0
        self._signals = [frozenset(compress(Signal, row)) for row in heard]
        addressed = heads[:, len(KINDS) : len(KINDS) + len(ADDRESSEES)].argmax(axis=1)
        self._other = addressed == ADDRESSEES.index("other")

    def add(self, scores: Floats, balanced: float, sure: float) -> Floats:
        return np.array(
            [
                score if other else with_signals(float(score), signals, balanced, sure)
                for score, signals, other in zip(scores, self._signals, self._other, strict=True)
            ]
        )


def _quietest(words: _KeyWords, scores: Floats, sure: float, quiet: np.ndarray, share: float) -> float:
    """The lowest threshold at which so many of the turns to be silent at stay below it, key words and all."""
    for least in np.quantile(scores, np.linspace(0.5, 0.99, 200)):
        if (words.add(scores, float(least), max(sure, float(least)))[quiet] < least).mean() >= share:
            return float(least)
    raise ValueError("no threshold is quiet enough; look at the key words")


def _packed(heads: Floats, verdict: Floats, thresholds: list[float]) -> bytes:
    """Weights as one small file: a byte each, with a scale for every input and head."""
    scale = np.abs(heads).max(axis=0, keepdims=True) / 32767
    out = io.BytesIO()
    np.savez_compressed(
        out,
        heads=np.round(heads / scale).astype(np.int16),
        scale=scale.astype(np.float32),
        verdict=verdict.astype(np.float32),
        thresholds=np.array(thresholds, np.float32),
    )
    return out.getvalue()


if __name__ == "__main__":
    main()
