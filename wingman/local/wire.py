"""What parent and worker say to each other over the worker's pipes. Pure.

Down: a fixed header and raw audio, because it is most of the traffic. Up: length-prefixed JSON.

Source: ours alone; both ends are installed together and nothing of it is stored.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import TypeAlias

import msgspec

from wingman.core.time import SampleTime
from wingman.local.endpointer import Mark


class Command(IntEnum):
    """What the meeting asks of its worker."""

    OPEN_DETECTOR = 1
    OPEN_PROSODY = 2
    AUDIO = 3
    GAP = 4
    """Media time without audio: `at` is where audio will go on."""
    FLUSH = 5
    CLOSE = 6
    """No more audio in this stream; answer with `Done` when everything is out."""


HEADER = struct.Struct("<BIqI")
"""command, stream, at (samples), length of the payload (bytes)."""
LENGTH = struct.Struct("<I")


def pack(command: Command, stream: int, at: SampleTime = 0, payload: bytes = b"") -> bytes:
    """A command as bytes on the pipe."""
    return HEADER.pack(command, stream, at, len(payload)) + payload


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The worker has loaded everything."""


class SpeechFound(msgspec.Struct, frozen=True, tag=True):
    """The voice detector found where speech begins, pauses, goes on or ends."""

    stream: int
    mark: Mark


class ProsodyMeasured(msgspec.Struct, frozen=True, tag=True):
    """One utterance's vocal energy; no label while the baseline is too short."""

    stream: int
    start: SampleTime
    end: SampleTime
    label: str
    score: float


class Reached(msgspec.Struct, frozen=True, tag=True):
    """Everything before `upto` has been answered in this stream."""

    stream: int
    upto: SampleTime


class Done(msgspec.Struct, frozen=True, tag=True):
    """A stream is over."""

    stream: int


Message: TypeAlias = Ready | SpeechFound | ProsodyMeasured | Reached | Done

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Message] = msgspec.json.Decoder(Message)


def encode(message: Message) -> bytes:
    """A message as bytes on the pipe."""
    body = _encoder.encode(message)
    return LENGTH.pack(len(body)) + body


def decode(body: bytes) -> Message:
    """One message without its length prefix. Raises `msgspec.MsgspecError` on anything else."""
    return _decoder.decode(body)
