"""Hume's realtime expression API on the wire: pure functions between JSON and dataclasses, no socket.

One WebSocket is one session: PCM goes up in binary frames, typed JSON events come down. All times are
milliseconds of *accepted* audio since the session began. The API promises to grow: unknown message types
decode to `Unknown`, unknown fields are ignored, names and reasons are open strings.

Source: Hume API reference, Expression Measurement, "Realtime" (`/v1/expression/audio/realtime`), and
hume-expression-measurement 0.1.0: session messages, error codes and limits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

import msgspec

from wingman.core.emotion import Score
from wingman.core.errors import FaultKind, ProviderFault
from wingman.emotion.hume import http_errors

PATH: Final = "/v1/expression/audio/realtime"
AUDIO: Final = {"type": "audio/pcm", "encoding": "s16le", "sample_rate": 16_000, "channels": 1}
"""The only format the API takes, in binary frames of whole samples (ten seconds at most)."""

SERVICE: Final = http_errors.HumeApi("Hume", "emotion.hume.api_key (HUME_API_KEY)", "emotion.hume.url")
TIMER_MS: Final = (3000, 10_000)
"""Least and greatest `measurement_timer_ms`."""


class WireError(ValueError):
    """A message that is not what the API promises; the text says what is wrong with it."""


class _Message(msgspec.Struct, frozen=True):
    """Base of the messages that come down. Unknown fields are ignored."""


class NamedProbability(_Message, frozen=True):
    """One expression and how probable it is."""

    name: str
    probability: float


class SessionCreated(_Message, frozen=True):
    """The first message of every session, with the configuration in force."""

    session_id: str
    measurement_timer_ms: int


class SessionUpdated(_Message, frozen=True):
    """Settings were taken."""

    measurement_timer_ms: int


class UtteranceStart(_Message, frozen=True):
    """A voice began. At most one utterance is open at a time."""

    utterance_id: int
    audio_start_ms: int


class Measurement(_Message, frozen=True):
    """Scores over one window of an utterance. Either list may be empty although speech was found."""

    measurement_id: int
    utterance_id: int
    audio_start_ms: int
    audio_end_ms: int
    trigger: str = ""
    """`interval`, or `speech_ended` for the last one of an utterance."""
    expressions: tuple[NamedProbability, ...] = ()
    voice_attributes: tuple[NamedProbability, ...] = ()


class UtteranceEnd(_Message, frozen=True):
    """Somebody stopped speaking."""

    utterance_id: int
    audio_start_ms: int
    audio_end_ms: int


class SessionError(_Message, frozen=True):
    """Something was refused. `retryable` is false exactly when the session ends with it."""

    code: str
    message: str
    retryable: bool


class Received(_Message, frozen=True):
    """What the server counted of our audio."""

    audio_duration_ms: int
    frames: int


class Produced(_Message, frozen=True):
    """What the server made of it."""

    utterances: int
    measurements: int


class SessionClosed(_Message, frozen=True):
    """The last message of every orderly session, with its totals."""

    session_id: str
    reason: str
    """`client_request`, `server_shutdown`, `idle_timeout`, `error`, or one yet unknown."""
    received: Received
    produced: Produced


class Unknown(_Message, frozen=True):
    """A message type this version does not know."""

    type: str


ServerMessage: TypeAlias = (
    SessionCreated
    | SessionUpdated
    | UtteranceStart
    | Measurement
    | UtteranceEnd
    | SessionError
    | SessionClosed
    | Unknown
)

_TYPES: Final[Mapping[str, type[Any]]] = {
    "session.created": SessionCreated,
    "session.updated": SessionUpdated,
    "utterance.start": UtteranceStart,
    "measurement.result": Measurement,
    "utterance.end": UtteranceEnd,
    "error": SessionError,
    "session.closed": SessionClosed,
}
_json = msgspec.json.Decoder()


def decode(text: str | bytes) -> ServerMessage:
    """One server message. Raises `WireError` when it is not what the API promises."""
    try:
        raw = _json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as broken:
        raise WireError(f"not JSON: {broken}") from None
    kind = raw.get("type") if isinstance(raw, dict) else None
    if not isinstance(kind, str):
        raise WireError("a message without a type")
    expected = _TYPES.get(kind)
    if expected is None:
        return Unknown(kind)
    if expected is Measurement:
        raw = {name: _readable(value) for name, value in raw.items() if value is not None}
    try:
        message: ServerMessage = msgspec.convert(raw, expected)
    except msgspec.ValidationError as broken:
        raise WireError(f"{kind}: {broken}") from None
    if isinstance(message, Measurement | UtteranceEnd) and message.audio_end_ms < message.audio_start_ms:
        raise WireError(f"{kind}: it ends before it starts")
    if isinstance(message, UtteranceStart | Measurement | UtteranceEnd) and message.audio_start_ms < 0:
        raise WireError(f"{kind}: it starts before the session does")
    return message


def _readable(value: Any) -> Any:
    """A list of scores without the entries that are none: the others were measured all the same."""
    if not isinstance(value, list):
        return value
    return [item for item in value if isinstance(item, dict) and _is_score(item)]


def _is_score(item: Mapping[str, Any]) -> bool:
    probability = item.get("probability")
    if isinstance(probability, bool) or not isinstance(probability, int | float):
        return False
    return isinstance(item.get("name"), str) and 0 <= probability <= 1


def session_update(measurement_timer_ms: int) -> str:
    """The configuration; legal only before the first audio frame. What it leaves out goes to default."""
    update = {"type": "session.update", "audio": AUDIO, "measurement_timer_ms": measurement_timer_ms}
    return msgspec.json.encode(update).decode()


def session_close() -> str:
    """Ask for an orderly end: last measurement, `utterance.end`, `session.closed`, then the close frame."""
    return '{"type":"session.close"}'


def scores(items: Sequence[NamedProbability]) -> tuple[Score, ...]:
    """Names and probabilities as scores, lower case, best first (the server's order breaks ties)."""
    named = (Score(item.name.lower(), item.probability) for item in items)
    return tuple(sorted(named, key=lambda score: -score.value))


def realtime_url(root: str) -> str:
    """The session address under a WebSocket root. Raises `ValueError` for anything but ws:// and wss://."""
    parts = urlsplit(root)
    if parts.scheme not in ("ws", "wss") or not parts.netloc:
        raise ValueError(f"{root!r} is not a ws:// or wss:// address")
    return root.rstrip("/") + PATH


# --- what went wrong, for the user and for the supervisor -----------------------------------------


def refused(status: int, headers: Mapping[str, str], body: bytes) -> ProviderFault:
    """A handshake answered with an HTTP status instead of 101."""
    return http_errors.refused(SERVICE, status, headers, _refusal_code(body))


def _refusal_code(body: bytes) -> str:
    try:
        raw = _json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    code = raw.get("code") if isinstance(raw, dict) else None
    return code if isinstance(code, str) else ""


def session_fault(error: SessionError) -> ProviderFault:
    """An error that ended the session (`retryable` false).

    The flag speaks of the session, not of the connection: `internal_error` is worth a new session.
    """
    match error.code:
        case "config_invalid" | "message_too_large":
            text = f"Hume refused what Wingman sent ({error.code}); check the settings under emotion.hume"
            return ProviderFault(text, kind=FaultKind.BAD_REQUEST, code=error.code)
        case "internal_error":
            text = "Hume failed to measure; starting a new session"
            return ProviderFault(text, kind=FaultKind.UNAVAILABLE, code=error.code)
        case _:
            text = f"Hume ended the session ({error.code}); starting a new one"
            return ProviderFault(text, kind=FaultKind.PROTOCOL, code=error.code)


def closed_fault(code: int | None, last_error: SessionError | None) -> ProviderFault:
    """A socket that closed without our asking: its close code, and the error that went before."""
    if last_error is not None and not last_error.retryable:
        return session_fault(last_error)
    label = "" if code is None else str(code)
    if code == 1009:
        text = "Hume refused a message as too large; check emotion.hume.url"
        return ProviderFault(text, kind=FaultKind.BAD_REQUEST, code=label)
    if code in (1001, 1011, 1012, 1013, 1000):
        text = "Hume ended the session; starting a new one"
        return ProviderFault(text, kind=FaultKind.UNAVAILABLE, code=label)
    return ProviderFault("the connection to Hume broke; trying again", kind=FaultKind.NETWORK, code=label)
