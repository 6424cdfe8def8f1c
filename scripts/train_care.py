"""Make the weights by which a need for care is heard in other words than the key words.

    python -m scripts.train_care [--check] [--data DIR]

Learns from `scripts/gate/written/care/LANGUAGE.txt` (sections `[grief]` … and `[none]`) and, as turns that need
no care, from the gate's other written turns. Prints what leaving out a fifth at a time gives, and which turns
of the labelled conversations in DIR are taken for a need that no key word tells of, for a person to read.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from scripts.gate import conversations, written
from scripts.train_gate import WEIGHTS
from wingman.local.sentence_encoder import SentenceEncoder
from wingman.suggest.gate.care import AT_LEAST, Floats, shares
from wingman.suggest.playbook.signals import CARE, detect

FOLDER = written.FOLDER / "care"
NONE = "none"
RIDGE = 0.08
STEPS = 1500
RATE = 4.0
PARTS = 5


def sentences() -> list[tuple[str, str, int]]:
    """(language, words, need): its place in `CARE`, or their number for none."""
    found = []
    for path in sorted(FOLDER.glob("*.txt")):
        need = len(CARE)
        for line in path.read_text("utf-8").splitlines():
            name = line.strip().removeprefix("[").removesuffix("]")
            if line.startswith("["):
                need = len(CARE) if name == NONE else [str(signal) for signal in CARE].index(name)
            elif name:
                found.append((path.stem, name, need))
    for talk in written.load():
        calm = (turn.text for turn in talk.turns if not detect(turn.text, talk.language).intersection(CARE))
        found += [(talk.language, text, len(CARE)) for text in calm]
    return found


def fit(vectors: Floats, needs: Sequence[int]) -> Floats:
    """Multinomial logistic regression against none, with a ridge, by accelerated gradient steps."""
    x = np.c_[vectors, np.ones(len(vectors))]
    wanted = np.eye(len(CARE) + 1)[list(needs)][:, :-1]
    weights = before = np.zeros((x.shape[1], len(CARE)))
    ridge = np.full((x.shape[1], 1), RIDGE)
    ridge[-1] = 0.0
    for step in range(STEPS):
        ahead = weights + step / (step + 3) * (weights - before)
        odds = np.exp(np.clip(x @ ahead, -30, 30))
        share = odds / (1.0 + odds.sum(axis=1, keepdims=True))
        slope = (x.T @ (share - wanted) + ridge * ahead) / len(x)
        before, weights = weights, ahead - RATE * slope
    return weights


def chosen(vectors: Floats, weights: Floats) -> list[int]:
    """The need each vector tells of, or none, as the gate decides it."""
    found = []
    for vector in vectors:
        share = shares(vector, weights)
        best = int(np.argmax(share))
        found.append(best if share[best] >= AT_LEAST else len(CARE))
    return found


def left_out(vectors: Floats, needs: Sequence[int]) -> list[int]:
    """What each sentence is taken for by weights that have not seen its fifth."""
    part = np.arange(len(needs)) % PARTS
    found = np.zeros(len(needs), int)
    for one in range(PARTS):
        seen, unseen = np.flatnonzero(part != one), np.flatnonzero(part == one)
        weights = fit(vectors[seen], [needs[at] for at in seen.tolist()])
        found[unseen] = chosen(vectors[unseen], weights)
    return found.tolist()


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/train_care", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=conversations.FOLDER, help="folder of labelled *.jsonl")
    parser.add_argument("--check", action="store_true", help="measure only, write nothing")
    arguments = parser.parse_args()
    encoder = SentenceEncoder()
    learnt = sentences()
    vectors = encoder.encode_here([words for _, words, _ in learnt]).astype(np.float64)
    needs = [need for _, _, need in learnt]
    taken = left_out(vectors, needs)
    for at, name in enumerate((*CARE, NONE)):
        own = [found for found, need in zip(taken, needs, strict=True) if need == at]
        heard = sum(found == at for found in own)
        print(f"{name}: {heard} of {len(own)}, {sum(found not in (at, len(CARE)) for found in own)} as another")
    weights = fit(vectors, needs)
    if arguments.data.is_dir():
        _read(arguments.data, encoder, weights)
    encoder.close()
    if not arguments.check:
        out = io.BytesIO()
        np.savez_compressed(out, needs=weights.astype(np.float16))
        (WEIGHTS / "care.npz").write_bytes(out.getvalue())


def _read(folder: Path, encoder: SentenceEncoder, weights: Floats) -> None:
    turns = [
        (talk.language, turn)
        for talk in conversations.load_or_exit(folder)
        for turn in talk.turns
        if turn.who != "U"
    ]
    vectors = encoder.encode_here([turn.text for _, turn in turns]).astype(np.float64)
    count = 0
    for (language, turn), need in zip(turns, chosen(vectors, weights), strict=True):
        if need < len(CARE) and CARE[need] not in detect(turn.text, language):
            count += 1
            print(f"  {CARE[need]} ({turn.label}): {turn.text[:160]}")
    print(f"taken for a need, without its key words: {count} of {len(turns)} labelled turns")


if __name__ == "__main__":
    main()
