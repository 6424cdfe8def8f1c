"""Schemas made from the payload classes hold for what is really sent."""

from __future__ import annotations

import jsonschema
import msgspec

from tests.support import story
from wingman.core.codec import encode
from wingman.core.events import EVENTS
from wingman.events.schemas import components, envelope_schema, events_schema


def test_every_event_of_a_meeting_satisfies_the_schema() -> None:
    schema = events_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for each in story.events():
        validator.validate(msgspec.json.decode(encode(each)))


def test_every_type_has_a_schema() -> None:
    schema = events_schema()
    assert {each["title"] for each in schema["oneOf"]} == set(EVENTS)
    assert envelope_schema("meeting.ended")["properties"]["type"] == {"const": "meeting.ended"}
    assert "MeetingEnded" in components([EVENTS["meeting.ended"]])
