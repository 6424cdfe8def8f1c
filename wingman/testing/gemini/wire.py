"""Gemini's REST and SSE forms, as the real service sends them. Pure: requests in, bytes out.

Source: Gemini API reference, `models.streamGenerateContent` (GenerateContentResponse, FinishReason, safety) and
`google.rpc.Status` for errors.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from wingman.core.json import JsonMapping, JsonObject

MODELS: Mapping[str, frozenset[str]] = {
    "gemini-3.5-flash-lite": frozenset({"minimal", "low", "medium", "high"}),
    "gemini-3.1-flash-lite": frozenset({"minimal", "low", "medium", "high"}),
    "gemini-2.5-flash-lite": frozenset(),
    "gemini-3.5-flash": frozenset({"minimal", "low", "medium", "high"}),
    "gemini-3.8-flash": frozenset({"low", "medium", "high"}),
}
"""Model → thinking levels it accepts (empty: it takes a budget instead)."""

ALIASES = {"gemini-flash-lite-latest": "gemini-3.5-flash-lite", "gemini-flash-latest": "gemini-3.8-flash"}
"""Served on `v1beta` only."""

NO_PENALTIES = "gemini-3.5-flash-lite"
BODY_FIELDS = frozenset(
    {
        "systemInstruction",
        "contents",
        "safetySettings",
        "cachedContent",
        "serviceTier",
        "store",
        "generationConfig",
        "tools",
        "toolConfig",
        "labels",
        "model",
    }
)
STATUS_NAMES = {
    400: "INVALID_ARGUMENT",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


class Refused(Exception):
    """The service answers with an error."""

    def __init__(self, code: int, message: str, details: Sequence[JsonMapping] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = tuple(details)

    @property
    def body(self) -> bytes:
        """Pretty-printed, as the real service does."""
        return json.dumps(self.tree, indent=2).encode()

    @property
    def tree(self) -> JsonObject:
        """The error as JSON."""
        error: JsonObject = {
            "code": self.code,
            "message": self.message,
            "status": STATUS_NAMES[self.code],
        }
        if self.details:
            error["details"] = [dict(detail) for detail in self.details]
        return {"error": error}


@dataclass(frozen=True, slots=True)
class Call:
    """Path of a request: `/{version}/models/{model}:{method}`."""

    version: str
    model: str
    method: str


def parse_path(path: str) -> Call:
    """Raises `Refused` 404 for anything that is not a model's method (or the model itself)."""
    found = re.fullmatch(r"/(v1|v1beta)/models(?:/([\w.-]+)(?::(\w+))?)?", path)
    if not found:
        raise Refused(404, f"Requested entity was not found: {path}")
    return Call(found[1], found[2] or "", found[3] or "get")


def check_key(headers: Mapping[str, str], query: Mapping[str, str], expected: str) -> None:
    """Raises `Refused` as the service does for a missing, doubled or wrong key."""
    given = [key for key in (headers.get("x-goog-api-key"), query.get("key")) if key]
    if not given:
        raise Refused(403, "Method doesn't allow unregistered callers. Please use API Key.")
    if len(given) > 1:
        raise Refused(400, "Multiple authentication credentials received. Please pass only one.")
    if given[0] == "bad" or (expected and given[0] != expected):
        info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
        raise Refused(400, "API key not valid. Please pass a valid API key.", [info])


def resolve_model(call: Call, served: frozenset[str]) -> str:
    """The model that answers. Raises `Refused` 404 when it is not served under this version."""
    model = ALIASES.get(call.model, call.model) if call.version == "v1beta" else call.model
    if model not in served:
        raise Refused(
            404, f"models/{call.model} is not found for API version {call.version}, or is not supported."
        )
    return model


def check_body(model: str, body: JsonMapping, headers: Mapping[str, str]) -> None:
    """The validation that catches real mistakes of a client. Raises `Refused` 400."""
    for name in body:
        if name not in BODY_FIELDS:
            raise Refused(400, f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.')
    contents = body.get("contents") or []
    if not contents:
        raise Refused(400, "* GenerateContentRequest.contents: contents is not specified")
    if contents[-1].get("role") == "model":
        raise Refused(400, "Please ensure that the last content has role user.")
    if 0 < int(headers.get("x-server-timeout", "10")) < 10:
        raise Refused(400, "Manually set deadline is too short. Minimum allowed deadline is 10s.")
    config = body.get("generationConfig") or {}
    if "responseSchema" in config and "responseJsonSchema" in config:
        raise Refused(400, "Only one of response_schema and response_json_schema may be set.")
    if model == NO_PENALTIES and ("presencePenalty" in config or "frequencyPenalty" in config):
        raise Refused(400, f"Penalty is not enabled for models/{model}")
    _check_thinking(model, {_snake(k): v for k, v in (config.get("thinkingConfig") or {}).items()})


def _check_thinking(model: str, thinking: JsonMapping) -> None:
    level, budget = thinking.get("thinking_level"), thinking.get("thinking_budget")
    if level is not None and budget is not None:
        raise Refused(400, "You can only set one of thinking budget and thinking level.")
    if level is not None and str(level).lower() not in MODELS.get(model, frozenset()):
        raise Refused(400, f"Thinking level {level} is not supported for this model.")


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def prompt_text(body: JsonMapping) -> tuple[str, str]:
    """(system instruction, text of the last content)."""
    system = body.get("systemInstruction") or {}
    contents = body.get("contents") or [{}]
    return _joined(system), _joined(contents[-1])


def _joined(content: JsonMapping) -> str:
    return "".join(str(part.get("text", "")) for part in content.get("parts") or ())


@dataclass(frozen=True, slots=True)
class Stream:
    """The running part of one streamed answer."""

    model: str
    response_id: str
    prompt_tokens: int

    def event(self, text: str, said: int, finish: str = "") -> JsonObject:
        """One event: a delta, the running usage, and the finish reason on the last."""
        candidate: JsonObject = {"content": {"role": "model", "parts": [{"text": text}]}, "index": 0}
        if finish:
            candidate["finishReason"] = finish
        return {"candidates": [candidate], **self.usage(said)}

    def stopped(self, finish: str, said: int) -> JsonObject:
        """An end without content: a safety stop, or a budget spent on thinking."""
        return {"candidates": [{"finishReason": finish, "index": 0}], **self.usage(said)}

    def blocked(self, reason: str) -> JsonObject:
        """An answer that was blocked."""
        return {"promptFeedback": {"blockReason": reason}, **self.usage(0)}

    def usage(self, said: int) -> JsonObject:
        """Token counts."""
        return {
            "usageMetadata": {
                "promptTokenCount": self.prompt_tokens,
                "candidatesTokenCount": tokens(said),
                "totalTokenCount": self.prompt_tokens + tokens(said),
                "promptTokensDetails": [{"modality": "TEXT", "tokenCount": self.prompt_tokens}],
            },
            "modelVersion": self.model,
            "responseId": self.response_id,
        }


def sse(event: JsonMapping) -> bytes:
    """One event as the service frames it: a single data line, CRLF, no event name."""
    return b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\r\n\r\n"


def array_piece(event: JsonMapping, index: int) -> bytes:
    """One element of the JSON array that is streamed without `alt=sse`."""
    return (b"[" if index == 0 else b",\r\n") + json.dumps(event, ensure_ascii=False, indent=2).encode()


def pieces(text: str, size: int) -> Iterator[str]:
    """`text` in pieces of about `size` characters, split after spaces."""
    piece = ""
    for word in re.findall(r"\S*\s*", text):
        if piece and len(piece) + len(word) > size:
            yield piece
            piece = ""
        piece += word
    if piece:
        yield piece


def tokens(characters: int) -> int:
    """About four characters a token, as in English."""
    return (characters + 3) // 4
