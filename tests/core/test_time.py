"""One clock in whole samples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.core.time import SAMPLE_RATE, Span, clock, samples, samples_of_ms, seconds

SAMPLES = st.integers(0, 10**10)
SPANS = st.tuples(SAMPLES, st.integers(0, 10**7)).map(lambda pair: Span(pair[0], pair[0] + pair[1]))


@given(SAMPLES)
def test_samples_survive_the_way_through_seconds(count: int) -> None:
    assert samples(seconds(count)) == count
    assert samples_of_ms(count / 16) == count


def test_a_second_is_the_rate() -> None:
    assert samples(1) == samples_of_ms(1000) == SAMPLE_RATE


@given(SPANS, SPANS)
def test_overlap_is_mutual_and_within_both(one: Span, other: Span) -> None:
    shared = one.overlap(other)
    assert shared == other.overlap(one)
    assert 0 <= shared <= min(one.length, other.length)
    hull = one.hull(other)
    assert hull.overlap(one) == one.length
    assert hull.overlap(other) == other.length


def test_a_span_cannot_run_backwards() -> None:
    with pytest.raises(ValueError, match="before it starts"):
        Span(2, 1)


@pytest.mark.parametrize(
    ("at", "text"),
    [(0, "00:00"), (59.9, "00:59"), (61, "01:01"), (3599, "59:59"), (3600, "1:00:00"), (36_061.5, "10:01:01")],
)
def test_a_clock_for_readers(at: float, text: str) -> None:
    assert clock(at) == text
