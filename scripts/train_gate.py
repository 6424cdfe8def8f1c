"""Make the gate's weights from labelled conversations, and say what they are worth on corpora left out."""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path

import numpy as np

from scripts.gate import conversations
from scripts.gate.thresholds import calibrate
from scripts.gate.training import Design, fit, training_rows, unseen_corpora, usual_kinds
from wingman.local.sentence_encoder import SentenceEncoder, installed
from wingman.suggest.gate.probe import Flavour, Floats

WEIGHTS = Path(__file__).parent.parent / "wingman" / "suggest" / "gate" / "weights"


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/train_gate", description=__doc__)
    parser.add_argument("--data", type=Path, default=conversations.FOLDER, help="folder of labelled *.jsonl")
    parser.add_argument("--check", action="store_true", help="measure only, write nothing")
    arguments = parser.parse_args()
    talks = [*conversations.load_or_exit(arguments.data), *conversations.scripts()]
    flavours: tuple[Flavour, ...] = ("meaning", "words") if installed() else ("words",)
    for flavour in flavours:
        design = Design(flavour, training_rows(talks, flavour, encoding()))
        nothing = np.zeros(len(design.rows.must), bool)
        judged = unseen_corpora(design)
        made = calibrate(design.rows, judged.heads, judged.scores, left_out=nothing)
        print(f"{flavour}: {made.thresholds}", *made.worth, sep="\n")
        if not arguments.check:
            WEIGHTS.mkdir(exist_ok=True)
            scale = [made.usual, *astuple(made.thresholds)]
            kinds = usual_kinds(design.rows, np.arange(len(nothing)))
            (WEIGHTS / f"{flavour}.npz").write_bytes(_packed(*fit(design), scale, kinds))


def encoding() -> Callable[[str], np.ndarray]:
    encoder, known = SentenceEncoder(), dict[str, np.ndarray]()

    def encode(text: str) -> np.ndarray:
        if text not in known:
            known[text] = encoder.encode_here([text])[0]
        return known[text]

    return encode


def _packed(heads: Floats, verdict: Floats, thresholds: list[float], usual_kinds: dict[str, Floats]) -> bytes:
    """Weights as one small file: a byte each, with a scale for every input and head."""
    scale = np.abs(heads).max(axis=0, keepdims=True) / 32767
    out = io.BytesIO()
    np.savez_compressed(
        out,
        heads=np.round(heads / scale).astype(np.int16),
        scale=scale.astype(np.float32),
        verdict=verdict.astype(np.float32),
        thresholds=np.array(thresholds, np.float32),
        playbooks=np.array(list(usual_kinds)),
        usual_kinds=np.array(list(usual_kinds.values()), np.float32),
    )
    return out.getvalue()


if __name__ == "__main__":
    main()
