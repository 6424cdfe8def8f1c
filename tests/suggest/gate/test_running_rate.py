"""The mark a meeting sets itself."""

from __future__ import annotations

import math
import statistics

from hypothesis import given
from hypothesis import strategies as st

from wingman.suggest.gate.running_rate import ENOUGH, MARK, REMEMBERED, RunningRate

SCORES = st.lists(st.floats(-8, 8), min_size=1, max_size=REMEMBERED + 40)


def test_before_anything_was_heard_a_score_stands_as_it_is() -> None:
    assert RunningRate(1.0).relative(0.4) == 0.4


def test_a_meeting_that_runs_high_needs_more() -> None:
    high, low = RunningRate(0.0), RunningRate(0.0)
    for _ in range(20):
        high.add(2.0)
        low.add(-2.0)
    assert high.relative(1.0) < 0.0 < 1.0 < low.relative(1.0)


def test_with_endless_trust_in_the_usual_nothing_moves() -> None:
    rate = RunningRate(0.0, math.inf)
    rate.add(5.0)
    assert rate.relative(1.0) == 1.0


@given(SCORES)
def test_the_mark_is_the_quantile_of_the_last_scores(scores: list[float]) -> None:
    rate = RunningRate(0.0, trust=0.0)
    for score in scores:
        rate.add(score)
    last = scores[-REMEMBERED:]
    expected = (
        last[0]
        if len(last) == 1
        else statistics.quantiles(last, n=100, method="inclusive")[round(MARK * 100) - 1]
    )
    assert math.isclose(-rate.relative(0.0), expected, abs_tol=1e-9)


def test_the_highest_of_a_meeting_stand_out_once_there_are_enough() -> None:
    rate = RunningRate(0.0)
    for score in range(ENOUGH - 1):
        rate.add(float(score))
    assert not rate.stands_out(99.0)
    rate.add(0.0)
    assert rate.stands_out(99.0)
    assert not rate.stands_out(1.0)
