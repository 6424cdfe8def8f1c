"""Every way an error can be written down, read back by its code."""

from __future__ import annotations

from typing import get_args

import pytest

from wingman.testing.hume_v0.shapes import ErrorShape, WarningShape, code_of, error, warning


@pytest.mark.parametrize("shape", get_args(ErrorShape))
def test_the_code_of_an_error_in_every_shape(shape: ErrorShape) -> None:
    assert code_of(error("E0101", "no", shape)) == "E0101"


@pytest.mark.parametrize("shape", get_args(WarningShape))
def test_a_warning_is_written_in_every_shape(shape: WarningShape) -> None:
    written = warning("W0105", "no speech", "prosody", shape)
    assert "W0105" in str(written)
    assert bool(code_of(written)) is (shape == "error"), "only that shape reads as a refusal"


def test_an_answer_has_no_code() -> None:
    assert code_of({"prosody": {"predictions": []}}) == ""
