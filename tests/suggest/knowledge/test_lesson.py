"""What was learned for one encoder's vectors."""

from __future__ import annotations

import numpy as np
import pytest

from wingman.local.sentence_encoder import NAME, SIZE
from wingman.suggest.knowledge.lesson import Lesson, lesson_for, stored


def test_it_belongs_to_one_encoder() -> None:
    lesson = lesson_for(NAME)
    assert lesson is not None
    assert lesson.into.shape[0] == lesson.back.shape[1] == SIZE
    assert lesson_for("somebody-elses") is None


def test_several_vectors_are_taken_as_each_is() -> None:
    lesson = lesson_for(NAME)
    assert lesson is not None
    vectors = np.random.default_rng(1).normal(size=(3, SIZE)).astype(np.float32)
    each = np.stack([lesson.taken(vector) for vector in vectors])
    assert lesson.taken(vectors) == pytest.approx(each, abs=1e-4)
    assert not np.allclose(each, vectors)


def test_a_byte_a_number_is_near_enough() -> None:
    chance = np.random.default_rng(2)
    lesson = Lesson("any", *(chance.normal(size=size).astype(np.float32) for size in ((8, 3), (3, 8))))
    kept = stored(lesson)
    assert kept["into"].dtype == np.int8
    assert kept["into"] * kept["into_scale"] == pytest.approx(lesson.into, abs=0.02)
    assert kept["back"] * kept["back_scale"] == pytest.approx(lesson.back, abs=0.02)
