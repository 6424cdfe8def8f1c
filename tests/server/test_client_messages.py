"""What a client may say on its socket: carried out, or refused with a code, and never an exception."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from wingman.core.vocabulary import ACTIONS, FEEDBACK
from wingman.server.client_messages import MESSAGES, TEXT_LENGTH, Ok, Refusal, answer


class Heard:
    """A meeting that remembers what it was told."""

    id = "m-1"

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def act(self, action: str, text: str = "") -> str:
        self.told.append(("act", action, text))
        return "s-1"

    def feedback(self, suggestion: str, feedback: str) -> None:
        self.told.append(("feedback", suggestion, feedback))

    def control(self, setting: str, value: Any) -> None:
        self.told.append(("control", setting, value))

    def note(self, text: str) -> str:
        self.told.append(("note", text))
        return "n-1"


def say(message: Any, meeting: Any) -> Ok | Refusal:
    return answer(json.dumps(message), meeting)


@pytest.mark.parametrize("action", [*ACTIONS, "stop"])
def test_every_action_is_passed_on(action: str) -> None:
    heard = Heard()
    assert say({"type": "action.request", "action": action, "text": "why?", "ref": "7"}, heard) == Ok(
        "ok", "7", "s-1"
    )
    assert heard.told == [("act", action, "why?")]


@pytest.mark.parametrize("word", FEEDBACK)
def test_every_feedback_is_passed_on(word: str) -> None:
    heard = Heard()
    assert say({"type": "suggestion.feedback", "id": "s-9", "feedback": word}, heard) == Ok("ok", "", "s-9")


def test_a_setting_is_passed_on_as_it_is() -> None:
    heard = Heard()
    say({"type": "control", "setting": "emotion_policy", "value": {"policy": "off"}}, heard)
    assert heard.told == [("control", "emotion_policy", {"policy": "off"})]


@each(
    ("message", "field"),
    [
        ({"type": "action.request", "action": "dance"}, "action"),
        ({"type": "action.request", "action": "ask", "text": "x" * (TEXT_LENGTH + 1)}, "text"),
        ({"type": "suggestion.feedback", "id": "s", "feedback": "loved"}, "feedback"),
        ({"type": "suggestion.feedback", "feedback": "used"}, "id"),
        ({"type": "hello"}, "type"),
        ({"type": ["control"]}, "type"),
        ({}, "type"),
        ([], "body"),
        ({"type": "ping", "more": 1}, "more"),
    ],
)
def test_what_is_wrong_is_named(message: Any, field: str) -> None:
    refused = say(message, Heard())
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.field) == ("bad_input", field)


def test_who_only_watches_may_ask_whether_anybody_is_there() -> None:
    assert isinstance(say({"type": "ping"}, None), Ok)
    refused = say({"type": "action.request", "action": "say"}, None)
    assert isinstance(refused, Refusal)
    assert refused.code == "forbidden"


@given(st.text() | st.sampled_from(list(MESSAGES)).map(lambda kind: json.dumps({"type": kind, "ref": 5})))
def test_no_text_is_an_exception(text: str) -> None:
    assert isinstance(answer(text, Heard()), Ok | Refusal)  # type: ignore[arg-type]  # the parts that are used
