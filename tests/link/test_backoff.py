"""Delays stay within their bounds, and hopeless retries end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wingman.config.retry import RetrySettings
from wingman.link.backoff import COMPLAINT_CAP_S, Attempt, Backoff, Complaints

NEVER_OPENED = Attempt(opened=False, useful=False, lived_s=0.0)
QUICK = Attempt(opened=True, useful=False, lived_s=0.5)
USEFUL = Attempt(opened=True, useful=True, lived_s=0.5)


@given(st.floats(0, 1, exclude_max=True))
def test_the_first_wait_lies_between_100_and_250_ms(jitter: float) -> None:
    delay = Backoff(RetrySettings(), lambda: jitter).failed(NEVER_OPENED, 0.0)
    assert delay is not None
    assert 0.1 <= delay <= 0.25


@given(st.lists(st.floats(0, 1, exclude_max=True), min_size=30, max_size=30))
def test_waits_grow_up_to_the_cap_and_keep_their_jitter(jitters: list[float]) -> None:
    values = iter(jitters)
    backoff = Backoff(RetrySettings(), lambda: next(values))
    delays = [backoff.failed(NEVER_OPENED, 0.0) for _ in jitters]
    assert all(delay is not None and delay <= 10.0 for delay in delays)
    assert [delay for delay in delays if delay is not None and delay < 0.1] == []
    assert min(delay or 0 for delay in delays[10:]) >= 5.0


def test_a_providers_own_wait_wins_when_it_is_longer() -> None:
    backoff = Backoff(RetrySettings(), lambda: 0.5)
    assert backoff.failed(NEVER_OPENED, 0.0, retry_after=30.0) == 30.0
    second = backoff.failed(NEVER_OPENED, 0.0, retry_after=0.01)
    assert second is not None
    assert second > 0.2


def test_quick_failures_in_a_row_end_the_retries() -> None:
    backoff = Backoff(RetrySettings(quick_limit=3), lambda: 0.5)
    assert backoff.failed(QUICK, 0.0) is not None
    assert backoff.failed(NEVER_OPENED, 1.0) is not None, "an outage between them changes nothing"
    assert backoff.failed(QUICK, 2.0) is not None
    assert backoff.failed(QUICK, 3.0) is None


def test_a_useful_connection_forgives_everything() -> None:
    backoff = Backoff(RetrySettings(quick_limit=2), lambda: 0.5)
    for _ in range(10):
        assert backoff.failed(QUICK, 0.0) is not None
        first = backoff.failed(USEFUL, 0.0)
        assert first is not None
        assert first <= 0.25


def test_an_outage_ends_the_retries_after_the_limit_only() -> None:
    backoff = Backoff(RetrySettings(give_up_s=60.0), lambda: 0.5)
    assert backoff.failed(NEVER_OPENED, 100.0) is not None
    assert backoff.failed(NEVER_OPENED, 159.9) is not None
    assert backoff.failed(NEVER_OPENED, 160.0) is None


def test_who_complains_each_time_is_left_alone_longer_and_longer() -> None:
    complaints, now, waits = Complaints(), 0.0, list[float]()
    for _ in range(12):
        waits.append(complaints.heard("never_heard_of", now))
        now += 1.0 + waits[-1]
    assert waits[:5] == [0.0, 1.0, 2.0, 4.0, 8.0]
    assert waits[-1] == COMPLAINT_CAP_S
    assert complaints.heard("another", now) == 0.0
    assert complaints.heard("another", now + 3600) == 0.0, "a new one, an hour later"
