from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wingman.server.budgets import GrantBudget, TokenBucket


def test_a_burst_then_the_rate() -> None:
    bucket = TokenBucket.full(2.0, 5.0, 0.0)
    assert [bucket.take(0.0) for _ in range(6)] == [True] * 5 + [False]
    assert [bucket.take(1.0) for _ in range(3)] == [True, True, False]
    assert bucket.take(1000.0, 5.0)
    assert not bucket.take(1000.0, 0.1)


@given(st.lists(st.floats(0, 100), max_size=300))
def test_never_more_than_burst_and_rate_allow(times: list[float]) -> None:
    bucket = TokenBucket.full(3.0, 4.0, 0.0)
    taken = sum(bucket.take(at) for at in sorted(times))
    assert taken <= 4 + 3 * max(times, default=0.0) + 1e-6


def test_meetings_and_messages_are_apart() -> None:
    budget = GrantBudget.full(0.0)
    while budget.messages.take(0.0):
        pass
    assert budget.meetings.take(0.0)
    assert budget.bytes.take(0.0, 4.0 * 1024**3)
