"""Dead peers are found in time, living ones are left alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wingman.core.time import SAMPLE_RATE
from wingman.link.watchdog import Stall, Watchdog


def play(watchdog: Watchdog, start: float, end: float, answer_every: float | None) -> float | None:
    """Audio in real time, answers at that interval; when the peer counted as dead, if it did."""
    now, answered = start, start
    while now < end:
        now += 0.1
        watchdog.sent(round(now * SAMPLE_RATE), now)
        if answer_every is not None and now - answered >= answer_every:
            answered = now
            watchdog.acknowledged(round(now * SAMPLE_RATE), now)
        if watchdog.verdict(now):
            return now
    return None


@given(st.floats(0, 20))
def test_a_peer_that_falls_silent_is_found_within_eight_seconds(moment: float) -> None:
    watchdog = Watchdog()
    assert play(watchdog, 0.0, moment, 1.0) is None
    found = play(watchdog, moment, moment + 30, None)
    assert found is not None
    assert found - moment <= 8.0
    assert watchdog.verdict(found) is Stall.UNANSWERED


def test_slow_answers_are_no_death() -> None:
    assert play(Watchdog(), 0.0, 120.0, 4.0) is None


def test_silence_without_audio_is_no_death() -> None:
    watchdog = Watchdog()
    watchdog.sent(SAMPLE_RATE, 1.0)
    assert watchdog.due() is None
    assert watchdog.verdict(10_000.0) is None


def test_repeating_an_old_answer_is_no_progress() -> None:
    watchdog = Watchdog()
    watchdog.acknowledged(SAMPLE_RATE, 1.0)
    watchdog.sent(10 * SAMPLE_RATE, 2.0)
    for now in range(3, 8):
        watchdog.acknowledged(SAMPLE_RATE, float(now))
    assert watchdog.due() == 7.5


def test_a_peer_that_does_not_read_is_found_although_it_talks() -> None:
    watchdog = Watchdog()
    watchdog.sent(SAMPLE_RATE, 0.0)
    watchdog.blocked(1.0)
    watchdog.acknowledged(SAMPLE_RATE, 5.0)
    watchdog.blocked(8.0)
    assert watchdog.verdict(8.4) is None
    assert watchdog.verdict(8.5) is Stall.UNREAD
    watchdog.sent(2 * SAMPLE_RATE, 8.6)
    assert watchdog.verdict(8.6) is None
