"""Never faster than the rate, never slower than it could be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.core.time import SAMPLE_RATE
from wingman.link.pacing import Pacer


@given(st.lists(st.tuples(st.floats(0, 2), st.integers(1, 4000)), max_size=60), st.floats(0.5, 4))
def test_no_stretch_of_time_carries_more_than_rate_and_burst(
    steps: list[tuple[float, int]], rate: float
) -> None:
    burst, now, total = 8000, 0.0, 0
    pacer = Pacer(rate, burst, now)
    for pause, count in steps:
        now += pause
        if pacer.wait(count, now) == 0:
            pacer.sent(count, now)
            total += count
        assert total <= burst + rate * SAMPLE_RATE * now + 1


@given(st.integers(1, 8000), st.floats(0.5, 4))
def test_waiting_as_told_is_enough(count: int, rate: float) -> None:
    pacer = Pacer(rate, 8000, 0.0)
    pacer.sent(8000, 0.0)
    wait = pacer.wait(count, 0.0)
    assert pacer.wait(count, wait + 1e-9) == 0


def test_live_audio_never_waits() -> None:
    pacer = Pacer(1.25, 8000, 0.0)
    for n in range(1000):
        assert pacer.wait(1600, n * 0.1) == 0
        pacer.sent(1600, n * 0.1)


def test_a_rate_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        Pacer(0, 1, 0.0)
