"""A summary without a model says only what was said."""

from __future__ import annotations

from dataclasses import replace

from tests.support import story
from wingman.core.time import Channel
from wingman.core.utterance import EMOTION_OFF
from wingman.report.extractive import MOST_ITEMS, open_questions, split, summarize
from wingman.report.record import Record, Said, record

TOLD = record(story.MEETING, story.events())


def said(number: int, channel: Channel, text: str, pause: float = 0.5) -> Said:
    start = number * (4.0 + pause)
    return Said(f"u-{number}", channel, str(channel), start, start + 4.0, text, EMOTION_OFF)


def test_no_word_is_invented() -> None:
    summary = summarize(TOLD)
    spoken = " ".join(said.text for said in TOLD.said).lower()
    for item in summary.items:
        assert item.text.rstrip(".").lower() in spoken
    assert summary.origin == "extractive"


def test_promises_and_requests_have_their_owners() -> None:
    items = {item.text: item for item in summarize(TOLD).items}
    assert items["It is forty euros per seat, and I will send you the full price list tonight."].owner == "you"
    assert items["Can you send us the security paper as well?"].owner == "you"
    decided = [item for item in items.values() if item.kind == "decision"]
    assert any("pilot" in item.text for item in decided)


def test_a_question_that_was_put_off_stays_open() -> None:
    questions = open_questions(TOLD.said)
    assert [item.text for item in questions] == ["Does it work with our single sign-on?"]


def test_a_question_nobody_picked_up_stays_open() -> None:
    asked = said(0, Channel.TAB, "How long does the migration take?")
    soon = said(1, Channel.MIC, "Two weeks as a rule.")
    assert open_questions((asked, soon)) == []
    assert len(open_questions((asked, replace(soon, start=60.0, end=64.0)))) == 1
    assert len(open_questions((asked,))) == 1


def test_lists_stay_readable_and_an_empty_meeting_has_a_summary() -> None:
    many = tuple(said(n, Channel.MIC, f"I will send you offer number {n}.") for n in range(50))
    assert len(summarize(Record("m", said=many)).actions) == MOST_ITEMS
    assert summarize(Record("m")).items == ()


def test_without_punctuation_an_utterance_is_one_sentence() -> None:
    assert [s.text for s in split([said(0, Channel.TAB, "well we think about it")])] == [
        "well we think about it"
    ]
