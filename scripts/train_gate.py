"""Make the gate's weights from labelled conversations, and say what they are worth on corpora left out."""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np

from scripts.gate import conversations
from scripts.gate.training import HEARD, Design, Rows, fit, relative, select, training_rows, unseen_corpora
from scripts.gate.written import CORPUS
from wingman.local.sentence_encoder import SentenceEncoder, installed
from wingman.suggest.gate.probe import Flavour, Floats

WEIGHTS = Path(__file__).parent.parent / "wingman" / "suggest" / "gate" / "weights"
COUNTED = 5
"""Words from which silence is counted: back-channels are too easy."""
HIGH = 0.85
SILENCE = {"lively": 0.92, "balanced": 0.95, "quiet": 0.98}
"""Share of the turns to be silent at that stay below each threshold, on unseen corpora."""
SURE = 0.85
"""Share of welcome moments among those above the highest threshold."""
ASKED = 0.90
"""Share of the moments that must have a card at which a model would be asked."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/train_gate", description=__doc__)
    parser.add_argument("--data", type=Path, default=conversations.FOLDER, help="folder of labelled *.jsonl")
    parser.add_argument("--check", action="store_true", help="measure only, write nothing")
    arguments = parser.parse_args()
    talks = [*conversations.load(arguments.data), *conversations.scripts()]
    flavours: tuple[Flavour, ...] = ("words", "meaning") if installed() else ("words",)
    for flavour in flavours:
        design = Design(flavour, training_rows(talks, flavour, encoding()))
        spoken = np.flatnonzero(design.rows.corpus != CORPUS)
        rows, scores = select(design.rows, spoken), unseen_corpora(design)[1][spoken]
        usual = float(np.quantile(scores[rows.words >= COUNTED], HIGH))
        thresholds = _thresholds(rows, relative(rows, scores, usual))
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


def _thresholds(rows: Rows, scores: Floats) -> dict[str, float]:
    """As in `Thresholds`, and what they come to."""
    clean = rows.copy == 0
    quiet = scores[clean & rows.silent & (rows.words >= COUNTED)]
    found = {"ask": float(np.quantile(scores[clean & rows.must], 1 - ASKED))}
    found |= {name: float(np.quantile(quiet, share)) for name, share in SILENCE.items()}
    ranked = np.argsort(-scores[clean])
    right = np.cumsum(~rows.silent[clean][ranked]) / np.arange(1, len(ranked) + 1)
    enough = np.flatnonzero(right >= SURE)
    found["sure"] = max(found["balanced"], float(scores[clean][ranked][enough[-1]]))
    for copy, (variant, _) in enumerate(HEARD):
        part = select(rows, np.flatnonzero(rows.copy == copy))
        told = scores[rows.copy == copy]
        for name, least in found.items():
            above = told >= least
            print(
                f"  {variant:6} {name:9} must {above[part.must].mean():.2f}"
                f"  welcome {(~part.silent)[above].mean():.2f}"
                f"  silence {1 - above[part.silent & (part.words >= COUNTED)].mean():.3f}"
                f"  of all {above.mean():.2f}"
            )
    return found


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
