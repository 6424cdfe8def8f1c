"""Words, pairs of words and pieces of words as a vector of fixed length, by hashing, without a table. Pure."""

from __future__ import annotations

from functools import lru_cache
from zlib import crc32

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
_BEGIN = crc32(b"<")
_END = b" >"


def ngrams(text: str) -> NDArray[np.float32]:
    """A vector of `SIZE` numbers and length 1; of zeros for a text without a word."""
    numbers = np.array(_numbers(normalise(text).split()[:LONGEST]), np.int64)
    signs = np.where(numbers & _SIGN, 1.0, -1.0)
    vector = np.bincount(numbers % SIZE, weights=signs, minlength=SIZE).astype(np.float32)
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length else vector


def _numbers(words: list[str]) -> list[int]:
    """The checksums of "first second" for each pair of neighbours, of words and of their pieces."""
    if not words:
        return []
    numbers: list[int] = []
    before = _BEGIN
    for word in words:
        behind, after, own = _word(word)
        numbers.append(crc32(behind, before))
        numbers += own
        before = after
    numbers.append(crc32(_END, before))
    return numbers


@lru_cache(maxsize=2048)  # what people say is said with a few hundred words
def _word(word: str) -> tuple[bytes, int, tuple[int, ...]]:
    """What a pair ends with if it ends with this word, the sum that one goes on from which begins with it, and
    the sums of the word and its pieces."""
    padded = f"_{word}_"
    pieces = (f"~{padded[at : at + PIECE]}" for at in range(max(1, len(padded) - PIECE + 1)))
    own = (f"={word}", *pieces)
    return f" {word}".encode(), crc32(word.encode()), tuple(crc32(key.encode()) for key in own)
