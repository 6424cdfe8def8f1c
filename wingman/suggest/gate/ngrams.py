"""Words, pairs of words and pieces of words as a vector of fixed length, by hashing, without a table. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from wingman.suggest.playbook.signals import normalise

SIZE = 2048
"""Numbers in a vector; a power of two."""
PIECE = 4
"""Letters; what languages bend at the end of a word, and a recogniser gets wrong in it, leaves pieces whole."""
LONGEST = 200
"""Words looked at."""
_SIGN = 1 << 20


def ngrams(text: str) -> NDArray[np.float32]:
    """A vector of `SIZE` numbers and length 1; of zeros for a text without a word."""
    keys = _keys(normalise(text).split()[:LONGEST])
    numbers = np.array([zlib.crc32(key.encode()) for key in keys], np.int64)
    signs = np.where(numbers & _SIGN, 1.0, -1.0)
    vector = np.bincount(numbers % SIZE, weights=signs, minlength=SIZE).astype(np.float32)
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length else vector


def _keys(words: list[str]) -> Iterator[str]:
    if not words:
        return
    fenced = ["<", *words, ">"]
    for first, second in pairwise(fenced):
        yield f"{first} {second}"
    for word in words:
        yield f"={word}"
        padded = f"_{word}_"
        for at in range(max(1, len(padded) - PIECE + 1)):
            yield f"~{padded[at : at + PIECE]}"
