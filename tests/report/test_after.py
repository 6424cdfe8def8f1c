"""What is done with a meeting afterwards: corrected items, the mail after it, questions to it, what was
waited."""

from __future__ import annotations

import html
from dataclasses import replace

import pytest

from tests.support import story
from wingman.core.events import (
    CaptureState,
    Envelope,
    Event,
    Media,
    MeetingRenamed,
    NoteAdded,
    NoteRemoved,
    SuggestionCreated,
    SuggestionSkipped,
    SummaryEdited,
    TranscriptEdited,
    UtteranceCreated,
)
from wingman.core.expression_words import tone
from wingman.core.time import Channel
from wingman.core.utterance import EMOTION_OFF, EmotionReading, Family, ReadingStatus
from wingman.report.ask import ask
from wingman.report.emotion_chart import describe, svg
from wingman.report.exports import export
from wingman.report.follow_up import follow_up
from wingman.report.items import due_of, item_id, summary_of
from wingman.report.page import page
from wingman.report.phrases import PROMISE
from wingman.report.record import Record, record
from wingman.report.statistics import figures

RECORD = record(story.MEETING, story.events())


def told(*payloads: Event) -> Record:
    """The story, and what was added to it afterwards."""
    events = list(story.events())
    for payload in payloads:
        events.append(Envelope(1, len(events) + 1, type(payload).TYPE, story.MEETING, 2e9, payload))
    return record(story.MEETING, events)


def test_a_corrected_item_takes_the_place_of_what_was_summed_up() -> None:
    first, *_ = [item for item in summary_of(RECORD).items if item.kind == "action"]
    edits = (
        SummaryEdited(first.id, "action", "Send the offer to Dana.", "you", "by friday", True),
        SummaryEdited("action-new", "action", "Book the room.", "them"),
        SummaryEdited(item_id(summary_of(RECORD).items[-1]), "question", ""),
    )
    items = summary_of(told(*edits)).items
    changed = next(item for item in items if item.id == first.id)
    assert (changed.text, changed.due, changed.done) == ("Send the offer to Dana.", "by friday", True)
    assert (changed.at, changed.utterance) == (first.at, first.utterance)
    assert "Book the room." in [item.text for item in items]
    assert summary_of(RECORD).items[-1].id not in {item.id for item in items}
    assert "- [x] **you**: Send the offer to Dana." in export(told(*edits), "md")[1]


def test_ids_are_the_same_whenever_they_are_asked() -> None:
    assert [item.id for item in summary_of(RECORD).items] == [item.id for item in summary_of(RECORD).items]
    assert len({item.id for item in summary_of(RECORD).items}) == len(summary_of(RECORD).items)


def test_a_correction_stands_beside_what_was_heard() -> None:
    first = RECORD.said[0]
    corrected = told(TranscriptEdited(first.id, "What they really said."))
    assert corrected.said[0].text == "What they really said."
    assert corrected.said[0].heard == first.text
    assert f"heard: {html.escape(first.text)}" in page(corrected)
    assert told(TranscriptEdited(first.id, "x"), TranscriptEdited(first.id, "")).said[0] == first


def test_notes_and_names_are_part_of_the_record() -> None:
    kept = told(
        NoteAdded("n-1", "Ask for the PO", 12.0), NoteAdded("n-2", "Nice", 3.0, "Dana"), NoteRemoved("n-1")
    )
    assert [(note.text, note.by) for note in kept.notes] == [("Nice", "Dana")]
    assert told(MeetingRenamed("Pilot with Ada")).title == "Pilot with Ada"
    assert "## Notes" in export(kept, "md")[1]


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("I will send you the proposal by Friday.", "by friday"),
        ("let me talk to my manager and call you back tomorrow", "tomorrow"),
        ("We'll have it by the end of next week", "by the end of next week"),
        ("It is ready before March 3rd", "before march 3rd"),
        ("You get it in two weeks", "in two weeks"),
        ("I will think about it", ""),
    ],
)
def test_until_when_in_the_words_that_were_said(text: str, due: str) -> None:
    assert due_of(text) == due


@pytest.mark.parametrize(
    "text",
    [
        "Let me talk to my manager and call you back tomorrow",
        "One of our engineers will work with your team every day",
        "I'll send the updated proposal by Friday",
        "Let me check with legal",
        "You'll get the contract from us by Monday",
        "our team will prepare the migration plan",
    ],
)
def test_a_promise_is_heard_however_it_is_put(text: str) -> None:
    assert PROMISE.search(text)


@pytest.mark.parametrize(
    "text", ["Let me see", "let me explain how it works", "That will be fine", "I will be there"]
)
def test_politeness_is_no_promise(text: str) -> None:
    assert not PROMISE.search(text)


def test_the_mail_holds_what_the_report_holds_and_nothing_else() -> None:
    draft = follow_up(RECORD)
    assert RECORD.title in draft.subject
    said = " ".join(item.text for item in summary_of(RECORD).items)
    for line in draft.text.splitlines():
        if line.startswith("- "):
            assert line[2:].split(" (")[0] in said
    assert follow_up(Record("m-1")).text.count("- ") == 0


def test_a_question_is_answered_by_the_line_that_says_it() -> None:
    cited = ask(RECORD, "what did they ask about the price of the enterprise plan?")
    assert any("enterprise plan" in line.text for line in cited)
    assert all(line.at == RECORD.utterance(line.utterance).start for line in cited)  # type: ignore[union-attr]  # each is there
    assert ask(RECORD, "who won the world cup in brazil") == ()
    assert ask(RECORD, "the of and") == ()
    assert ask(Record("m-1"), "price") == ()


def test_what_is_waited_counts_from_the_end_of_the_sentence() -> None:
    payloads: list[tuple[float, Event, Media | None]] = [
        (1000.0, CaptureState(Channel.TAB, "capturing"), None),
        (
            1011.0,
            UtteranceCreated("u-1", "tab", "How much is it?", 1.0, 0, EMOTION_OFF),
            Media(Channel.TAB, 8, 10),
        ),
        (1011.0, SuggestionSkipped("user_speaking", "u-1"), None),
        (1016.5, SuggestionCreated("s-1", "price", "signal", "u-1", "playbook", "Say it."), None),
    ]
    events = [
        Envelope(1, seq, type(payload).TYPE, "m-1", at, payload, media)
        for seq, (at, payload, media) in enumerate(payloads, 1)
    ]
    (card,) = record("m-1", events).cards
    assert (card.wait_s, card.recognition_s, card.held) == (6.5, 1.0, "user_speaking")
    shown = page(record("m-1", events))
    assert "6.5 s" in shown
    assert "held while you spoke" in shown
    assert figures(record("m-1", events)).wait_s == 6.5


def energy(family: Family, strength: str = "moderate") -> EmotionReading:
    return EmotionReading(ReadingStatus.KNOWN, "intensity", family, 0.5, strength, source="prosody")


def test_a_meter_of_energy_says_neither_good_nor_bad() -> None:
    assert tone(energy(Family.ENGAGED)) == "louder than usual"
    assert tone(energy(Family.ENGAGED, "strong")) == "much louder than usual"
    assert tone(energy(Family.LOW_ENERGY)) == "calmer than usual"
    assert tone(energy(Family.NEUTRAL, "strong")) == "as usual"
    said = tuple(replace(one, emotion=energy(Family.ENGAGED)) for one in RECORD.said)
    loud = replace(RECORD, said=said)
    picture = svg(loud, figures(loud).arc)
    assert "Voice energy of the others" in picture
    assert not {"positive", "negative", "engaged", "highest"} & set(
        picture.replace('"', " ").replace("<", " ").split()
    )
    assert describe(figures(loud).arc).startswith("Louder than usual at")
    assert ",intensity," not in export(loud, "csv")[1]


def test_a_neutral_tone_has_no_strength() -> None:
    reading = EmotionReading(ReadingStatus.KNOWN, "calmness", Family.NEUTRAL, 0.6, "strong", source="hume")
    assert tone(reading) == "calmness"
