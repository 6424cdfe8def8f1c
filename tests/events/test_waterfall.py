"""What each utterance waited for, from the events of a whole call and of made-up ones."""

from __future__ import annotations

import random

from tests.support import story
from tests.support.each import each
from wingman.core.codec import envelope
from wingman.core.events import (
    CaptureState,
    Envelope,
    Event,
    Media,
    MeetingEnded,
    MeetingStarted,
    SuggestionCompleted,
    SuggestionCreated,
    SuggestionDelta,
    SuggestionFailed,
    SuggestionSkipped,
    UtteranceCreated,
    UtteranceRevised,
)
from wingman.core.time import Channel
from wingman.core.utterance import EMOTION_OFF, EMOTION_PENDING
from wingman.events.waterfall import REMEMBERED, SETTLED_S, Waterfall, traces

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


def carded(*more: tuple[float, Event, Media | None]) -> dict[str, tuple[int, int]]:
    """When each stage of a card's utterance begins and ends, in milliseconds after its words."""
    began = (999.0, MeetingStarted("", (TAB,), "sales", "deepgram", "hume", "gemini", "counterpart"), None)
    (trace,) = traces(told(began, CAPTURING, said(1, 2.0, 5.0, 1005.4), *more))
    return {
        stage.name: (round(1000 * (stage.start - 1005.4)), round(1000 * (stage.end - 1005.4)))
        for stage in trace.stages
    }


CUE = SuggestionCreated("s", "price", "signal", "u-1", "playbook", "cue", latency_ms=15.0)
TONE = UtteranceRevised("u-1", "tab", "how much is it", 0.9, 1, EMOTION_OFF)
DELTA, DONE = SuggestionDelta("s", "Ask"), SuggestionCompleted("s", "Ask them.", "gemini")


def test_a_model_is_asked_once_the_tone_is_known_and_waited_for_from_then_on() -> None:
    shown = (1005.42, CUE, None)
    known = carded(shown, (1005.7, TONE, None), (1006.3, DELTA, None), (1006.5, DONE, None))
    assert (known["tone"], known["model.first_word"]) == ((0, 300), (300, 900))
    never = carded(shown, (1006.9, DELTA, None), (1007.0, DONE, None))
    assert never["model.first_word"] == (620, 1500)


def test_a_card_that_shows_with_the_models_first_word_was_decided_with_the_words() -> None:
    card = SuggestionCreated("s", "price", "signal", "u-1", "gemini", latency_ms=15.0)
    stages = carded((1005.4, TONE, None), (1006.1, card, None), (1006.1, DELTA, None), (1006.5, DONE, None))
    assert (stages["decide"], stages["model.first_word"]) == ((0, 15), (15, 700))


def test_one_that_was_held_back_was_decided_on_when_its_end_says() -> None:
    card = SuggestionCreated("s", "price", "signal", "u-1", "gemini", latency_ms=5.0)
    done = SuggestionCompleted("s", "Ask them.", "gemini", first_token_ms=700.0)
    stages = carded(
        (1005.4, TONE, None),
        (1005.4, SuggestionSkipped("cooldown", "u-1"), None),
        (1009.4, card, None),
        (1009.4, DELTA, None),
        (1009.9, done, None),
    )
    assert (stages["decide"], stages["model.first_word"]) == ((3295, 3300), (3300, 4000))


def test_an_answer_that_never_came_has_its_stage_and_its_reason() -> None:
    events = told(
        (999.0, MeetingStarted("", (TAB,), "sales", "deepgram", "hume", "gemini", "counterpart"), None),
        CAPTURING,
        said(1, 2.0, 5.0, 1005.4),
        (1005.42, CUE, None),
        (1015.4, SuggestionFailed("s", "timeout", ""), None),
    )
    (trace,) = traces(events)
    assert [(stage.name, stage.detail) for stage in trace.stages[-2:]] == [
        ("model.first_word", "gemini"),
        ("model.answer", "timeout"),
    ]


def test_what_nothing_comes_of_is_told_while_the_meeting_goes_on() -> None:
    waterfall = Waterfall()
    later = 1010.0 + SETTLED_S
    events = told(CAPTURING, said(1, 1.0, 2.0, 1002.0), said(2, 3.0, 4.0, 1004.0), said(3, 70.0, 71.0, later))
    found = [[trace.utterance for trace in waterfall.add(event)] for event in events]
    assert found == [[], [], [], ["u-1", "u-2"]]
    assert [trace.utterance for trace in waterfall.rest()] == ["u-3"]


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


@each("seed", range(20))
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
