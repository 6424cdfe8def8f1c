"""Which sentence of a brief answers a question, told by what both mean.

A sentence encoder tells what texts are about, and a question lies near to whatever is said of the same thing:
"how long does the battery last" near to how long delivery takes. So both are sorted first, by what is asked for
and what is stated: some hundred topics that people ask about and write into briefs, and none of them. A fact
answers only what asks for its own topic, and only where no other fact of the brief does. Pure;
`scripts/train_facts` makes the weights from `scripts/gate/written/facts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]
AT_LEAST = 0.5
"""How likely question and fact must be of one topic."""
ALONE = 0.25
"""What the second of the facts may have of that, at most."""
FILE = "facts.npz"


@dataclass(frozen=True, slots=True)
class Topics:
    """Two choices between all topics and none, linear in a vector; the constant is in the last row."""

    asked: Floats
    """(numbers of a vector + 1, topics)"""
    told: Floats

    def of_question(self, vectors: Floats) -> Floats:
        """Of each question, a row of shares by topic; the rest of 1 belongs to none."""
        return _shares(vectors, self.asked)

    def of_facts(self, vectors: Floats) -> Floats:
        """The same of sentences of a brief."""
        return _shares(vectors, self.told)


def answering(question: Floats, facts: Sequence[Floats], topics: Topics | None = None) -> int | None:
    """The place of the fact that answers, by the vectors of question and facts; None without a sure one."""
    if not facts:
        return None
    known = topics or shipped()
    alike = known.of_facts(np.stack(facts)) @ known.of_question(question[None])[0]
    best = int(alike.argmax())
    others = np.delete(alike, best)
    if alike[best] < AT_LEAST or (len(others) and others.max() > ALONE * alike[best]):
        return None
    return best


def _shares(vectors: Floats, weights: Floats) -> Floats:
    whole = np.c_[vectors, np.ones(len(vectors), np.float32)]
    odds = np.exp(np.minimum(whole @ weights, 50.0))
    return np.asarray(odds / (1.0 + odds.sum(1, keepdims=True)), np.float32)


@lru_cache(maxsize=1)
def shipped() -> Topics:
    """What was learned."""
    raw = files("wingman.suggest.card").joinpath(FILE).read_bytes()
    with np.load(BytesIO(raw), allow_pickle=False) as stored:
        return Topics(
            *(stored[name].astype(np.float32) * stored[f"{name}_scale"] for name in ("asked", "told"))
        )


def stored(topics: Topics) -> dict[str, NDArray[np.generic]]:
    """The same as arrays of a file: a byte a number, with a scale for each topic."""
    found: dict[str, NDArray[np.generic]] = {}
    for name, values in (("asked", topics.asked), ("told", topics.told)):
        scale = np.abs(values).max(0, keepdims=True) / 127 + 1e-12
        found[name] = np.round(values / scale).astype(np.int8)
        found[f"{name}_scale"] = scale.astype(np.float32)
    return found
