from __future__ import annotations

from tests.suggest.support import said
from wingman.core.time import Channel, samples
from wingman.suggest.gate.turn_state import TurnState


def test_media_time_never_goes_back() -> None:
    floor = TurnState()
    floor.reach(samples(5))
    floor.reach(samples(3))
    assert floor.now == samples(5)


def test_it_knows_for_how_long_somebody_has_been_talking() -> None:
    floor = TurnState()
    floor.speaking(Channel.MIC, True, samples(1))
    floor.speaking(Channel.MIC, True, samples(2))  # still the same talk
    floor.reach(samples(4))
    assert floor.talking(Channel.MIC) == samples(3)
    assert floor.talking(Channel.TAB) == 0
    floor.speaking(Channel.MIC, False, samples(5))
    assert floor.talking(Channel.MIC) == 0


def test_silence_counts_from_the_last_voice() -> None:
    floor = TurnState()
    floor.speaking(Channel.TAB, True, samples(1))
    floor.reach(samples(9))
    assert floor.silence(0) == 0
    floor.speaking(Channel.TAB, False, samples(10))
    floor.reach(samples(12))
    assert floor.silence(samples(4)) == samples(2)


def test_a_question_stays_open_until_words_answer_it() -> None:
    floor = TurnState()
    question = said("how much is it", 0)
    floor.heard(question, question=True)
    floor.heard(said("while they spoke", 1, channel=Channel.MIC), question=False)
    assert floor.question is question
    floor.heard(said("forty per user", 4, channel=Channel.MIC), question=False)
    assert floor.question is None


def test_only_words_without_a_pause_belong_together() -> None:
    floor = TurnState()
    first = said("so can you", 0, seconds=1)
    floor.heard(first, question=False)
    assert floor.before(said("tell me more", 1.5)) is first
    assert floor.before(said("tell me more", 4)) is None
    assert floor.before(said("tell me more", 1.5, channel=Channel.MIC)) is None
