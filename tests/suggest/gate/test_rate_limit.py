"""How often a card may come, whatever asks for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.core.time import samples
from wingman.core.vocabulary import Verbosity
from wingman.suggest.gate.decisions import Candidate, Reason, request
from wingman.suggest.gate.rate_limit import (
    LIMITS,
    LONG_SILENCE,
    NEVER,
    WINDOW,
    CardRateLimiter,
    Limits,
)
from wingman.suggest.playbook.playbook import Trigger
from wingman.suggest.playbook.signals import Signal


def candidate(at: float, priority: int = 50, speaker: str = "tab") -> Candidate:
    return Candidate("price", Reason.SIGNAL, priority, samples(at), f"u-{at}", "text", speaker)


def test_a_cooldown_lies_between_two_cards() -> None:
    limiter, limits = CardRateLimiter(), LIMITS["balanced"]
    limiter.began(candidate(0), 0)
    limiter.ended()
    assert limiter.hold(candidate(5), limits, samples(5)) is Reason.COOLDOWN
    assert limiter.hold(candidate(5, priority=95), limits, samples(5)) is None
    assert limiter.hold(candidate(11), limits, samples(11)) is None


def test_a_card_that_shows_gives_way_to_an_urgent_one_alone() -> None:
    limiter, limits = CardRateLimiter(), LIMITS["lively"]
    limiter.began(candidate(0), 0)
    limiter.shows()
    assert limiter.hold(candidate(20, 80), limits, samples(20)) is Reason.IN_FLIGHT
    assert limiter.hold(candidate(20, 95), limits, samples(20)) is None


def test_what_the_user_asked_for_counts_towards_nothing_and_is_not_replaced() -> None:
    limiter, limits = CardRateLimiter(), LIMITS["quiet"]
    limiter.began(request("ask", "why?", 0), 0)
    assert limiter.hold(candidate(20, 99), limits, samples(20)) is Reason.IN_FLIGHT
    limiter.ended()
    assert limiter.hold(candidate(1), limits, samples(1)) is None


def answer(at: float) -> Candidate:
    """A question that the notes answer."""
    return replace(candidate(at), reason=Reason.QUESTION, answered=True)


def test_an_answer_from_the_notes_comes_a_breath_after_the_card_before() -> None:
    limiter, limits = CardRateLimiter(), LIMITS["balanced"]
    limiter.began(candidate(0), 0)
    limiter.ended()
    assert limiter.hold(answer(2), limits, samples(2)) is Reason.COOLDOWN
    assert limiter.hold(answer(4), limits, samples(4)) is None
    limiter.began(answer(4), samples(4))
    limiter.ended()
    assert limiter.hold(candidate(12), limits, samples(12)) is Reason.COOLDOWN, "others keep away"


@pytest.mark.parametrize("verbosity", LIMITS)
def test_answers_from_the_notes_are_counted_by_themselves(verbosity: Verbosity) -> None:
    limiter, limits = CardRateLimiter(), LIMITS[verbosity]
    for number in range(limits.answers):
        assert limiter.needed(limits, samples(number * 5), answered=True) == limits.priority
        limiter.began(answer(number * 5), samples(number * 5))
        limiter.ended()
    now = samples(limits.answers * 5)
    assert limiter.needed(limits, now, answered=True) == NEVER
    assert limiter.needed(limits, now) == limits.priority


def test_a_trigger_that_has_spoken_does_so_again_for_an_answer() -> None:
    limiter, trigger = CardRateLimiter(), Trigger(name="money", kind="price", signals=(Signal.PRICE,), max=1)
    limiter.began(replace(candidate(0), trigger=trigger), 0)
    assert limiter.spent(trigger, samples(50)) is Reason.MAX
    assert limiter.spent(trigger, samples(5), answered=True) is None


@given(st.lists(st.floats(0, 900), min_size=1, max_size=80).map(sorted), st.sampled_from(list(LIMITS.values())))
def test_never_more_than_the_limit_in_any_ten_minutes(moments: list[float], limits: Limits) -> None:
    limiter, begun = CardRateLimiter(), list[int]()
    for moment in moments:
        now = samples(moment)
        if limiter.needed(limits, now) <= 100 and limiter.hold(candidate(moment, 100), limits, now) is None:
            limiter.began(candidate(moment, 100), now)
            limiter.ended()
            begun.append(now)
    for at in begun:
        assert sum(at <= other < at + WINDOW for other in begun) <= limits.per_window


def test_the_fewer_are_left_the_more_it_takes() -> None:
    limiter, limits = CardRateLimiter(), LIMITS["quiet"]
    needed = []
    for n in range(limits.per_window + 1):
        needed.append(limiter.needed(limits, samples(20 * n)))
        limiter.began(candidate(20.0 * n), samples(20 * n))
        limiter.ended()
    assert needed == sorted(needed)
    assert needed[-1] == NEVER


def test_a_long_silence_ends_with_a_card_and_not_with_what_was_asked_for() -> None:
    limiter = CardRateLimiter()
    for _ in range(LONG_SILENCE):
        assert not limiter.long_silent
        limiter.listened()
    limiter.began(request("recap", "", 0), 0)
    assert limiter.long_silent
    limiter.began(candidate(0), 0)
    assert not limiter.long_silent
