"""How a question is put so that it lies nearer to the notes that answer it: a linear map of its vector.

An encoder tells what texts are about, and a question lies near to others of its matter whether they answer it
or not. The map is learned from notes with questions (`scripts/train_notes`) for one encoder; vectors of others
stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import Any

import numpy as np
from numpy.typing import NDArray

FILE = "query_adapter.npz"


@dataclass(frozen=True, slots=True)
class QueryAdapter:
    """A map of low rank, added to the vector itself."""

    encoder: str
    """Name of the encoder whose vectors it takes."""
    into: NDArray[np.float32]
    """(numbers of a vector, rank)"""
    back: NDArray[np.float32]
    """(rank, numbers of a vector)"""

    def taken(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """One or several vectors, as they are compared."""
        return np.asarray(vectors + (vectors @ self.into) @ self.back, np.float32)


@cache
def adapter_for(encoder: str) -> QueryAdapter | None:
    """What was learned for this encoder; None for others."""
    with as_file(files(__package__).joinpath(FILE)) as path, np.load(path, allow_pickle=False) as stored:
        if str(stored["encoder"]) != encoder:
            return None
        into, back = (
            stored[name].astype(np.float32) * stored[f"{name}_scale"].astype(np.float32)
            for name in ("into", "back")
        )
        return QueryAdapter(encoder, into, back)


def stored(adapter: QueryAdapter) -> dict[str, NDArray[Any]]:
    """The same as arrays of a file: a byte a number, with a scale for each rank."""
    found: dict[str, NDArray[Any]] = {"encoder": np.array(adapter.encoder)}
    for name, values, axis in (("into", adapter.into, 0), ("back", adapter.back, 1)):
        scale = np.abs(values).max(axis, keepdims=True) / 127 + 1e-12
        found[name] = np.round(values / scale).astype(np.int8)
        found[f"{name}_scale"] = scale.astype(np.float32)
    return found
