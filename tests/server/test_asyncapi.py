"""The AsyncAPI document describes every event that is sent and every message that may come back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from tests.support import story
from wingman.core import codec
from wingman.core.events import EVENTS
from wingman.server.asyncapi import asyncapi
from wingman.server.client_messages import MESSAGES, answer
from wingman.server.routes.pcm import PARAMETERS
from wingman.server.routes.streams import SOCKET_QUERY

DOCUMENT = asyncapi()


def references(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        if isinstance(tree.get("$ref"), str):
            yield tree["$ref"]
        tree = list(tree.values())
    if isinstance(tree, list):
        for value in tree:
            yield from references(value)


def fits(name: str, value: Any) -> bool:
    schema = {**DOCUMENT["components"]["messages"][name]["payload"], "components": DOCUMENT["components"]}
    return bool(jsonschema.Draft202012Validator(schema).is_valid(value))


def key(kind: str) -> str:
    return kind.replace(".", "_").replace("-", "_")


def test_every_reference_leads_somewhere() -> None:
    found = set(references(DOCUMENT))
    assert len(found) > len(EVENTS)
    for reference in found:
        place = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            assert step in place, reference
            place = place[step]


def test_a_whole_meeting_fits_what_is_told_of_its_events() -> None:
    for envelope in story.events():
        wire = json.loads(codec.encode(envelope))
        assert fits(key(wire["type"]), wire), wire
        assert not fits(key(wire["type"]), {**wire, "seq": "first"})


def test_every_event_goes_down_both_streams_and_every_message_comes_up_the_socket() -> None:
    channels = DOCUMENT["channels"]
    assert set(channels["stream"]["messages"]) == {key(kind) for kind in EVENTS}
    up = {key(kind) for kind in MESSAGES}
    assert set(channels["socket"]["messages"]) == {key(kind) for kind in EVENTS} | up | {"Ok", "Refusal"}
    asked = {each["$ref"].rpartition("/")[2] for each in DOCUMENT["operations"]["requests"]["messages"]}
    assert asked == up


@pytest.mark.parametrize(
    ("message", "fit"),
    [
        ({"type": "action.request", "action": "recap", "ref": "1"}, True),
        ({"type": "action.request", "action": "sing"}, False),
        ({"type": "action.request"}, False),
        ({"type": "note", "text": ""}, False),
        ({"type": "note", "text": "Call Ada"}, True),
        ({"type": "note", "text": "Call Ada", "ref": "x" * 101}, False),
        ({"type": "ping"}, True),
    ],
)
def test_what_may_come_up_is_told_with_its_limits(message: dict[str, Any], fit: bool) -> None:
    assert fits(key(message["type"]), message) is fit
    assert not fits(key(message["type"]), {**message, "type": "other"})


@pytest.mark.parametrize("text", ['{"type": "ping", "ref": "7"}', '{"type": "note", "text": ""}', "{", '["x"]'])
def test_the_answers_look_as_they_are_told(text: str) -> None:
    said = answer(text, None)
    wire = {name: getattr(said, name) for name in said.__dataclass_fields__}
    assert fits(type(said).__name__, wire)


def test_a_sockets_query_is_told_as_it_is_read() -> None:
    told = {
        name: set(channel["bindings"]["ws"]["query"]["properties"])
        for name, channel in DOCUMENT["channels"].items()
        if "ws" in channel.get("bindings", {})
    }
    assert told == {"socket": set(SOCKET_QUERY), "pcm": set(PARAMETERS)}
