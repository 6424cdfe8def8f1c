from __future__ import annotations

from collections import Counter

import pytest

from wingman.core.errors import Branch, Health
from wingman.core.events import (
    CaptureState,
    CostUpdated,
    Envelope,
    Event,
    Media,
    MeetingEnded,
    MeetingPaused,
    MeetingRenamed,
    MeetingTagged,
    NoteAdded,
    NoteRemoved,
    ProviderStateChanged,
    SettingChanged,
    SpeakerRenamed,
    SuggestionCompleted,
    SuggestionCreated,
    SuggestionDelta,
    SuggestionExpired,
    SuggestionUpdated,
    TranscriptEdited,
    TranscriptGap,
    TranscriptPartial,
    UtteranceCreated,
    UtteranceRevised,
    VoiceSound,
)
from wingman.core.media import GapCause
from wingman.core.time import Channel
from wingman.core.utterance import EMOTION_OFF, EMOTION_PENDING
from wingman.events.memory import MemoryLog
from wingman.events.snapshot import CARDS, GAPS, UTTERANCES, Snapshot

M = "m-1"


async def test_it_holds_what_a_screen_needs() -> None:
    log = MemoryLog()
    media = Media(Channel.TAB, 1.0, 2.0)
    for payload in (
        CaptureState(Channel.TAB, "connecting"),
        CaptureState(Channel.TAB, "capturing"),
        ProviderStateChanged(Branch.TRANSCRIBE, "deepgram", Health.UP, Channel.TAB),
        TranscriptPartial(Channel.TAB, "tab", "hel"),
        UtteranceCreated("u-1", "tab", "hello", 0.9, 0, EMOTION_PENDING),
        UtteranceRevised("u-1", "tab", "hello", 0.9, 1, EMOTION_OFF),
        SuggestionCreated("s-1", "question", "asked", "u-1", "gemini"),
        SuggestionDelta("s-1", "Say"),
        SuggestionCompleted("s-1", "Say yes.", "gemini"),
        SuggestionCreated("s-2", "cue", "price", "u-1", "playbook", "Anchor high"),
        SuggestionExpired("s-2", "ttl"),
        SuggestionUpdated("s-1", "pinned"),
        SpeakerRenamed("tab", "Dan"),
        SpeakerRenamed("tab", "Dana"),
        CostUpdated(0.1, 1.0),
        CostUpdated(0.2, 1.1),
        NoteAdded("n-1", "ask for the budget", 1.5),
        NoteAdded("n-2", "a slip", 1.5),
        NoteRemoved("n-2"),
        TranscriptEdited("u-1", "hallo"),
        TranscriptEdited("u-gone", "nobody"),
        MeetingPaused(),
        MeetingRenamed("Budget"),
    ):
        log.append(M, payload, media, at=1.0)
    value = await Snapshot.read(log, M, 23)
    assert value["seq"] == 23
    assert value["state"] == "paused"
    assert value["captures"]["tab"]["state"] == "capturing"
    assert value["providers"]["transcribe:tab"]["health"] == "up"
    assert [(u["id"], u["revision"], u["media"]["start"]) for u in value["utterances"]] == [("u-1", 1, 1.0)]
    cards = {card["id"]: (card["state"], card["text"], card["feedback"]) for card in value["suggestions"]}
    assert cards == {"s-1": ("completed", "Say yes.", "pinned"), "s-2": ("expired", "Anchor high", "")}
    assert value["latest"]["cost.updated"]["total"] == 0.2
    assert value["names"] == {"tab": "Dana"}
    assert value["latest"]["meeting.renamed"]["title"] == "Budget"
    assert [note["text"] for note in value["notes"]] == ["ask for the budget"]
    assert value["edits"] == {"u-1": "hallo"}


@pytest.mark.parametrize("after", [MeetingRenamed("Later"), MeetingTagged(("won",))], ids=["renamed", "tagged"])
async def test_what_is_done_to_an_ended_meeting_does_not_begin_it_again(after: Event) -> None:
    log = MemoryLog()
    for payload in (MeetingEnded("stopped", 60.0), after):
        log.append(M, payload, at=1.0)
    assert (await Snapshot.read(log, M, 2))["state"] == "ended"


async def test_what_a_newer_version_tells_is_passed_over() -> None:
    snapshot = Snapshot()
    snapshot.add(Envelope(1, 1, "utterance.sung", M, 1.0, {"verse": 1}))
    assert snapshot.value()["utterances"] == []


async def test_it_is_bounded() -> None:
    log = MemoryLog()
    for number in range(UTTERANCES * 3):
        log.append(M, UtteranceCreated(f"u-{number}", "tab", "x", 0.9, 0, EMOTION_PENDING), at=1.0)
        log.append(M, UtteranceRevised(f"u-{number - UTTERANCES - 5}", "tab", "x", 0.9, 1, EMOTION_OFF), at=1.0)
        log.append(M, SuggestionCreated(f"s-{number}", "cue", "price", None, "playbook"), at=1.0)
    value = await Snapshot.read(log, M, await log.last_seq(M))
    assert len(value["utterances"]) == UTTERANCES
    assert value["utterances"][-1]["id"] == f"u-{UTTERANCES * 3 - 1}"
    assert len(value["suggestions"]) == CARDS


async def test_a_laugh_between_sentences_is_kept() -> None:
    log = MemoryLog()
    log.append("m", VoiceSound("laughs", "laugh", 0.9), Media(Channel.TAB, 1.0, 1.5), at=1.0)
    (sound,) = (await Snapshot.read(log, "m", 1))["sounds"]
    assert (sound["word"], sound["media"]["start"]) == ("laughs", 1.0)


async def test_what_was_not_heard_and_what_was_chosen_are_kept() -> None:
    log = MemoryLog()
    for number in range(GAPS + 5):
        gap = TranscriptGap(Channel.MIC, Branch.TRANSCRIBE, GapCause.OUTAGE)
        log.append(M, gap, Media(Channel.MIC, number, number + 0.5), at=1.0)
    for number in range(2 * GAPS):
        gap = TranscriptGap(Channel.MIC, Branch.EMOTION, GapCause.OUTAGE)
        log.append(M, gap, Media(Channel.MIC, number, number + 0.5), at=1.0)
    for chosen in ("quiet", "lively"):
        log.append(M, SettingChanged("verbosity", chosen), at=1.0)
    value = await Snapshot.read(log, M, await log.last_seq(M))
    assert Counter(gap["branch"] for gap in value["gaps"]) == {"transcribe": GAPS, "emotion": GAPS}
    newest = [gap for gap in value["gaps"] if gap["branch"] == "transcribe"][-1]
    assert (newest["cause"], newest["media"]["start"]) == ("outage", GAPS + 4)
    assert value["settings"] == {"verbosity": "lively"}
