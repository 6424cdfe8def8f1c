"""Who talked how much, who cut in, how the other side sounded."""

from __future__ import annotations

import pytest

from tests.support import story
from wingman.core.time import Channel
from wingman.core.utterance import EMOTION_OFF, Family
from wingman.report.record import Record, Said, record
from wingman.report.statistics import LEVELS, figures, interruptions

TOLD = record(story.MEETING, story.events())


def said(channel: Channel, start: float, end: float, text: str) -> Said:
    return Said(f"{channel}-{start}", channel, str(channel), start, end, text, EMOTION_OFF)


def test_shares_add_up() -> None:
    numbers = figures(TOLD)
    assert sum(talk.share for talk in numbers.talk) == pytest.approx(1.0)
    assert sum(talk.words for talk in numbers.talk) == sum(said.words for said in TOLD.said)
    assert 0 < numbers.user_share < 1
    assert (numbers.shown, numbers.used) == (2, 1)


def test_the_arc_is_of_the_others_alone() -> None:
    numbers = figures(TOLD)
    theirs = {said.id for said in TOLD.said if said.channel is Channel.TAB}
    assert {point.utterance for point in numbers.arc} <= theirs
    assert all(-2 <= point.level <= 2 for point in numbers.arc)
    assert numbers.arc_coverage == 1.0
    assert LEVELS[Family.POSITIVE] > LEVELS[Family.NEUTRAL] > LEVELS[Family.NEGATIVE]


def test_an_interruption_begins_inside_says_something_and_outlasts() -> None:
    long = said(Channel.TAB, 0.0, 10.0, "and so on and so forth for a while")
    cut = said(Channel.MIC, 5.0, 12.0, "let me stop you there")
    assert interruptions((long, cut)) == [cut]
    assert interruptions((long, said(Channel.MIC, 5.0, 12.0, "uh huh"))) == []
    assert interruptions((long, said(Channel.MIC, 5.0, 9.0, "let me stop you there"))) == []
    assert interruptions((long, said(Channel.MIC, 9.8, 12.0, "let me stop you there"))) == []
    assert interruptions((long, said(Channel.TAB, 5.0, 12.0, "I go on myself here"))) == []


def test_an_empty_meeting_has_figures_too() -> None:
    numbers = figures(Record("m"))
    assert (numbers.talk, numbers.user_share, numbers.arc_coverage, numbers.latency_ms) == ((), 0, 0.0, None)
