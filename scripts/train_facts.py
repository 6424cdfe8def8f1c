"""Make the weights by which a sentence of a brief is known to answer a question, and say what they are worth.

    python -m scripts.train_facts [--check]

Learns from `scripts/gate/written/facts`: topics, how people ask for them and how briefs state them, in five
languages; and what asks for no fact and states none. Prints how many questions of `tests/eval/briefs.json` get
the fact that answers, another, or one though none answers. Those named `held` were written before the topics.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scripts.gate import written
from wingman.local.sentence_encoder import SentenceEncoder
from wingman.suggest.card import asked_facts
from wingman.suggest.card.asked_facts import Topics, answering, stored
from wingman.suggest.card.choice import named_parts
from wingman.suggest.knowledge.sections import sections_of
from wingman.suggest.playbook.signals import normalise

FOLDER = written.FOLDER / "facts"
BRIEFS = Path(__file__).parent.parent / "tests" / "eval" / "briefs.json"
WEIGHTS = Path(asked_facts.__file__).with_name(asked_facts.FILE)
PULL = 1e-5
STEPS = 500
RATE = 0.1
_BEGIN, _SLOW, _LEAST = 0.9, 0.99, 1e-8
"""Of Adam: how long slopes and their squares are remembered, and what is added to the spread."""


@dataclass(frozen=True, slots=True)
class Rates:
    """What comes of the questions about some briefs."""

    right: float
    """Of those that a fact answers."""
    wrong: float
    """Another fact, of the same."""
    needless: float
    """A fact, of those that none answers."""


def sentences() -> tuple[list[tuple[str, int]], list[tuple[str, int]], int]:
    """(words, topic) of what asks and of what states, and how many topics; that number is none of them."""
    asked: list[tuple[str, int]] = []
    told: list[tuple[str, int]] = []
    lines = (FOLDER / "topics.txt").read_text("utf-8").splitlines()
    topics = [line.split(":", 1)[1] for line in lines if line and not line.startswith("#")]
    none = (FOLDER / "none.txt").read_text("utf-8").splitlines()[1]
    for topic, line in enumerate((*topics, none)):
        for into, part in zip((asked, told), line.rsplit("//", 1), strict=True):
            into += ((one.strip(), topic) for one in part.split("|") if one.strip())
    asked += [(normalise(text), topic) for text, topic in asked]  # as a recogniser without signs writes it
    return asked, told, len(topics)


def learned(encoder: SentenceEncoder) -> Topics:
    """Both choices."""
    asked, told, count = sentences()
    return Topics(_fitted(asked, count, encoder), _fitted(told, count, encoder))


def _fitted(said: Sequence[tuple[str, int]], count: int, encoder: SentenceEncoder) -> NDArray[np.float32]:
    """Multinomial logistic regression against none, by Adam."""
    x = np.c_[encoder.encode_here([text for text, _ in said]), np.ones(len(said))]
    wanted = np.eye(count + 1)[[topic for _, topic in said]][:, :-1]
    weights = np.zeros((x.shape[1], count))
    mean, spread = weights.copy(), weights.copy()
    for step in range(1, STEPS + 1):
        odds = np.exp(np.minimum(x @ weights, 50.0))
        share = odds / (1.0 + odds.sum(1, keepdims=True))
        slope = x.T @ (share - wanted) / len(x) + PULL * weights
        mean = _BEGIN * mean + (1 - _BEGIN) * slope
        spread = _SLOW * spread + (1 - _SLOW) * slope * slope
        forward = (mean / (1 - _BEGIN**step)) / (np.sqrt(spread / (1 - _SLOW**step)) + _LEAST)
        weights -= RATE * (1 - step / STEPS) * forward
    return weights.astype(np.float32)


def measured(part: str, encoder: SentenceEncoder, topics: Topics | None = None) -> Rates:
    """What `topics`, or the shipped ones, make of the briefs of one part."""
    counts = {"right": 0, "wrong": 0, "needless": 0}
    asked = {True: 0, False: 0}
    for brief in json.loads(BRIEFS.read_text("utf-8")):
        if brief["part"] != part:
            continue
        facts = [one.statements[0] for text in named_parts(brief["brief"]) for one in sections_of(text, "")]
        vectors = list(encoder.encode_here(facts))
        for turn in brief["turns"]:
            at = answering(encoder.encode_here([turn["text"]])[0], vectors, topics)
            asked[bool(turn["fact"])] += 1
            if at is not None:
                right = bool(turn["fact"]) and facts[at].startswith(turn["fact"])
                counts["right" if right else "wrong" if turn["fact"] else "needless"] += 1
    return Rates(
        counts["right"] / asked[True], counts["wrong"] / asked[True], counts["needless"] / asked[False]
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/train_facts", description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="measure only, write nothing")
    arguments = parser.parse_args()
    encoder = SentenceEncoder()
    try:
        if not arguments.check:
            np.savez_compressed(WEIGHTS, allow_pickle=False, **stored(learned(encoder)))
            asked_facts.shipped.cache_clear()
        for part in ("held", "dev"):
            print(part, measured(part, encoder))
    finally:
        encoder.close()


if __name__ == "__main__":
    main()
