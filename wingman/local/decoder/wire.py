"""What a service and the machine's decode process say to each other. Pure.

Both ways: a length (4 bytes, little-endian) and one MessagePack message. Times are samples from the first
sample of the utterance a message is about.

Source: ours alone; both ends are installed together.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import TypeAlias

import msgspec

from wingman.core.time import SAMPLE_RATE

LENGTH = struct.Struct("<I")
LONGEST_MESSAGE = 4 << 20
"""Bytes; the longest utterance is a tenth of it."""


class Kind(IntEnum):
    """What an answer is for; the queue serves them in this order."""

    FINAL = 0
    """The utterance is over, or probably is: several beams, word times."""
    INTERIM = 1
    """A look at what was said so far; only the latest one of a stream is worth anything."""


class Engine(msgspec.Struct, frozen=True):
    """Which recogniser a stream uses; equal ones share one model."""

    name: str
    """`whisper`, `moonshine` or `embedded`."""
    folder: str = ""
    """Where its model lies; empty when the recogniser brings its own."""
    architecture: int = 0
    """Moonshine's number of it."""
    segmentation: str = ""
    """The file that finds voices in an utterance; empty: nobody tells speakers apart."""
    embedding: str = ""
    """The file that knows a voice again."""


class Open(msgspec.Struct, frozen=True, tag=True):
    """Load what this stream needs; answered by `Opened` or `Unable`."""

    stream: int
    engine: Engine


class Decode(msgspec.Struct, frozen=True, tag=True):
    """Decode an utterance. Audio that was sent for it before is not sent again."""

    stream: int
    number: int
    """Of the utterance; grows within a stream."""
    kind: Kind
    offset: int
    """Samples of the utterance that came with earlier messages."""
    pcm: bytes
    """16 kHz mono s16 from `offset` on."""
    at: int = 0
    """Where the utterance begins on its channel, in samples."""
    lead: int = 0
    """Samples before the voice was detected; no word begins in them."""
    language: str = ""
    """ISO 639-1; empty means: find out."""
    fallback: str = "en"
    """What to take when finding out leaves doubt."""
    among: tuple[str, ...] = ()
    """The languages it may be when that is to be found out; empty: any."""
    keyterms: tuple[str, ...] = ()


class Cancel(msgspec.Struct, frozen=True, tag=True):
    """Nobody waits for this utterance's final any more: the speaker went on."""

    stream: int
    number: int


class Close(msgspec.Struct, frozen=True, tag=True):
    """A channel ends."""

    stream: int


class Opened(msgspec.Struct, frozen=True, tag=True):
    """A channel may send."""

    stream: int


class Unable(msgspec.Struct, frozen=True, tag=True):
    """This stream cannot be served here, and why, in one sentence."""

    stream: int
    sentence: str


class Voices(msgspec.Struct, frozen=True):
    """Who speaks where in an utterance; numbers mean nothing beyond it."""

    segments: tuple[tuple[int, int, int], ...] = ()
    """Start, end, voice (an index of `vectors`)."""
    vectors: tuple[bytes, ...] = ()
    """Of each voice, float32; empty where it was too short."""


NOT_UNDERSTOOD = "not understood"
"""Why an answer was not believed though it sounds like speech: another language, mumbling, many at once."""
UNCLEAR_S = 1.0
"""What was not understood and is shorter than this is no loss: a cough, a mere "mhm"."""


class Decoded(msgspec.Struct, frozen=True, tag=True):
    """Words of a stretch."""

    stream: int
    number: int
    kind: Kind
    upto: int
    """Samples that were decoded."""
    words: tuple[tuple[str, int, int, float], ...]
    """Text, start, end, confidence (0 to 1)."""
    languages: tuple[tuple[str, float], ...] = ()
    """What it sounds like, with probabilities, the likeliest first; empty where nobody asked."""
    dropped: str = ""
    """Why an answer of the model was not believed."""
    queue_ms: float = 0.0
    decode_ms: float = 0.0
    voices: Voices = Voices()

    @property
    def lost(self) -> bool:
        """Words were said in it that nobody will read."""
        return not self.words and self.dropped == NOT_UNDERSTOOD and self.upto >= UNCLEAR_S * SAMPLE_RATE


class Shed(msgspec.Struct, frozen=True, tag=True):
    """This interim was never decoded: finals came first."""

    stream: int
    number: int


class Pressure(msgspec.Struct, frozen=True, tag=True):
    """The queue became too long, or short again: what the oldest final has waited, and for how many streams."""

    overloaded: bool
    oldest_s: float
    streams: int


Request: TypeAlias = Open | Decode | Cancel | Close
Answer: TypeAlias = Opened | Unable | Decoded | Shed | Pressure

_encoder = msgspec.msgpack.Encoder()
_requests: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
_answers: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)


def encode(message: Request | Answer) -> bytes:
    """A message as bytes on the socket."""
    body = _encoder.encode(message)
    return LENGTH.pack(len(body)) + body


def request(body: bytes) -> Request:
    """A request without its length. Raises `msgspec.MsgspecError` on anything else."""
    return _requests.decode(body)


def answer(body: bytes) -> Answer:
    """An answer without its length. Raises `msgspec.MsgspecError` on anything else."""
    return _answers.decode(body)
