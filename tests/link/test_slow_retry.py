"""Slowly, but never for ever; and a refused key is believed the second time."""

from __future__ import annotations

from wingman.link.slow_retry import SlowRetry


def test_the_waits_double_up_to_five_minutes() -> None:
    slow = SlowRetry()
    assert [slow.failed(0.0, final=False, worked=False) for _ in range(6)] == [30, 60, 120, 240, 300, 300]


def test_what_worked_in_between_begins_anew() -> None:
    slow = SlowRetry()
    slow.failed(0.0, final=False, worked=False)
    assert slow.failed(900.0, final=False, worked=True) == 30


def test_a_key_refused_twice_half_a_minute_apart_is_refused() -> None:
    slow = SlowRetry()
    assert slow.failed(0.0, final=True, worked=False) == 30
    assert slow.failed(30.0, final=True, worked=False) is None
    slow.forget()
    assert slow.failed(31.0, final=True, worked=False) == 30, "the user changed it"


def test_two_refusals_in_one_moment_are_one() -> None:
    slow = SlowRetry()
    slow.failed(0.0, final=True, worked=False)
    assert slow.failed(1.0, final=True, worked=False) is not None


def test_a_refusal_and_a_lost_line_are_not_two_refusals() -> None:
    slow = SlowRetry()
    slow.failed(0.0, final=True, worked=False)
    slow.failed(30.0, final=False, worked=False)
    assert slow.failed(90.0, final=True, worked=False) is not None
