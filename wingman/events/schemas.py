"""JSON Schemas of the public events, generated from the dataclasses that are sent."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import msgspec

from wingman.core.events import EVENTS, VERSION, Media
from wingman.core.json import JsonObject

REFERENCE = "#/$defs/{name}"


def components(types: Sequence[type[Any]], template: str = REFERENCE) -> JsonObject:
    """Schemas of `types` and all they refer to, by class name."""
    _, found = msgspec.json.schema_components(types, ref_template=template)
    for schema in found.values():
        if "description" in schema:
            schema["description"] = inspect.cleandoc(schema["description"])
    return {name: found[name] for name in sorted(found)}


def envelope_schema(kind: str, template: str = REFERENCE) -> JsonObject:
    """The schema of one event type's whole envelope."""
    return {
        "type": "object",
        "title": kind,
        "properties": {
            "v": {"const": VERSION},
            "seq": {"type": "integer", "minimum": 0},
            "type": {"const": kind},
            "meeting": {"type": "string"},
            "at": {"type": "number", "description": "Wall time, seconds since the Unix epoch."},
            "data": {"$ref": template.format(name=EVENTS[kind].__name__)},
            "media": {"anyOf": [{"type": "null"}, {"$ref": template.format(name=Media.__name__)}]},
        },
        "required": ["v", "seq", "type", "meeting", "at", "data"],
    }


def events_schema() -> JsonObject:
    """One JSON Schema (2020-12) that every envelope of this version satisfies."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Wingman events",
        "description": "One envelope as sent over WebSocket and server-sent events and kept in the log.",
        "oneOf": [envelope_schema(kind) for kind in EVENTS],
        "$defs": components([Media, *EVENTS.values()]),
    }
