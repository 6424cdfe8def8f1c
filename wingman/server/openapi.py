"""The REST routes as an OpenAPI 3.1 document, generated from the dataclasses they read and write."""

from __future__ import annotations

import re
from typing import Any

from wingman import __version__
from wingman.archive.egress_ledger import Pause, Total
from wingman.core.events import SummaryReady
from wingman.core.json import JsonObject
from wingman.events.index import SearchHit
from wingman.events.schemas import components
from wingman.events.webhook_store import Delivery
from wingman.meeting.api import SPEC_QUERY, MeetingStatus
from wingman.meeting.imports import ImportStatus
from wingman.report.files import KNOWN_FORMATS
from wingman.server.audio_in import WHIP
from wingman.server.client_messages import ActionRequest, Control, SuggestionFeedback
from wingman.server.grants import Role, Scope
from wingman.server.operation import SCHEMAS, Operation, listing, number, record, ref
from wingman.server.routes.annotations import MeetingChange
from wingman.server.routes.meetings import OLDEST_PICTURE_MS, NewMeeting, Redeem
from wingman.server.routes.recordings import RecordingInspection
from wingman.server.routes.session import LogIn, NewGrant
from wingman.server.routes.streams import MOST_SEQ
from wingman.server.setup_operations import ANSWERED, SETUP
from wingman.server.webhook_operation import ENVELOPE, WEBHOOK

GRANT: JsonObject = {
    "type": "object",
    "properties": {
        "id": {"type": "string"}, "role": {"type": "string", "enum": list(Role)},
        "scopes": {"type": "array", "items": {"type": "string", "enum": list(Scope)}},
        "meeting": {"type": "string"}, "origin": {"type": "string"}, "name": {"type": "string"},
        "created": {"type": "number"}, "expires": {"type": "number"}, "used": {"type": "number"},
        "revoked": {"type": "number"}, "active": {"type": "boolean"}, "token": {"type": "string"},
    },
    "required": ["id", "role", "scopes", "expires", "active"],
}  # fmt: skip
SESSION: JsonObject = {**GRANT, "properties": {**GRANT["properties"], "path": {"type": "string"}}}
AUDIT = {
    "type": "object",
    "properties": {
        "entries": {"type": "array", "items": {"type": "object"}},
        "broken_at": {"type": "integer", "minimum": 0},
    },
    "required": ["entries", "broken_at"],
}
STATUS = {200: ref(MeetingStatus)}
TEXT = {"type": "string"}
EVENTS_PAGE = {
    "type": "object",
    "properties": {
        "events": {"type": "array", "items": {"$ref": SCHEMAS.format(name="Envelope")}},
        "last": {"type": "integer"},
    },
    "required": ["events", "last"],
}
MEETING_OR_HITS = {"anyOf": [listing("meetings", MeetingStatus), listing("hits", SearchHit)]}
LEDGER = {
    "type": "object",
    "properties": {
        "totals": {"type": "array", "items": ref(Total)},
        "pauses": {"type": "array", "items": ref(Pause)},
        "clean": {"type": "boolean", "description": "True when nothing was sent during any pause."},
    },
    "required": ["totals", "pauses", "clean"],
}
DELIVERIES = listing("deliveries", Delivery)
DELIVERY_QUERY = {"limit": number(1, 1000, 100), "meeting": TEXT}
LIST_QUERY = {"q": TEXT, "limit": number(1, 500, 50), "before": TEXT}
RECORDING_QUERY = {"name": TEXT, "channels": TEXT, "track": number(1, 99, 1)}
AFTER = {"after": number(0, MOST_SEQ, 0)}
FOLLOWED = {**AFTER, "epoch": number(0, MOST_SEQ, 0)}
EVENTS_QUERY = {**AFTER, "limit": number(1, 10_000, 1000)}
FORMAT = {"format": {"type": "string", "enum": list(KNOWN_FORMATS), "default": "md"}}

ERROR = {"$ref": "#/components/responses/Error"}
REFUSED = {
    "code": "bad_input",
    "field": "channel",
    "detail": "unknown parameter `channel`; use channels, name, track",
}
PROBLEM = {"schema": {"$ref": "#/components/schemas/Error"}}
FAILED = {
    "description": "What is wrong, in one sentence",
    "content": {"application/json": {**PROBLEM, "example": {"error": REFUSED}}},
}

ONE = "/api/meetings/{id}"
OPERATIONS: dict[str, dict[str, Operation]] = {
    **SETUP,
    **WHIP,
    "/api/meetings": {
        "get": Operation("listMeetings", "List or search meetings", {200: MEETING_OR_HITS}, query=LIST_QUERY),
        "post": Operation("createMeeting", "Start a meeting", {201: ref(MeetingStatus)}, NewMeeting),
    },
    ONE: {
        "get": Operation("getMeeting", "One meeting, live or stored", STATUS),
        "patch": Operation("changeMeeting", "Its name and tags", STATUS, MeetingChange),
        "delete": Operation("deleteMeeting", "End it if it runs and remove every trace", {204: None}),
    },
    f"{ONE}/pause": {"post": Operation("pauseMeeting", "No audio leaves for any provider", STATUS)},
    f"{ONE}/resume": {"post": Operation("resumeMeeting", "Go on after a pause", STATUS)},
    f"{ONE}/end": {"post": Operation("endMeeting", "End the meeting; twice is no error", STATUS)},
    f"{ONE}/recording": {
        "post": Operation(
            "playRecording", "Play a media file into it", {202: ref(MeetingStatus)}, "*/*", RECORDING_QUERY
        )
    },
    "/api/recordings": {
        "post": Operation(
            "importRecording",
            "Make a meeting of a media file, faster than real time",
            {202: ref(ImportStatus)},
            "*/*",
            {**RECORDING_QUERY, **dict.fromkeys(SPEC_QUERY, TEXT)},
        )
    },
    "/api/recordings/inspect": {
        "post": Operation(
            "inspectRecording",
            "What a media file holds",
            {200: ref(RecordingInspection)},
            "*/*",
            RECORDING_QUERY,
        )
    },
    "/api/recordings/{id}": {"get": Operation("getImport", "How far an import is", {200: ref(ImportStatus)})},
    f"{ONE}/faces/{{channel}}": {
        "post": Operation(
            "showPicture",
            "Measure the faces in one picture, which is not kept",
            {202: record(taken="boolean")},
            "image/*",
            {"age_ms": number(0, OLDEST_PICTURE_MS, 0)},
        )
    },
    f"{ONE}/events": {
        "get": Operation("readEvents", "A page of its log", {200: EVENTS_PAGE}, query=EVENTS_QUERY)
    },
    f"{ONE}/stream": {
        "get": Operation("streamEvents", "Server-sent events", {200: "text/event-stream"}, query=FOLLOWED)
    },
    f"{ONE}/actions": {"post": Operation("requestAction", "Ask for help", {202: record("id")}, ActionRequest)},
    f"{ONE}/feedback": {
        "post": Operation("giveFeedback", "Rate a card", {200: record("id")}, SuggestionFeedback)
    },
    f"{ONE}/control": {
        "post": Operation("control", "Change a live setting", {200: record("setting")}, Control)
    },
    f"{ONE}/viewers": {
        "post": Operation(
            "addViewer", "A token that may only watch this meeting", {201: record("token", "url")}
        )
    },
    f"{ONE}/export": {"get": Operation("exportMeeting", "The meeting as a file", {200: "*/*"}, query=FORMAT)},
    f"{ONE}/audio/{{channel}}": {
        "get": Operation("getAudio", "A channel's stored sound", {200: "audio/ogg", 206: "audio/ogg"})
    },
    f"{ONE}/summary": {"get": Operation("getSummary", "Its summary so far", {200: ref(SummaryReady)})},
    f"{ONE}/ledger": {"get": Operation("getLedger", "What left this machine", {200: LEDGER})},
    "/api/pairing": {
        "post": Operation(
            "startPairing", "A code for the extension", {200: record("code", expires_in="integer")}
        )
    },
    "/api/pairing/redeem": {
        "post": Operation("redeemPairing", "The extension's token", {200: record("token")}, Redeem, open=True)
    },
    "/api/session": {
        "post": Operation(
            "logIn", "A browser's session for a one-time code or a token", {201: SESSION}, LogIn, open=True
        ),
        "get": Operation("whoAmI", "What the credential stands for", {200: GRANT}),
        "delete": Operation("logOut", "End the session", {204: None}),
    },
    "/api/grants": {
        "get": Operation("listGrants", "Who may do what, until when", {200: listing("grants")}),
        "post": Operation("makeGrant", "A grant for a program; its token is told once", {201: GRANT}, NewGrant),
    },
    "/api/grants/{id}": {
        "delete": Operation("revokeGrant", "End a grant and its connections", {200: {"type": "object"}})
    },
    "/api/audit": {
        "get": Operation(
            "readAudit",
            "Who did what; the log shows when it was changed",
            {200: AUDIT},
            query={"after": number(0, MOST_SEQ, 0), "limit": number(1, 10_000, 1000)},
        )
    },
    "/api/notices": {"get": Operation("listNotices", "What can be acknowledged", {200: listing("notices")})},
    "/api/config": {
        "get": Operation("getConfig", "What is configured, secrets masked", {200: {"type": "object"}})
    },
    "/api/webhooks/deliveries": {
        "get": Operation(
            "listDeliveries", "The webhooks' delivery log", {200: DELIVERIES}, query=DELIVERY_QUERY
        )
    },
    "/api/webhooks/deliveries/{delivery}/resend": {
        "post": Operation("resendDelivery", "Try a delivery again now", {202: ref(Delivery)})
    },
    "/healthz": {"get": Operation("alive", "Is the process alive", {200: record("status")}, open=True)},
    "/readyz": {
        "get": Operation(
            "ready", "May it take meetings", {200: record("status"), 503: record("status")}, open=True
        )
    },
    "/metrics": {"get": Operation("metrics", "Prometheus metrics", {200: "text/plain"})},
}


def openapi() -> JsonObject:
    """The document."""
    return {
        "openapi": "3.1.0",
        "servers": [
            {"url": "http://127.0.0.1:8710", "description": "Where `wingman serve` listens by default"}
        ],
        "info": {
            "title": "Wingman",
            "version": __version__,
            "description": "Sound in, words, tone and cards out. Events and sockets are in /api/asyncapi.json.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "tags": _tags(),
        "paths": {
            path: {method: _operation(path, op) for method, op in methods.items()}
            for path, methods in OPERATIONS.items()
        },
        "webhooks": {"event": {"post": WEBHOOK}},
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {"Error": FAILED},
        },
        "security": [{"token": []}],
    }


def _schemas() -> JsonObject:
    """Everything that is read and written, by name."""
    bodies = [
        op.body for methods in OPERATIONS.values() for op in methods.values() if isinstance(op.body, type)
    ]
    shown = [MeetingStatus, ImportStatus, RecordingInspection, SearchHit, SummaryReady, Total, Pause, Delivery]
    schemas = components([*ANSWERED, *shown, *bodies], SCHEMAS)
    for body in bodies:
        schemas[body.__name__]["additionalProperties"] = False
    problem = record("code", "field", "detail")
    schemas["Envelope"] = ENVELOPE
    schemas["Error"] = {"type": "object", "properties": {"error": problem}, "required": ["error"]}
    return schemas


def _tags() -> list[JsonObject]:
    begins = {_tag(path): path.partition("/{")[0] for path in reversed(OPERATIONS)}
    return [
        {"name": name, "description": f"Addresses that begin with {path}."}
        for name, path in sorted(begins.items())
    ]


def _operation(path: str, operation: Operation) -> JsonObject:
    found: JsonObject = {
        "operationId": operation.id,
        "summary": operation.summary,
        "description": f"{operation.summary}.",
        "tags": [_tag(path)],
    }
    parameters = [
        {"name": name, "in": "query", "required": False, "schema": schema}
        for name, schema in operation.query.items()
    ]
    for name in re.findall(r"{(\w+)}", path):
        schema = {"type": "string", "minLength": 1, "maxLength": 100}
        parameters.append({"name": name, "in": "path", "required": True, "schema": schema})
    if parameters:
        found["parameters"] = parameters
    if operation.body is not None:
        found["requestBody"] = {
            "required": operation.body is not NewMeeting,
            "content": _content(operation.body, operation.example),
        }
    responses = {str(status): _response(status, answer) for status, answer in operation.answers.items()}
    refused = {str(status): _refusal(when) for status, when in operation.refusals.items()}
    found["responses"] = {**responses, **refused, "4XX": ERROR, "default": ERROR}
    if operation.open:
        found["security"] = []
    return found


def _tag(path: str) -> str:
    """What an address is about, such as `meetings`."""
    return path.removeprefix("/api").strip("/").partition("/")[0]


def _refusal(when: str) -> JsonObject:
    return {
        "description": when,
        "content": {"application/json": PROBLEM},
    }


def _content(body: type[Any] | str, example: str) -> JsonObject:
    if isinstance(body, str):
        shown = {"example": example} if example else {}
        return {body: {"schema": {"type": "string", "format": "binary"}, **shown}}
    return {"application/json": {"schema": ref(body)}}


def _response(status: int, answer: Any) -> JsonObject:
    described = {
        "description": {200: "OK", 201: "Created", 202: "Accepted", 204: "Gone"}.get(status, "Not now")
    }
    if answer is None:
        return described
    if isinstance(answer, str):
        return {**described, "content": {answer: {}}}
    return {**described, "content": {"application/json": {"schema": answer}}}
