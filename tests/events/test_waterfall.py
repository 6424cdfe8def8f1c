"""What each utterance waited for, from the events of a whole call and of made-up ones."""

from __future__ import annotations

import random

import pytest

from tests.support import story
from wingman.core.codec import envelope
from wingman.core.events import (
    CaptureState,
    Envelope,
    Event,
    Media,
    MeetingEnded,
    SuggestionCompleted,
    SuggestionCreated,
    SuggestionDelta,
    SuggestionSkipped,
    UtteranceCreated,
)
from wingman.core.time import Channel
from wingman.core.utterance import EMOTION_PENDING
from wingman.events.waterfall import REMEMBERED, traces

TAB = Channel.TAB


def told(*events: tuple[float, Event, Media | None]) -> list[Envelope]:
    return [envelope(n, "m", at, data, media) for n, (at, data, media) in enumerate(events, 1)]


def said(number: int, start: float, end: float, at: float) -> tuple[float, Event, Media]:
    data = UtteranceCreated(f"u-{number}", "tab", "how much is it", 0.9, 0, EMOTION_PENDING)
    return at, data, Media(TAB, start, end)


CAPTURING = (1000.0, CaptureState(TAB, "capturing", ""), Media(TAB, 0.0, 0.0))


def test_one_question_and_its_card() -> None:
    (trace,) = traces(
        told(
            CAPTURING,
            said(1, 2.0, 5.0, 1005.4),
            (
                1005.42,
                SuggestionCreated("s", "price", "signal", "u-1", "playbook", "cue", latency_ms=15.0),
                None,
            ),
            (1006.0, SuggestionDelta("s", "Ask"), None),
            (1006.5, SuggestionCompleted("s", "Ask them.", "gemini"), None),
        )
    )
    lengths = {stage.name: round(stage.ms) for stage in trace.stages}
    assert lengths == {
        "speech": 3000,
        "transcribe": 400,
        "decide": 15,
        "model.first_word": 580,
        "model.answer": 500,
    }
    assert (trace.outcome, trace.start, trace.end) == ("completed", 1002.0, 1006.5)


def test_silence_has_its_reason() -> None:
    skipped = (1005.41, SuggestionSkipped("no_trigger", "u-1"), None)
    (trace,) = traces(told(CAPTURING, said(1, 2.0, 5.0, 1005.4), skipped))
    assert trace.outcome == "no_trigger"


def test_a_recording_played_fast_has_no_negative_waits() -> None:
    (trace,) = traces(told(CAPTURING, said(1, 60.0, 65.0, 1001.0), (1001.1, MeetingEnded("over", 65.0), None)))
    assert all(stage.ms >= 0 for stage in trace.stages)


def test_every_utterance_of_a_call_is_told_once() -> None:
    found = list(traces(story.events()))
    assert sorted(trace.utterance for trace in found) == sorted(
        e.data.id for e in story.events() if isinstance(e.data, UtteranceCreated)
    )
    assert {trace.outcome for trace in found} >= {"completed", "expired", "failed"}
    assert any(stage.name == "tone" for trace in found for stage in trace.stages)


@pytest.mark.parametrize("seed", range(20))
def test_no_order_of_events_breaks_it(seed: int) -> None:
    events = story.events()
    random.Random(seed).shuffle(events)
    for trace in traces(events):
        assert trace.stages
        assert trace.end >= trace.start


def test_an_endless_meeting_keeps_a_bounded_number() -> None:
    events = told(CAPTURING, *(said(n, n, n + 0.5, 1001.0 + n) for n in range(REMEMBERED + 50)))
    found = list(traces(events))
    assert len(found) == REMEMBERED + 50
    assert [trace.utterance for trace in found[:50]] == [f"u-{n}" for n in range(50)]
