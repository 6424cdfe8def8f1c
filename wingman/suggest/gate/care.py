"""What calls for care, told by what a turn means: key words know the usual sentences, this hears the others.

Pure. A choice between seven needs and none, linear in the encoder's vector of one turn. `scripts/train_care`
makes the weights from sentences in `scripts/gate/written/care`; docs/gate.md says what they are worth.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from wingman.suggest.playbook.signals import CARE, Signal

Floats: TypeAlias = NDArray[np.float64]
AT_LEAST = 0.45
"""The share of the odds a need must have. It starts no card: it decides what one that is due anyway says."""


def needs(meaning: NDArray[np.float32] | None) -> frozenset[Signal]:
    """The need a turn of this meaning tells of, if any; none without a meaning."""
    if meaning is None:
        return frozenset()
    share = shares(meaning.astype(np.float64), _weights())
    best = int(np.argmax(share))
    return frozenset((CARE[best],)) if share[best] >= AT_LEAST else frozenset()


def shares(meaning: Floats, weights: Floats) -> Floats:
    """Of each need in `CARE`, the share of the odds; the rest belongs to none of them."""
    points = np.append(meaning, 1.0) @ weights
    odds: Floats = np.exp(np.minimum(points, 50.0))
    share: Floats = odds / (1.0 + odds.sum())
    return share


@lru_cache(maxsize=1)
def _weights() -> Floats:
    """(vector + 1) × needs, the constant in the last row."""
    raw = files("wingman.suggest.gate").joinpath("weights", "care.npz").read_bytes()
    with np.load(BytesIO(raw), allow_pickle=False) as stored:
        found: Floats = stored["needs"].astype(np.float64)
    return found
