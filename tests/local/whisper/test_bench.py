"""What was measured of a model says whether it feels fluent, and how many channels may talk at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.local.whisper.bench import FLUENT_S, Measured

SECONDS = st.floats(0.001, 100)


@pytest.mark.parametrize(("final_s", "fluent"), [(FLUENT_S, True), (FLUENT_S + 0.01, False), (0.0, True)])
def test_a_model_is_fluent_up_to_a_limit(final_s: float, fluent: bool) -> None:
    assert Measured(3.0, final_s, 9.0).fluent is fluent


def test_finals_and_looks_share_the_processor() -> None:
    assert Measured(1.0, 0.5, 0.1).channels(1) == 4
    assert Measured(1.0, 0.5, 0.1).channels(4) == 18
    assert Measured(1.0, 5.0, 1.0).channels(2) == 0, "it is slower than speech"


@given(SECONDS, SECONDS, st.integers(0, 128))
def test_a_slower_model_never_serves_more(final_s: float, look_s: float, cores: int) -> None:
    found = Measured(1.0, final_s, look_s).channels(cores)
    assert 0 <= Measured(1.0, final_s * 2, look_s).channels(cores) <= found
    assert 0 <= Measured(1.0, final_s, look_s * 2).channels(cores) <= found
    assert found <= Measured(9.0, final_s, look_s).channels(cores + 1)
