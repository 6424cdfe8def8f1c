"""The model of a replay answers what was answered then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support import story
from wingman.core.events import SuggestionCompleted, UtteranceCreated
from wingman.llm.base import AnswerEmpty, Prompt
from wingman.replay.recorded_model import recorded_model

PROMPT = Prompt("You help.", "What now?")


async def test_it_answers_what_was_answered_to_that_utterance() -> None:
    model = recorded_model(story.events())
    assert model is not None
    assert model.name == "gemini"
    (asked,) = (
        e.data.id for e in story.events() if isinstance(e.data, UtteranceCreated) and "cost" in e.data.text
    )
    model.asking = asked
    assert [part async for part in model.stream(PROMPT)] == [
        "Forty euros per seat, training included. Ask what a lost week costs them."
    ]


async def test_where_nothing_was_recorded_it_says_nothing() -> None:
    model = recorded_model(story.events())
    assert model is not None
    model.asking = "tab-none"
    with pytest.raises(AnswerEmpty):
        [part async for part in model.stream(PROMPT)]


def test_a_meeting_of_cues_alone_has_no_model() -> None:
    cues = [
        replace(e, data=replace(e.data, origin="playbook")) if isinstance(e.data, SuggestionCompleted) else e
        for e in story.events()
    ]
    assert recorded_model(cues) is None
