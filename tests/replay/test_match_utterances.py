"""Which utterance is which, by id and else by time."""

from __future__ import annotations

from tests.support import story
from wingman.core.events import Media
from wingman.core.time import Channel
from wingman.replay.match_utterances import UtteranceMatch

ALIKE = UtteranceMatch.of(story.events())


def test_a_known_id_is_itself() -> None:
    first = next(iter(ALIKE._places))
    assert ALIKE.find(first, Media(Channel.TAB, 0.0, 99.0)) == first


def test_else_the_one_that_shares_most_of_its_time() -> None:
    assert ALIKE.find("new", Media(Channel.TAB, 13.0, 18.0)) == f"tab-{round(13.9 * 16000)}"
    assert ALIKE.find("new", Media(Channel.MIC, 18.0, 30.5)) == f"mic-{round(18.2 * 16000)}"


def test_nobody_else_is_found_where_nothing_was_said() -> None:
    assert ALIKE.find("new", Media(Channel.TAB, 60.0, 61.0)) == "new"
    assert ALIKE.find("new", None) == "new"
