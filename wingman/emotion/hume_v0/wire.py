"""Hume's v0 streaming API on the wire: requests and replies as pure functions, no socket.

One JSON reply per JSON request, in order; configuration travels in every request; replies carry no type
and are told apart by their members. The limits of the API (5 s of audio, 10,000 characters, 3000 x 3000
pixels) are kept here, by construction: what would break one cannot be encoded.

Source: Hume API reference, Expression Measurement, "Stream" (`/v0/stream/models`: models, errors, data), and
hume 0.7.8 and 0.13.13 (`expression_measurement.stream`).
"""

from __future__ import annotations

import struct
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import msgspec

from wingman.core.emotion import Score
from wingman.core.errors import FaultKind, InputError, ProviderFault
from wingman.core.json import JsonMapping, JsonObject
from wingman.core.surrogates import loads
from wingman.core.time import SAMPLE_RATE
from wingman.core.vocal_sounds import is_sound
from wingman.emotion.faces.pictures import picture_size
from wingman.emotion.hume import http_errors
from wingman.emotion.hume_v0.notices import Effect, Notice, ended, notices, said_in

SERVICE: Final = http_errors.HumeApi("the Hume v0 gateway", "emotion.hume_v0.api_key", "emotion.hume_v0.url")
PATH: Final = "/v0/stream/models"
MAX_CLIP_S: Final = 5.0
MAX_TEXT: Final = 10_000
"""Characters of one text."""
MAX_SIDE: Final = 3_000
"""Pixels of an image's longer side."""

Granularity = Literal["word", "sentence", "utterance", "passage"]


class Models(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which models answer, each with its options (`{}` for none). Leave out what is not wanted."""

    prosody: JsonObject | None = None
    burst: JsonObject | None = None
    language: JsonObject | None = None
    face: JsonObject | None = None
    facemesh: JsonObject | None = None


class Request(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything a v0 request may hold; members at their default are not sent."""

    data: str | None = None
    """Base64 of one complete media file, or plain text with `raw_text`."""
    models: Models | None = None
    raw_text: bool = False
    stream_window_ms: float | None = None
    """500 to 10000: earlier audio is put in front of this one up to this length."""
    reset_stream: bool = False
    """Forget earlier audio first, so that times count from this clip's first sample."""
    job_details: bool = False
    payload_id: str | None = None


def encode(request: Request) -> str:
    """A request as one JSON text message."""
    return msgspec.json.encode(request).decode()


def wav(pcm: bytes, rate: int = SAMPLE_RATE, channels: int = 1) -> bytes:
    """16-bit PCM in a WAV container whose header tells the truth about rate, channels and length."""
    frame = 2 * channels
    if len(pcm) % frame:
        raise ValueError(f"{len(pcm)} bytes are not whole frames of {channels} channels")
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(pcm), b"WAVE", b"fmt ", 16, 1, channels, rate,
                       rate * frame, frame, 16, b"data", len(pcm))  # fmt: skip
    return head + pcm


def clip(
    pcm: bytes,
    payload_id: str,
    models: Models = Models(prosody={}, burst={}),
    *,
    window_ms: float | None = None,
) -> Request:
    """One clip of mono 16 kHz audio. Without `window_ms` its times count from its own first sample.

    Raises `InputError` for more than five seconds.
    """
    if len(pcm) > MAX_CLIP_S * SAMPLE_RATE * 2:
        seconds = len(pcm) / (2 * SAMPLE_RATE)
        raise InputError(f"a clip of {seconds:.2f} s is over Hume's limit of 5 s; cut it", field="clip")
    data = b64encode(wav(pcm)).decode()
    if window_ms is None:
        return Request(data, models, reset_stream=True, payload_id=payload_id)
    return Request(data, models, stream_window_ms=window_ms, payload_id=payload_id)


def text(words: str, payload_id: str, granularity: Granularity = "passage", **options: JsonObject) -> Request:
    """Plain text for the `language` model; `options` are `sentiment={}` and `toxicity={}`.

    Raises `InputError` for more than 10,000 characters or none.
    """
    if not words.strip() or len(words) > MAX_TEXT:
        raise InputError(f"a text holds 1 to {MAX_TEXT} characters, not {len(words)}", field="text")
    models = Models(language={"granularity": granularity, **options})
    return Request(words, models, raw_text=True, payload_id=payload_id)


def image(picture: bytes, payload_id: str, options: JsonMapping | None = None, mesh: bool = False) -> Request:
    """A JPEG or PNG for the `face` model (options: `facs`, `descriptions`, `identify_faces`, `prob_threshold`,
    `min_face_size`, `fps_pred`), with `mesh` for `facemesh` too.

    Raises `InputError` when it is neither, or larger than 3000 x 3000.
    """
    width, height = picture_size(picture)
    if max(width, height) > MAX_SIDE:
        raise InputError(
            f"an image of {width} x {height} is over Hume's limit of {MAX_SIDE} x {MAX_SIDE}; shrink it",
            field="image",
        )
    models = Models(face=dict(options or {}), facemesh={} if mesh else None)
    return Request(b64encode(picture).decode(), models, payload_id=payload_id)


# --- replies --------------------------------------------------------------------------------------


class WireError(ValueError):
    """A reply that is none of the API's shapes."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """One prediction of any model. `begin`/`end` are seconds for audio and characters for text."""

    scores: tuple[Score, ...]
    """Best first, labels in lower case. Values above 1 happen."""
    begin: float = 0.0
    end: float = 0.0
    text: str = ""
    descriptions: tuple[Score, ...] = ()
    """Burst types or facial descriptions, when the model gives them."""
    raw: JsonMapping = field(default_factory=dict)
    """The whole item: bounding box, sentiment, toxicity, FACS …"""


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply, whatever shape it came in."""

    payload_id: str | None = None
    job_id: str | None = None
    predictions: Mapping[str, tuple[Prediction, ...]] = field(default_factory=dict)
    """By model name."""
    warnings: tuple[Notice, ...] = ()
    """What the gateway had to say besides: nothing is lost by it."""
    errors: tuple[Notice, ...] = ()
    """Why something that was asked for is missing; the gravest first."""

    @property
    def failure(self) -> Notice | None:
        """The gravest error of a request that brought nothing; one model may fail while another answers."""
        return self.errors[0] if self.errors and not any(self.predictions.values()) else None


MODELS: Final = ("prosody", "burst", "language", "face", "facemesh")


def decode(line: str | bytes) -> Reply:
    """One reply. Raises `WireError` when it is not JSON or none of the API's shapes.

    What cannot be read in a prediction (a name without a score, a time without bounds) is left out: the rest
    of it stands.
    """
    try:
        raw = _json(line)
    except (ValueError, RecursionError) as broken:
        raw = line.decode("utf-8", "replace") if isinstance(line, bytes) else line
        if not any(notice.code for notice in notices(raw)):
            raise WireError(f"not JSON: {broken}") from None
    parts = raw if isinstance(raw, list) else [{"error": raw} if isinstance(raw, str) else raw]
    if not parts or not all(isinstance(part, dict) for part in parts):
        raise WireError("a reply that is not an object")
    return _reply(parts)


def _json(line: str | bytes) -> Any:
    """JSON, and the `NaN` that Python's own writer puts into it."""
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return loads(line if isinstance(line, str) else line.decode())


def _reply(parts: list[JsonObject]) -> Reply:
    """The answer to one request, which some gateways wrap in a list."""
    said = list(notices(parts, MODELS))
    details = _first(parts, "job_details")
    return Reply(
        _text(_first(parts, "payload_id")),
        _text(details.get("job_id")) if isinstance(details, dict) else None,
        {name: _predictions(parts, name) for name in MODELS if any(name in part for part in parts)},
        tuple(notice for notice in said if notice.effect is Effect.NOTICE),
        tuple(sorted((n for n in said if n.effect is not Effect.NOTICE), key=lambda n: -n.effect.gravity)),
    )


def _first(parts: list[JsonObject], name: str) -> Any:
    return next((part[name] for part in parts if part.get(name) is not None), None)


def _predictions(parts: list[JsonObject], model: str) -> tuple[Prediction, ...]:
    """What one model said, without what cannot be read."""
    answers = [part[model] for part in parts if isinstance(part.get(model), dict)]
    lists = (answer.get("predictions") for answer in answers)
    items = [item for one in lists if isinstance(one, list) for item in one if isinstance(item, dict)]
    return tuple(found for item in items if (found := _prediction(item)) is not None)


def _prediction(item: JsonMapping) -> Prediction | None:
    where = item.get("time") or item.get("position") or {}
    if not isinstance(where, dict):
        where = {}  # of a face in a film it is the picture's moment
    begin, end = _number(where.get("begin", 0.0)), _number(where.get("end", 0.0))
    if begin is None or end is None:
        return None
    return Prediction(
        ranked(item.get("emotions")),
        begin,
        end,
        str(item.get("text") or ""),
        ranked(item.get("descriptions")),
        item,
    )


def ranked(items: Any) -> tuple[Score, ...]:
    """`[{name, score}]` as scores, lower case, best first, ties by name; without those that have no number."""
    named = (item for item in items if isinstance(item, dict)) if isinstance(items, list | tuple) else ()
    found = ((item.get("name"), _number(item.get("score"))) for item in named)
    scores = (
        Score(name.lower(), value) for name, value in found if isinstance(name, str) and value is not None
    )
    return tuple(sorted(scores, key=lambda score: (-score.value, score.label)))


LARGEST: Final = 1e6
"""No score, second or character of a reply lies beyond it."""


def _number(value: Any) -> float | None:
    """A number of a size that can be meant, also where it was written as text."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if abs(number) <= LARGEST and not isinstance(value, bool) else None


def burst_kind(emotions: tuple[Score, ...], descriptions: tuple[Score, ...]) -> Score | None:
    """The best kind a burst was given (some gateways put kinds among the emotions), else its best emotion."""
    kinds = [*descriptions, *(score for score in emotions if is_sound(score.label))]
    return max(kinds or emotions, key=lambda score: score.value, default=None)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


# --- what a score means ---------------------------------------------------------------------------

BANDS: Final = (
    (-1e9, "not perceived"),
    (0.2, "weakly perceived"),
    (0.4, "moderately perceived"),
    (0.6, "strongly perceived"),
    (0.8, "very strongly perceived"),
)
"""The verbal bands of v0 scores: (from this score on, words). Scores above 1 are the strongest."""


def band(score: float) -> str:
    """A v0 score in words."""
    return next(words for least, words in reversed(BANDS) if score >= least)


# --- what went wrong ------------------------------------------------------------------------------


def refused(status: int, headers: Mapping[str, str], body: bytes = b"") -> ProviderFault:
    """A handshake or token request answered with an HTTP status that is no success.

    A code of a known family in the body says more than the status.
    """
    by_status = http_errors.refused(SERVICE, status, headers)
    fault = ended(said_in(body.decode("utf-8", "replace")))
    if fault is None or (status == 401 and not fault.final):
        return by_status
    code = f"{status} {fault.code}"
    return ProviderFault(str(fault), kind=fault.kind, code=code, retry_after=by_status.retry_after)


def closed(code: int, reason: str = "") -> ProviderFault:
    """A socket the other side closed. A code in its reason says more than the number."""
    if fault := ended(said_in(reason)):
        return ProviderFault(str(fault), kind=fault.kind, code=f"{code} {fault.code}")
    match code:
        case 1000:
            sentence, kind = "the Hume v0 gateway ended the connection; connecting again", FaultKind.NETWORK
        case 1008:
            sentence, kind = (
                "the Hume v0 gateway closed the connection for a policy; connecting again",
                FaultKind.UNAVAILABLE,
            )
        case 1001 | 1011 | 1012 | 1013:
            sentence, kind = "the Hume v0 gateway has a fault; trying again", FaultKind.UNAVAILABLE
        case _:
            sentence, kind = "the connection to the Hume v0 gateway broke; trying again", FaultKind.NETWORK
    return ProviderFault(sentence, kind=kind, code=str(code))
