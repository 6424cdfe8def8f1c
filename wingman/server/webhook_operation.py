"""What a receiver of webhooks is sent, as the OpenAPI document tells it (standardwebhooks.com)."""

from __future__ import annotations

import json

from wingman.core import codec
from wingman.core.events import EVENTS, VERSION, MeetingEnded
from wingman.core.json import JsonObject
from wingman.events.webhooks import DELAYS

ENVELOPE: JsonObject = {
    "type": "object",
    "description": "One event. `data` depends on `type`; /api/schemas/events.json has every one.",
    "properties": {
        "v": {"const": VERSION},
        "seq": {"type": "integer", "minimum": 0},
        "type": {"type": "string", "enum": sorted(EVENTS)},
        "meeting": {"type": "string"},
        "at": {"type": "number", "description": "Wall time, seconds since the Unix epoch."},
        "data": {"type": "object"},
        "media": {"type": ["object", "null"]},
    },
    "required": ["v", "seq", "type", "meeting", "at", "data"],
}

EXAMPLE: JsonObject = json.loads(
    codec.encode(codec.envelope(212, "m-20260301-101500-a1b2c3", 1772360100.5, MeetingEnded("stopped", 1830.5)))
)


def _header(name: str, description: str) -> JsonObject:
    return {
        "name": name,
        "in": "header",
        "required": True,
        "description": description,
        "schema": {"type": "string"},
    }


WEBHOOK: JsonObject = {
    "operationId": "receiveEvent",
    "summary": "An event you subscribed to in report.webhooks",
    "description": "Sent again with the same `webhook-id` after "
    + ", ".join(f"{delay:.0f}" for delay in DELAYS)
    + " s until the receiver answers 2xx; 410 ends it at once.",
    "tags": ["webhooks"],
    "security": [],
    "parameters": [
        _header("webhook-id", "The delivery; the same at every attempt."),
        _header("webhook-timestamp", "Unix seconds of this attempt."),
        _header(
            "webhook-signature", "`v1,` and the base64 HMAC-SHA256 of `ID.TIMESTAMP.BODY` under your secret."
        ),
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/Envelope"}, "example": EXAMPLE}
        },
    },
    "responses": {
        "2XX": {"description": "Taken"},
        "410": {"description": "Nobody listens here any more: not sent again"},
        "default": {"description": "Sent again later"},
    },
}
