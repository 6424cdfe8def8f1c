"""Texts as vectors, by hashing."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wingman.suggest.gate.ngrams import SIZE, ngrams


@given(st.text(max_size=200))
def test_any_text_has_a_vector_of_length_one_or_none(text: str) -> None:
    vector = ngrams(text)
    assert vector.shape == (SIZE,)
    length = float(np.linalg.norm(vector))
    assert length == 0.0 or math.isclose(length, 1.0, rel_tol=1e-5)


def test_case_and_punctuation_change_nothing() -> None:
    assert np.array_equal(ngrams("How much is it, per month?"), ngrams("how much is it per month"))


def test_a_slip_of_one_letter_leaves_most_of_it() -> None:
    said, heard = ngrams("we are happy with our supplier"), ngrams("we are happy with our suplier")
    assert float(said @ heard) > 0.7
    assert float(said @ ngrams("the train leaves at nine")) < 0.3
