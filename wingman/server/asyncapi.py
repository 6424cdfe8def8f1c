"""The event streams as an AsyncAPI 3.0 document, generated from the classes that are sent."""

from __future__ import annotations

from typing import Any

from wingman import __version__
from wingman.core.events import EVENTS, Media
from wingman.core.json import JsonObject
from wingman.events.schemas import components, envelope_schema
from wingman.server.audio_in import PCM_ANSWERS, PCM_MESSAGES, pcm_channel
from wingman.server.client_messages import MESSAGES, Ok, Refusal
from wingman.server.operation import SCHEMAS, number
from wingman.server.routes.streams import MOST_SEQ, PAGES

SOCKET_PARAMETERS: JsonObject = {
    "after": number(0, MOST_SEQ, 0),
    "epoch": {
        **number(0, MOST_SEQ, 0),
        "description": "The newest `epoch` of a `stream.caught_up` or `meeting.moved` that was seen: what a "
        "node told that was cut off, and nobody has stored, is then taken back by `stream.reset`.",
    },
    "backlog": {
        "type": "string",
        "enum": [PAGES],
        "description": "All that was missed comes as JSON arrays of envelopes; without, one by one, and as a "
        "snapshot (`stream.reset`) where it is very much. What happens from now on comes one by one.",
    },
}


def asyncapi() -> JsonObject:
    """What goes down to and may come up from a client of a meeting."""
    down = {_key(kind): _message(kind, envelope_schema(kind, SCHEMAS)) for kind in EVENTS}
    answers = {kind.__name__: _message(kind.__name__, _reference(kind)) for kind in (Ok, Refusal)}
    up = {_key(kind): _message(kind, _upward(kind, message)) for kind, message in MESSAGES.items()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Wingman events",
            "version": __version__,
            "description": "Resume with `after=SEQ` (WebSocket, SSE) or `Last-Event-ID` (SSE). A client "
            "that does not read is closed with 4408 and resumes the same way.",
        },
        "servers": {
            "local": {
                "host": "127.0.0.1:8710",
                "protocol": "ws",
                "description": "Where `wingman serve` listens by default",
            }
        },
        "channels": _channels([*down], [*answers], [*up]),
        "operations": {
            "events": _operation("send", "socket", [*down, *answers]),
            "requests": _operation("receive", "socket", list(up)),
            "serverSentEvents": _operation("send", "stream", list(down)),
            "samples": _operation("receive", "pcm", list(PCM_MESSAGES)),
            "samplesAnswered": _operation("send", "pcm", list(PCM_ANSWERS)),
        },
        "components": {
            "messages": {**down, **answers, **up, **PCM_MESSAGES, **PCM_ANSWERS},
            "schemas": components([Media, *EVENTS.values(), *MESSAGES.values(), Ok, Refusal], SCHEMAS),
        },
    }


def _channels(down: list[str], answers: list[str], up: list[str]) -> JsonObject:
    """The addresses, each with the names of its messages."""
    meeting = {"meeting": {"description": "The meeting's id."}}
    return {
        "socket": {
            "address": "/api/meetings/{meeting}/ws",
            "parameters": meeting,
            "messages": {name: _link(name) for name in (*down, *answers, *up)},
            "bindings": {"ws": {"query": {"type": "object", "properties": SOCKET_PARAMETERS}}},
        },
        "stream": {
            "address": "/api/meetings/{meeting}/stream",
            "parameters": meeting,
            "messages": {name: _link(name) for name in down},
        },
        "pcm": pcm_channel(meeting),
    }


def _key(kind: str) -> str:
    return kind.replace(".", "_").replace("-", "_")


def _message(name: str, payload: JsonObject) -> JsonObject:
    return {"name": name, "contentType": "application/json", "payload": payload}


def _reference(kind: type[Any]) -> JsonObject:
    return {"$ref": SCHEMAS.format(name=kind.__name__)}


def _upward(kind: str, message: type[Any]) -> JsonObject:
    frame = {
        "type": "object",
        "properties": {
            "type": {"const": kind},
            "ref": {"type": "string", "maxLength": 100, "description": "Comes back in the answer."},
        },
        "required": ["type"],
    }
    return {"allOf": [frame, _reference(message)]}


def _link(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/messages/{name}"}


def _operation(action: str, channel: str, messages: list[str]) -> JsonObject:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in messages],
    }
