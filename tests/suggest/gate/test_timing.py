"""A reason to speak is said at a good moment, waits for one, or is dropped with the reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.suggest.support import said
from wingman.core.time import Channel, samples
from wingman.suggest.gate.decisions import Candidate, Decision, Reason, Skip, Speak
from wingman.suggest.gate.rate_limit import CardRateLimiter, Dials
from wingman.suggest.gate.timing import CardTiming
from wingman.suggest.gate.turn_state import TurnState


class Moment:
    """A timing with all it reads."""

    def __init__(self) -> None:
        self.dials, self.limiter, self.turns = Dials(), CardRateLimiter(), TurnState()
        self.timing = CardTiming(self.dials, self.limiter, self.turns, samples(20))

    def consider(self, at: float, priority: int = 50) -> list[str]:
        self.turns.reach(samples(at))
        return told(self.timing.consider(candidate(at, priority)))

    def retry(self, at: float) -> list[str]:
        self.turns.reach(samples(at))
        assert self.timing.waiting is not None
        return told(self.timing.retry(self.timing.waiting))


def candidate(at: float, priority: int = 50) -> Candidate:
    return Candidate("price", Reason.SIGNAL, priority, samples(at), f"u-{at}", "text", "tab")


def told(decisions: tuple[Decision, ...]) -> list[str]:
    return [
        f"{d.reason}:{d.utterance}" if isinstance(d, Skip) else f"speak:{d.candidate.utterance}"
        for d in decisions
    ]


def test_in_the_cooldown_the_latest_of_equal_rank_waits_and_is_said_when_it_is_over() -> None:
    moment = Moment()
    moment.limiter.began(candidate(0), 0)
    moment.limiter.ended()
    assert moment.consider(2) == ["cooldown:u-2"]
    assert moment.consider(4) == ["replaced_by_newer:u-2", "cooldown:u-4"]
    assert moment.consider(5, 45) == ["outranked:u-5"]
    assert moment.retry(9) == []
    assert moment.retry(11) == ["speak:u-4"]
    assert moment.timing.waiting is None


def test_what_has_waited_too_long_is_stale() -> None:
    moment = Moment()
    moment.limiter.began(candidate(0), 0)
    moment.limiter.shows()
    moment.consider(1)
    assert moment.retry(15) == []  # the card is still in flight
    assert moment.retry(22) == ["stale:u-1"]


def test_who_has_spoken_for_a_while_is_not_interrupted_by_less_than_matters() -> None:
    moment = Moment()
    moment.turns.speaking(Channel.MIC, True, samples(0))
    assert moment.consider(1) == ["speak:u-1"]
    assert moment.consider(4) == ["user_speaking:u-4"]
    assert moment.consider(5, 80) == ["replaced_by_newer:u-4", "speak:u-5"]


def test_a_question_that_the_user_answers_meanwhile_needs_no_card() -> None:
    moment = Moment()
    moment.limiter.began(candidate(0), 0)
    moment.limiter.shows()
    question = replace(candidate(1), reason=Reason.QUESTION)
    moment.turns.reach(samples(1))
    moment.timing.consider(question)
    moment.turns.heard(
        said("it is forty a month for all of you", 2, channel=Channel.MIC, seconds=9), question=False
    )
    moment.limiter.ended()
    assert moment.retry(13) == ["already_answered:u-1"]


@pytest.mark.parametrize(
    ("dials", "told"),
    [
        (Dials(mode="manual"), "mode"),
        (Dials(verbosity="quiet"), "below_verbosity"),
        (Dials(verbosity="lively", frugal=True), "below_verbosity"),
        (Dials(verbosity="lively"), "speak"),
    ],
    ids=["manual", "quiet", "frugal", "lively"],
)
def test_the_dials_have_the_last_word(dials: Dials, told: str) -> None:
    timing = CardTiming(dials, CardRateLimiter(), TurnState(), samples(20))
    (decision,) = timing.consider(candidate(0))
    assert (decision.reason if isinstance(decision, Skip) else "speak") == told
    assert isinstance(decision, Speak) == (told == "speak")
