"""What the correlator was told, and when: the record from which a replay joins words and emotions anew.

On disk a meeting's record is a row of chunks, each a run of JSON lines; in a bundle it is one file of lines,
`heard.jsonl`. It is whole when it ends with `Finished`: a crash loses the chunk that was being gathered.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any, TypeAlias

import msgspec

from wingman.core.emotion import EmotionEvent, EmotionInfo, EmotionSpan, VocalBurst
from wingman.core.errors import Branch, InputError, Missed, Progress, ProviderState
from wingman.core.speech import Final, Interim, SpeechEnded, SpeechStarted, TranscriberEvent
from wingman.core.time import Channel, SampleTime
from wingman.correlate.correlator import Correlator, Output
from wingman.events.provider_log import ProviderLog

CHUNK_BYTES = 64 * 1024
"""Lines gathered before they are handed to the log."""
MOST_WAITING = 64
"""Chunks a disk that refuses may keep waiting (some minutes of a meeting); then recording stops."""

KINDS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        Interim,
        Final,
        SpeechStarted,
        SpeechEnded,
        EmotionSpan,
        VocalBurst,
        Progress,
        Missed,
        ProviderState,
    )
}


class Advanced(msgspec.Struct, frozen=True, tag="advance"):
    """Media time came this far."""

    at: float
    channel: Channel
    now: SampleTime


class Fed(msgspec.Struct, frozen=True, tag="feed"):
    """A transcriber or a meter said something."""

    at: float
    """Wall time."""
    kind: str
    event: Any
    """One of `KINDS`, as plain values on the wire."""


class Expected(msgspec.Struct, frozen=True, tag="expect"):
    """A meter runs on the channel from here on; None: none does."""

    at: float
    channel: Channel
    info: EmotionInfo | None = None
    branch: Branch = Branch.EMOTION


class Flushed(msgspec.Struct, frozen=True, tag="flush"):
    """The user asked for help: what was said so far had to be told."""

    at: float
    channel: Channel


class Finished(msgspec.Struct, frozen=True, tag="finish"):
    """Nothing more came."""

    at: float


Heard: TypeAlias = Advanced | Fed | Expected | Flushed | Finished

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Heard] = msgspec.json.Decoder(Advanced | Fed | Expected | Flushed | Finished)


def encode(heard: Heard) -> bytes:
    """One line, without its newline."""
    return _encoder.encode(heard)


def decode(lines: bytes) -> tuple[Heard, ...]:
    """The inverse, for any number of lines. Raises `InputError` for anything else."""
    try:
        return tuple(_typed(_decoder.decode(line)) for line in lines.splitlines())
    except (msgspec.MsgspecError, KeyError) as broken:
        raise InputError(f"this is no record of what was heard: {broken}", field="heard") from None


def _typed(heard: Heard) -> Heard:
    if isinstance(heard, Fed):
        return Fed(heard.at, heard.kind, msgspec.convert(heard.event, KINDS[heard.kind]))
    return heard


class ProviderEventWriter:
    """Gathers the record of one meeting and hands it on in chunks. Bounded; never blocks, never raises."""

    def __init__(self, store: ProviderLog, meeting: str) -> None:
        self._store = store
        self._meeting = meeting
        self._lines: list[bytes] = []
        self._size = 0
        self._waiting: list[Future[None]] = []
        self._stopped = False

    @property
    def complete(self) -> bool:
        """False once the disk refused so long that recording stopped."""
        return not self._stopped

    def add(self, heard: Heard) -> None:
        """Keep one thing the correlator was told."""
        if self._stopped:
            return
        line = encode(heard)
        self._lines.append(line)
        self._size += len(line)
        if self._size >= CHUNK_BYTES or isinstance(heard, Finished):
            self.flush()

    def flush(self) -> None:
        """Hand on what has gathered. A chunk the disk refused is a hole nobody can replay: that ends it."""
        refused = any(future.done() and future.exception() for future in self._waiting)
        self._waiting = [future for future in self._waiting if not future.done()]
        if refused or len(self._waiting) >= MOST_WAITING:
            self._stopped = True
        elif self._lines:
            chunk = b"\n".join(self._lines) + b"\n"
            self._waiting.append(self._store.keep_heard(self._meeting, chunk))
        self._lines, self._size = [], 0


def apply(correlator: Correlator, heard: Heard) -> Sequence[Output]:
    """Tell a correlator what another one was told."""
    match heard:
        case Advanced():
            return correlator.advance(heard.channel, heard.now)
        case Fed():
            return correlator.feed(heard.event)
        case Expected():
            correlator.expect_emotion(heard.channel, heard.info, heard.branch)
            return ()
        case Flushed():
            return correlator.flush(heard.channel)
        case Finished():
            return correlator.finish()


def fed(at: float, event: TranscriberEvent | EmotionEvent) -> Fed:
    """The line for an event."""
    return Fed(at, type(event).__name__, event)
