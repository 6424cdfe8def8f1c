"""The ways sound gets in, as the published documents tell them: WHIP for OpenAPI, the PCM socket for
AsyncAPI."""

from __future__ import annotations

from wingman.audio.pcm_format import RATES, Encoding
from wingman.core.json import JsonObject
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.meeting.api import SPEC_QUERY
from wingman.server.operation import Operation
from wingman.server.routes.pcm import MAX_MESSAGE
from wingman.transports.ice_fragment import MEDIA_TYPE as FRAGMENT
from wingman.transports.sdp import MEDIA_TYPE as SDP
from wingman.transports.telephony import MOST_KEPT_S

MULAW: JsonObject = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
WRONG_RATE = "rate must be a whole number from 8000 to 96000 (Hz)"
TEXT = {"type": "string"}
CHANNELS = {
    "type": "string",
    "description": "Whose voice each audio track is, in order: `tab`, `mic` or `tab,mic`.",
}
SPEC = (*SPEC_QUERY, "keyterms")
"""What a meeting that this offer makes is told."""

TO = {
    "type": "string",
    "description": "Of a meeting that moves: the node that its `meeting.move` event names.",
}
OFFER = "v=0\r\no=- 4611 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n…"
OFFER_REFUSED = {
    400: "The offer, or a parameter, is wrong; `field` names which",
    404: "No such meeting runs here",
    409: "A channel is fed by somebody else",
    413: "The offer is too long",
    415: "The Content-Type is not application/sdp",
    429: "Too many meetings or requests",
    503: "The service cannot take more",
}
PATCH_REFUSED = {
    404: "The session has ended",
    412: "The session was restarted since; If-Match is old",
    415: f"The Content-Type is not {FRAGMENT}",
    428: "If-Match is missing",
}

WHIP: dict[str, dict[str, Operation]] = {
    "/whip": {
        "post": Operation(
            "offerSound",
            "WHIP (RFC 9725): an SDP offer with audio tracks; the answer's Location is the session",
            {201: SDP},
            SDP,
            {"meeting": TEXT, "to": TO, "channels": CHANNELS, **dict.fromkeys(SPEC, TEXT)},
            refusals=OFFER_REFUSED,
            example=OFFER,
        ),
        "options": Operation("whipOptions", "What may be posted, in Accept-Post", {204: None}, open=True),
    },
    "/whip/{session}": {
        "delete": Operation(
            "endSound", "End the session; twice is no error", {200: None}, refusals={404: "No such session"}
        ),
        "patch": Operation(
            "trickle",
            "ICE candidates (204), or an ICE restart (200 with the service's own)",
            {200: FRAGMENT, 204: None},
            FRAGMENT,
            refusals=PATCH_REFUSED,
        ),
    },
}

PCM_QUERY: JsonObject = {
    "channel": {"type": "string", "enum": [str(channel) for channel in Channel], "default": "tab"},
    "channels": CHANNELS,
    "rate": {"type": "integer", "minimum": RATES[0], "maximum": RATES[-1], "default": SAMPLE_RATE},
    "encoding": {"type": "string", "enum": [str(encoding) for encoding in Encoding], "default": "linear16"},
    "tracks": {
        "type": "string",
        "description": "Telephony: whose voice each track is, `inbound=tab,outbound=mic`.",
    },
}


def pcm_channel(meeting: JsonObject) -> JsonObject:
    """The PCM socket as an AsyncAPI channel."""
    return {
        "address": "/api/meetings/{meeting}/pcm",
        "description": f"Interleaved samples as binary messages of at most {MAX_MESSAGE} bytes; `end`, or a "
        "telephone "
        "media stream's own messages, as JSON text. Closed with 1000 after `end`, and with 4000 plus the "
        "HTTP status "
        "a request would have got (4400 for a wrong parameter, 4404 for no such meeting, 4409 for a channel "
        "that is "
        "fed by somebody else).",
        "parameters": meeting,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in (*PCM_MESSAGES, *PCM_ANSWERS)},
        "bindings": {"ws": {"query": {"type": "object", "properties": PCM_QUERY}}},
    }


PCM_MESSAGES: JsonObject = {
    "pcm": {
        "name": "pcm",
        "contentType": "application/octet-stream",
        "payload": {"type": "string", "format": "binary", "description": "Interleaved samples, any length."},
    },
    "pcm_end": {
        "name": "end",
        "contentType": "application/json",
        "payload": {"type": "object", "properties": {"type": {"const": "end"}}, "required": ["type"]},
        "examples": [{"payload": {"type": "end"}}],
    },
    "pcm_kept": {
        "name": "kept",
        "contentType": "application/json",
        "payload": {
            "type": "object",
            "description": "First message of a client that is back: so many seconds of sound, up to now, could "
            "not be sent. Wait for the answer before sending.",
            "properties": {
                "type": {"const": "kept"},
                "seconds": {"type": "number", "minimum": 0, "maximum": MOST_KEPT_S},
            },
            "required": ["type", "seconds"],
        },
        "examples": [{"payload": {"type": "kept", "seconds": 12.5}}],
    },
    "pcm_ping": {
        "name": "ping",
        "contentType": "application/json",
        "payload": {
            "type": "object",
            "description": "Is anybody there? A network that swallows everything closes no socket.",
            "properties": {"type": {"const": "ping"}},
            "required": ["type"],
        },
        "examples": [{"payload": {"type": "ping"}}],
    },
    "telephony": {
        "name": "telephony",
        "contentType": "application/json",
        "payload": {
            "type": "object",
            "description": "`start` says what the sound is, `media` holds it in base64, `stop` ends it.",
            "properties": {"event": {"enum": ["connected", "start", "media", "mark", "dtmf", "stop"]}},
            "required": ["event"],
        },
        "examples": [
            {"payload": {"event": "start", "start": {"mediaFormat": MULAW}}},
            {"payload": {"event": "media", "media": {"track": "inbound", "payload": "f39/fw=="}}},
            {"payload": {"event": "stop"}},
        ],
    },
}

PCM_ANSWERS: JsonObject = {
    "kept_known": {
        "name": "kept",
        "contentType": "application/json",
        "payload": {
            "type": "object",
            "description": "The service has so many samples (at 16 kHz) of what was kept: send what "
            "follows. What of that it heard before, too, it finds in the sound and leaves out.",
            "properties": {"type": {"const": "kept"}, "known": {"type": "integer", "minimum": 0}},
            "required": ["type", "known"],
        },
        "examples": [{"payload": {"type": "kept", "known": 8000}}],
    },
    "pcm_pong": {
        "name": "pong",
        "contentType": "application/json",
        "payload": {
            "type": "object",
            "description": "The answer to a ping.",
            "properties": {"type": {"const": "pong"}},
            "required": ["type"],
        },
        "examples": [{"payload": {"type": "pong"}}],
    },
    "pcm_refused": {
        "name": "error",
        "contentType": "application/json",
        "payload": {
            "type": "object",
            "description": "What was wrong; the socket is closed with 4000 plus the HTTP status.",
            "properties": {
                "type": {"const": "error"},
                "code": {"const": "bad_input"},
                "field": {"type": "string"},
                "detail": {"type": "string"},
            },
            "required": ["type", "code", "field", "detail"],
        },
        "examples": [
            {"payload": {"type": "error", "code": "bad_input", "field": "rate", "detail": WRONG_RATE}}
        ],
    },
}
