"""A pasted conversation or a stored meeting is played to a playbook, and its cards name their turns."""

from __future__ import annotations

import pytest

from tests.support import story
from wingman.core.time import Channel
from wingman.meeting.rehearsal import Cast
from wingman.meeting.rehearse_cards import RehearsedTurn, rehearsed_cards, scripted, scripted_record
from wingman.report.record import Record, record
from wingman.suggest.playbook.playbook import load_playbook

RECORD = record(story.MEETING, story.events())
CAST = Cast(load_playbook("sales"))
TALK = scripted(
    [
        RehearsedTurn("So that is what the scheduler does for teams of your size.", "mic"),
        RehearsedTurn("How much does the enterprise plan cost per month?"),
        RehearsedTurn("It depends on the number of seats.", "mic"),
    ]
)


@pytest.mark.parametrize(("speaker", "who"), [("mic", "U"), ("tab", "C"), ("tab:1", "C"), ("", "C")])
def test_a_pasted_turn_is_yours_or_theirs(speaker: str, who: str) -> None:
    turn, after = scripted([RehearsedTurn("Hello.", speaker), RehearsedTurn("Yes?")])
    assert (turn.line, turn.who, turn.text, turn.pause) == (0, who, "Hello.", None)
    assert after.line == 1


def test_a_stored_meeting_keeps_its_pauses() -> None:
    turns = scripted_record(RECORD)
    assert [turn.text for turn in turns] == [said.text for said in RECORD.said]
    assert [turn.user for turn in turns] == [said.channel is Channel.MIC for said in RECORD.said]
    assert turns[0].pause == pytest.approx(1.0)
    assert turns[1].pause == pytest.approx(0.6)
    assert turns[3].pause == 0.0, "it began before the one before had ended"
    assert scripted_record(Record("m-0")) == ()


async def test_a_card_quotes_the_turn_that_asked_for_it() -> None:
    cards = await rehearsed_cards(TALK, CAST)
    assert [(card.utterance, card.quote) for card in cards] == [("turn-1", TALK[1].text)]
    (card,) = cards
    assert card.reason
    assert card.text
    assert card.at > 0


async def test_the_same_words_give_the_same_cards_in_time() -> None:
    turns = scripted_record(RECORD)
    cards = await rehearsed_cards(turns, CAST)
    assert [card.at for card in cards] == sorted(card.at for card in cards)
    assert len(cards) > 1
    assert all(card.quote == turns[int(card.utterance.removeprefix("turn-"))].text for card in cards)
    assert await rehearsed_cards(turns, CAST) == cards


async def test_nothing_said_gives_no_card() -> None:
    assert await rehearsed_cards((), CAST) == ()
    assert await rehearsed_cards(scripted([RehearsedTurn("")]), CAST) == ()
