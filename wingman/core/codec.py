"""Envelopes to bytes and back. The only module that knows the wire is JSON."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec

from wingman.core.errors import InputError
from wingman.core.events import EVENTS, VERSION, Envelope, Event, Media

_encoder = msgspec.json.Encoder()

UNREADABLE = "log.unreadable"
"""Type of what stands in for an event whose line is damaged."""


class _Line(msgspec.Struct):
    """An envelope of which the payload is not looked at yet: what it is stands beside it, in `type`."""

    v: int
    seq: int
    type: str
    meeting: str
    at: float
    data: msgspec.Raw
    media: Media | None = None


_line_decoder = msgspec.json.Decoder(_Line)


def encode(envelope: Envelope) -> bytes:
    """One envelope as a single line of JSON (UTF-8, no newline)."""
    return _encoder.encode(envelope)


def decode(line: bytes | str) -> Envelope:
    """The inverse of `encode`.

    An event type this version does not know keeps its payload as plain JSON values, so that an older
    reader survives a newer log. Raises `InputError` when the line is not an envelope.
    """
    try:
        read = _line_decoder.decode(line)
        data = _payload_decoder(read.type).decode(read.data)
    except msgspec.MsgspecError as broken:
        raise InputError(f"this is not a Wingman event: {broken}", field="event") from broken
    return Envelope(read.v, read.seq, read.type, read.meeting, read.at, data, read.media)


@lru_cache(maxsize=256)
def _payload_decoder(kind: str) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(EVENTS.get(kind, Any))


def decode_stored(meeting: str, seq: int, line: bytes) -> Envelope:
    """A line out of a log. One that cannot be read any more costs itself: it comes back as an empty event."""
    try:
        return decode(line)
    except (InputError, UnicodeDecodeError, RecursionError):
        return Envelope(VERSION, seq, UNREADABLE, meeting, 0.0, {})


def envelope(seq: int, meeting: str, at: float, payload: Event, media: Media | None = None) -> Envelope:
    """Wrap a payload bound by `@event`."""
    return Envelope(VERSION, seq, payload.TYPE, meeting, at, payload, media)
