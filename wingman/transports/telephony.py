"""Media streams as telephone services send them over a WebSocket: JSON with base64 sound. Pure.

Source: the public descriptions of Twilio Media Streams ("WebSocket messages"), Telnyx media streaming, Plivo
audio streams and Bandwidth stream events. They agree on start, media and stop and on the names of the tracks,
and differ in how they spell the rest; all spellings are read alike. Azure Communication Services ("audio
streaming") says `AudioMetadata` and `AudioData` instead. Vonage ("websockets") and jambonz (verb `listen`)
greet in JSON and send binary messages.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from wingman.audio.pcm_format import MOST_SIDES, RATES, Encoding, PcmFormat
from wingman.core.errors import InputError
from wingman.core.json import JsonMapping
from wingman.core.surrogates import loads
from wingman.core.time import Channel

TELEPHONE = PcmFormat(Encoding.MULAW, 8000)
"""What a stream is that does not say."""

TRACKS: Mapping[str, Channel] = {
    "inbound": Channel.TAB,
    "inbound_track": Channel.TAB,
    "outbound": Channel.MIC,
    "outbound_track": Channel.MIC,
}
"""Whose voice a track is unless the client says otherwise: what the caller says comes in."""

_ENCODINGS = {
    "mulaw": Encoding.MULAW,
    "x-mulaw": Encoding.MULAW,
    "ulaw": Encoding.MULAW,
    "pcmu": Encoding.MULAW,
    "g711_ulaw": Encoding.MULAW,
    "basic": Encoding.MULAW,  # RFC 2046, 4.3
    "alaw": Encoding.ALAW,
    "x-alaw": Encoding.ALAW,
    "pcma": Encoding.ALAW,
    "g711_alaw": Encoding.ALAW,
    "linear16": Encoding.LINEAR16,
    "l16": Encoding.LINEAR16,
    "x-l16": Encoding.LINEAR16,
    "pcm": Encoding.LINEAR16,
    "pcm16": Encoding.LINEAR16,
    "raw": Encoding.LINEAR16,
    "base64": Encoding.LINEAR16,  # Exotel names the wrapping; what is wrapped is linear
}
_OTHER_CODECS = re.compile(
    r"aac|ac-?3|amr|evs|flac|g\.?7\d\d|gsm|ilbc|m4a|mp[34]|mpeg|ogg|opus|pcm|silk|speex|vorbis|wav|webm",
    re.IGNORECASE,
)
"""What would be noise as mulaw."""
_EVENT = ("event", "eventType", "type", "kind")
_STREAM = ("streamSid", "stream_sid", "streamId", "stream_id")
_PLAIN = str.maketrans("-_", "+/", " \t\r\n")
JAMBONZ = "audio.jambonz.org"
"""The subprotocol that it asks for."""
_LONGEST_COUNT = 15
"""Digits."""


@dataclass(frozen=True, slots=True)
class Start:
    """The stream begins, or says again what it is."""

    form: PcmFormat
    stream: str = ""
    """Its name; empty when the service gives none."""


@dataclass(frozen=True, slots=True)
class BinaryForm:
    """What the binary messages hold that follow."""

    form: PcmFormat


@dataclass(frozen=True, slots=True)
class MediaPayload:
    """Sound of one track."""

    track: str
    """Empty when the service does not name it."""
    payload: bytes
    at: float | None
    """Seconds since the stream began; None when the service does not say."""
    number: int | None = None
    """Counts up with the messages of the track, or of all tracks; None when the service does not count."""
    stream: str = ""
    """The stream that it is of; empty when the service does not say."""


@dataclass(frozen=True, slots=True)
class Stop:
    """No more sound comes."""


@dataclass(frozen=True, slots=True)
class KeptAudio:
    """What comes first was kept while the connection was away."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Ping:
    """Is anybody there? A browser is not told of WebSocket's own pings."""


@dataclass(frozen=True, slots=True)
class Other:
    """Something without sound: a greeting, a mark, a pressed key."""

    name: str


Message: TypeAlias = Start | BinaryForm | MediaPayload | Stop | KeptAudio | Ping | Other

MOST_KEPT_S = 60.0
"""What a client may keep while its connection is away."""


def read_message(text: str) -> Message:
    """One text message. Raises `InputError` that names what is wrong."""
    try:
        tree = loads(text)
    except (ValueError, RecursionError):
        tree = None
    if not isinstance(tree, dict):
        raise InputError("a text message must be a JSON object", field="message")
    name = str(next((tree[key] for key in _EVENT if tree.get(key)), "")).lower()
    match name:
        case _ if "mixType" in tree and "sampleRate" in tree:  # among attributes of the caller's, of any name
            sides = MOST_SIDES if tree["mixType"] == "stereo" else 1
            return BinaryForm(
                _format({"encoding": "linear16", "channels": sides, "sampleRate": tree["sampleRate"]})
            )
        case "start":
            return Start(_form(tree), _stream(tree))
        case "audiometadata":
            return Start(_format(_mapping(tree.get("audioMetadata"))))
        case "media":
            return _media(tree)
        case "audiodata":
            data = _mapping(tree.get("audioData"))
            sound = _sound(data.get("data"), "audioData.data")
            return MediaPayload(str(data.get("participantRawID") or ""), sound, None)
        case "stop" | "end" | "closed":
            return Stop()
        case "kept":
            return KeptAudio(_kept(tree.get("seconds")))
        case "ping":
            return Ping()
        case "websocket:connected" if "rate" in (stated := str(tree.get("content-type"))).lower():
            return BinaryForm(_format({"encoding": stated}))
        case "":
            raise InputError("a text message must name its `event`: start, media or stop", field="event")
        case _:
            return Other(name)


def _kept(said: object) -> float:
    if isinstance(said, bool) or not isinstance(said, (int, float)) or not 0 <= said <= MOST_KEPT_S:
        raise InputError(f"seconds must be a number from 0 to {MOST_KEPT_S:.0f}", field="seconds")
    return float(said)


def parse_tracks(text: str | None) -> Mapping[str, Channel]:
    """`inbound=mic,outbound=tab` over the usual reading. Raises `InputError`."""
    known = dict(TRACKS)
    for part in (text or "").split(","):
        if not part.strip():
            continue
        track, equals, channel = (piece.strip() for piece in part.partition("="))
        if not track or not equals or channel not in tuple(Channel):
            raise InputError(
                "tracks must map the stream's tracks to `tab` and `mic`, such as inbound=tab,outbound=mic",
                field="tracks",
            )
        known[track] = Channel(channel)
    return known


def _form(tree: JsonMapping) -> PcmFormat:
    start = _mapping(tree.get("start"))
    stated = start.get("mediaFormat") or start.get("media_format") or tree.get("mediaFormat")
    tracks = start.get("tracks") or tree.get("tracks")
    if not stated and isinstance(tracks, list):
        stated = next((track.get("mediaFormat") for track in tracks if isinstance(track, dict)), None)
    if isinstance(stated, str):
        return _format({"encoding": stated}) if _names_a_codec(stated) else TELEPHONE
    media = _mapping(stated)
    return _format(media) if media else TELEPHONE


def _names_a_codec(text: str) -> bool:
    """False for a bare word that says nothing of how the sound is encoded."""
    known = text.strip().lower() in _ENCODINGS or _OTHER_CODECS.search(text)
    return bool(known or re.search("[/;=]", text))


def _format(media: JsonMapping) -> PcmFormat:
    name = str(media.get("encoding") or "mulaw").lower()
    kind, *said = (part.strip() for part in name.removeprefix("audio/").split(";"))
    # a media type has its rate and channels in itself (RFC 4856, `audio/L16;rate=16000`)
    pairs = (part.partition("=") for part in said)
    media = {**{key.strip(): value.strip(" \t\"'") for key, _, value in pairs}, **media}
    if kind not in _ENCODINGS:
        raise InputError(
            f"the encoding {name[:30]!r} is not known; send mulaw, alaw or linear16", field="encoding"
        )
    rate = _number(media, ("sampleRate", "sample_rate", "rate"), 8000, "sampleRate")
    sides = _number(media, ("channels",), 1, "channels")
    if rate not in RATES:
        raise InputError("sampleRate must be a whole number from 8000 to 96000 (Hz)", field="sampleRate")
    if not 1 <= sides <= MOST_SIDES:
        raise InputError("channels must be 1 or 2", field="channels")
    return PcmFormat(_ENCODINGS[kind], rate, sides)


def _media(tree: JsonMapping) -> MediaPayload:
    media = _mapping(tree.get("media")) or tree
    data = _sound(media.get("payload"), "media.payload")
    stamp = media.get("timestamp")
    try:
        at = float(stamp) / 1000 if stamp is not None else None
    except (TypeError, ValueError):
        at = None  # some send a date: the order of the messages says enough
    track = media.get("track") or tree.get("track") or ""
    at = at if at is None or 0 <= at < 1e6 else None
    return MediaPayload(str(track), data, at, _count(media.get("chunk")), _stream(tree))


def _sound(payload: object, field: str) -> bytes:
    """Base64 in either alphabet (RFC 4648, 4 and 5), with or without its padding, broken into lines or not."""
    if not isinstance(payload, str):
        raise InputError(f"a media message must hold its sound in `{field}`, as base64", field=field)
    plain = payload.translate(_PLAIN)
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise InputError(f"`{field}` is not base64", field=field) from None


def _count(said: object) -> int | None:
    text = str(said)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_COUNT else None


def _stream(tree: JsonMapping) -> str:
    return str(next((tree[key] for key in _STREAM if tree.get(key)), ""))


def _mapping(value: Any) -> JsonMapping:
    return value if isinstance(value, dict) else {}


def _number(tree: JsonMapping, names: tuple[str, ...], default: int, field: str) -> int:
    value = next((tree[name] for name in names if tree.get(name) is not None), default)
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{field} must be a whole number", field=field) from None
