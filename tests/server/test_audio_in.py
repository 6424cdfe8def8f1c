"""The published ways in for sound are the ways in that the service has."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from starlette.websockets import WebSocket

from tests.support.each import each
from wingman.core.errors import InputError
from wingman.server.audio_in import PCM_ANSWERS, PCM_MESSAGES, PCM_QUERY, WHIP, pcm_channel
from wingman.server.grants import SCOPES, Role, Scope, needed
from wingman.server.routes.pcm import wish_of


async def _nothing(*_: Any) -> Any:
    raise AssertionError("reading a query needs no message")


def taken(query: str) -> bool:
    scope = {"type": "websocket", "query_string": query.encode(), "headers": [], "path": "/"}
    try:
        wish_of(WebSocket(scope, _nothing, _nothing))
    except InputError:
        return False
    return True


@each(
    ("name", "value"),
    [
        ("rate", 8_000),
        ("rate", 96_000),
        ("rate", 7_999),
        ("rate", 96_001),
        ("rate", -1),
        ("encoding", "mulaw"),
        ("encoding", "alaw"),
        ("encoding", "mp3"),
        ("encoding", ""),
        ("channel", "tab"),
        ("channel", "mic"),
        ("channel", "left"),
    ],
)
def test_the_socket_takes_what_is_told_and_refuses_the_rest(name: str, value: int | str) -> None:
    assert jsonschema.Draft202012Validator(PCM_QUERY[name]).is_valid(value) is taken(f"{name}={value}")


def test_the_defaults_are_those_of_a_query_that_says_nothing() -> None:
    scope = {"type": "websocket", "query_string": b"", "headers": [], "path": "/"}
    wish = wish_of(WebSocket(scope, _nothing, _nothing))
    told = {name: schema["default"] for name, schema in PCM_QUERY.items() if "default" in schema}
    assert told == {"channel": wish.channels[0], "rate": wish.form.rate, "encoding": wish.form.encoding}


@pytest.mark.parametrize("name", ["pcm_end", "telephony"])
def test_the_examples_fit_what_is_told_of_them(name: str) -> None:
    message = PCM_MESSAGES[name]
    validator = jsonschema.Draft202012Validator(message["payload"])
    for example in message["examples"]:
        assert validator.is_valid(example["payload"])
    assert not validator.is_valid({})
    assert not validator.is_valid({"type": "begin", "event": "sing"})


def test_the_channel_links_every_message_and_keeps_the_parameters_it_is_given() -> None:
    channel = pcm_channel({"meeting": {"description": "which"}})
    assert channel["parameters"] == {"meeting": {"description": "which"}}
    links = {link["$ref"] for link in channel["messages"].values()}
    assert links == {f"#/components/messages/{name}" for name in (*PCM_MESSAGES, *PCM_ANSWERS)}
    assert json.loads(json.dumps(channel)) == channel


def test_sound_is_let_in_for_those_who_capture_and_only_the_question_how_is_open() -> None:
    for path, methods in WHIP.items():
        for method in methods:
            assert needed(method.upper(), path.replace("{session}", "s-1")) == frozenset({Scope.CAPTURE})
    assert [op.id for methods in WHIP.values() for op in methods.values() if op.open] == ["whipOptions"]
    assert Scope.CAPTURE in SCOPES[Role.EXTENSION]
