"""A record folded from events: the newest of each thing, in the order it was said."""

from __future__ import annotations

import random

from tests.support import story
from wingman.core.codec import envelope
from wingman.core.errors import Branch, Health
from wingman.core.events import ProviderStateChanged, SpeakerRenamed
from wingman.core.utterance import ReadingStatus
from wingman.report.record import record

TOLD = record(story.MEETING, story.events())


def test_every_line_is_there_once_and_in_order() -> None:
    assert [said.text for said in TOLD.said] == [line[4] for line in sorted(story.LINES, key=lambda x: x[1])]
    starts = [said.start for said in TOLD.said]
    assert starts == sorted(starts)
    assert sum(said.emotion.status is ReadingStatus.KNOWN for said in TOLD.said) == sum(
        bool(line[3]) for line in story.LINES
    )


def test_cards_have_their_fate() -> None:
    fates = {card.id: (card.fate, card.feedback) for card in TOLD.cards}
    assert fates == {"s-1": ("completed", "used"), "s-2": ("expired", ""), "s-3": ("failed", "")}


def test_what_was_not_heard_is_there() -> None:
    assert [(lost.branch, lost.start, lost.end) for lost in TOLD.lost] == [("transcribe", 53.0, 69.5)]
    assert (TOLD.ended, TOLD.seconds) == ("stopped", 98.0)


def test_a_half_told_meeting_is_a_record_as_well() -> None:
    events = story.events()
    for cut in random.Random(1).sample(range(len(events)), 12):
        half = record(story.MEETING, events[:cut])
        assert half.ended == ""
        assert len(half.said) <= len(TOLD.said)


def test_a_name_given_later_holds_for_what_was_said_before() -> None:
    events = story.events()
    renamed = envelope(len(events) + 1, story.MEETING, 0.0, SpeakerRenamed("tab:1", "Ben"))
    named = record(story.MEETING, [*events, renamed])
    assert {said.name for said in named.said if said.speaker == "tab:1"} == {"Ben"}


def test_whoever_came_up_later_is_named() -> None:
    events = story.events()
    later = ProviderStateChanged(Branch.EMOTION, "prosody", Health.UP)
    told = record(story.MEETING, [*events, envelope(len(events) + 1, story.MEETING, 0.0, later)])
    assert told.providers == ("deepgram", "prosody", "gemini")
