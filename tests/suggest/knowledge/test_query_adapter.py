"""What was learned for one encoder's vectors."""

from __future__ import annotations

import numpy as np
import pytest

from wingman.local.sentence_encoder import NAME, SIZE
from wingman.suggest.knowledge.query_adapter import QueryAdapter, adapter_for, stored


def test_it_belongs_to_one_encoder() -> None:
    adapter = adapter_for(NAME)
    assert adapter is not None
    assert adapter.into.shape[0] == adapter.back.shape[1] == SIZE
    assert adapter_for("somebody-elses") is None


def test_several_vectors_are_taken_as_each_is() -> None:
    adapter = adapter_for(NAME)
    assert adapter is not None
    vectors = np.random.default_rng(1).normal(size=(3, SIZE)).astype(np.float32)
    each = np.stack([adapter.taken(vector) for vector in vectors])
    assert adapter.taken(vectors) == pytest.approx(each, abs=1e-4)
    assert not np.allclose(each, vectors)


def test_a_byte_a_number_is_near_enough() -> None:
    chance = np.random.default_rng(2)
    adapter = QueryAdapter("any", *(chance.normal(size=size).astype(np.float32) for size in ((8, 3), (3, 8))))
    kept = stored(adapter)
    assert kept["into"].dtype == np.int8
    assert kept["into"] * kept["into_scale"] == pytest.approx(adapter.into, abs=0.02)
    assert kept["back"] * kept["back_scale"] == pytest.approx(adapter.back, abs=0.02)
