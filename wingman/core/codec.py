"""Envelopes to bytes and back. The only module that knows the wire is JSON."""

from __future__ import annotations

from typing import Any

import msgspec

from wingman.core.errors import InputError
from wingman.core.events import EVENTS, VERSION, Envelope, Event, Media

_encoder = msgspec.json.Encoder()
_raw_decoder = msgspec.json.Decoder()

UNREADABLE = "log.unreadable"
"""Type of what stands in for an event whose line is damaged."""


def encode(envelope: Envelope) -> bytes:
    """One envelope as a single line of JSON (UTF-8, no newline)."""
    return _encoder.encode(envelope)


def encode_data(data: Any) -> bytes:
    """A payload alone, as stored by the event log."""
    return _encoder.encode(data)


def decode(line: bytes | str) -> Envelope:
    """The inverse of `encode`.

    An event type this version does not know keeps its payload as plain JSON values, so that an older
    reader survives a newer log. Raises `InputError` when the line is not an envelope.
    """
    try:
        raw = _raw_decoder.decode(line)
        return Envelope(
            v=raw["v"],
            seq=raw["seq"],
            type=raw["type"],
            meeting=raw["meeting"],
            at=raw["at"],
            data=decode_data(raw["type"], raw["data"]),
            media=msgspec.convert(raw["media"], Media) if raw.get("media") else None,
        )
    except (msgspec.MsgspecError, KeyError, TypeError) as broken:
        raise InputError(f"this is not a Wingman event: {broken}", field="event") from broken


def decode_stored(meeting: str, seq: int, line: bytes) -> Envelope:
    """A line out of a log. One that cannot be read any more costs itself: it comes back as an empty event."""
    try:
        return decode(line)
    except (InputError, UnicodeDecodeError, RecursionError):
        return Envelope(VERSION, seq, UNREADABLE, meeting, 0.0, {})


def decode_data(kind: str, raw: Any) -> Any:
    """JSON values as the payload class of `kind`, or unchanged when the type is unknown."""
    payload = EVENTS.get(kind)
    return raw if payload is None else msgspec.convert(raw, payload)


def envelope(seq: int, meeting: str, at: float, payload: Event, media: Media | None = None) -> Envelope:
    """Wrap a payload bound by `@event`."""
    return Envelope(VERSION, seq, payload.TYPE, meeting, at, payload, media)
