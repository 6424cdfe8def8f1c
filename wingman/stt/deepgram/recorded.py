"""Deepgram's answer to a recording (`POST /v1/listen`) as pure functions: settings to URL, JSON in, finals out.

Source: Deepgram's API description and deepgram-sdk 7.17. A window's answer is read by the same code as a live
message, so odd fields and impossible times cost here what they cost there: themselves.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode, urlsplit

import msgspec

from wingman.config.stt import DeepgramSettings
from wingman.core.speech import Final, Word
from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE, Channel, SampleTime, Span, samples_of_ms
from wingman.link.offsets import Offsets
from wingman.stt.deepgram import wire
from wingman.stt.deepgram.bounds import bounded

PAUSE_MS = 300
"""Silence between words that ends a phrase, where the settings say nothing."""
LIVE_ONLY = frozenset(
    ("encoding", "sample_rate", "channels", "endpointing", "utterance_end_ms", "interim_results", "vad_events")
) | {"no_delay"}
"""Parameters that mean something to a stream only; the sound here says itself what it is."""
HEADER_BYTES = 44
NOT_HERE = frozenset((404, 405, 426, 501))
"""Statuses of a server that speaks the live protocol alone."""


def listen_url(settings: DeepgramSettings, channel: Channel) -> str:
    """The whole URL of the request."""
    pairs = [(name, value) for name, value in wire.query(settings, channel) if name not in LIVE_ONLY]
    return f"{wire.rest_url(settings)}{wire.LISTEN_PATH}?{urlencode(pairs)}"


def hosted(settings: DeepgramSettings) -> bool:
    """Whether the vendor serves it: then it is known what it can do."""
    host = urlsplit(wire.rest_url(settings)).hostname or ""
    return host == "deepgram.com" or host.endswith(".deepgram.com")


def wav_header(size: int) -> bytes:
    """What makes `size` bytes of our samples a WAV file."""
    byte_rate = SAMPLE_RATE * BYTES_PER_SAMPLE
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, SAMPLE_RATE, byte_rate, BYTES_PER_SAMPLE, 16)
    return struct.pack("<4sI4s", b"RIFF", 36 + size, b"WAVE") + form + struct.pack("<4sI", b"data", size)


def read_answer(body: bytes, sent: int, odd: Callable[[tuple[str, ...]], None]) -> tuple[wire.Heard, ...]:
    """The words of an answer to `sent` samples, in seconds of what was sent. Raises `wire.Unreadable`.

    `odd` hears the names of fields that were not what they ought to be and fell back to a default.
    """
    try:
        tree = msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"))
        channel = tree["results"]["channels"][0]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, LookupError, TypeError):
        raise wire.Unreadable("what answered is no transcript of a recording") from None
    window = {"type": "Results", "start": 0.0, "duration": sent / SAMPLE_RATE, "is_final": True}
    message = wire.decode(msgspec.json.encode({**window, "channel": channel}), odd)
    believed = bounded(message, sent, 0) if isinstance(message, wire.Results) else None
    if believed is None:
        raise wire.Unreadable("no words can be read, or their times lie outside the sound that was sent")
    return tuple(heard for heard in believed.words if heard.text)


def finals(channel: Channel, words: Sequence[Word], window: Span, pause_ms: int = 0) -> list[Final]:
    """The words as one final per phrase; together they cover the window, silence included."""
    pause = samples_of_ms(pause_ms or PAUSE_MS)
    rows: list[list[Word]] = []
    for word in words:
        last = rows[-1][-1] if rows else None
        if last is None or word.start - last.end >= pause or word.speaker != last.speaker:
            rows.append([])
        rows[-1].append(word)
    found: list[Final] = []
    at = window.start
    for row in rows:
        end = max(at, min(row[-1].end, window.end))
        found.append(Final(channel, Span(at, end), tuple(row), endpoint=True))
        at = end
    if at < window.end:
        found.append(Final(channel, Span(at, window.end), ()))
    return found


@dataclass(slots=True)
class Labels:
    """Speakers of one request after the other: each has labels of its own, and some seconds are heard twice.

    Who speaks in what was heard twice is the same person; anybody else is new.
    """

    _said: list[Word] = field(default_factory=list)
    _requests: int = 0

    def name(self, words: Sequence[wire.Heard], offsets: Offsets, fresh: SampleTime) -> list[Word]:
        """The words on our clock with labels that hold for the recording; those before `fresh` are left out."""
        self._requests += 1
        placed = [self._placed(heard, offsets) for heard in words]
        known = self._known([word for word in placed if word.start < fresh])
        named = [replace(word, speaker=known.get(word.speaker or "", word.speaker)) for word in placed]
        self._said = named
        return [word for word in named if (word.start + word.end) // 2 >= fresh]

    def _placed(self, heard: wire.Heard, offsets: Offsets) -> Word:
        span = offsets.span(heard.start, heard.end)
        speaker = None if heard.speaker is None else f"{self._requests}.{heard.speaker}"
        return Word(heard.text, span.start, span.end, heard.sureness, speaker)

    def _known(self, again: Sequence[Word]) -> Mapping[str, str]:
        """Label of this request → label of before, by who spoke longest together."""
        together: dict[tuple[str, str], int] = {}
        for word in again:
            for before in self._said:
                if word.speaker and before.speaker and (length := word.span.overlap(before.span)) > 0:
                    pair = (word.speaker, before.speaker)
                    together[pair] = together.get(pair, 0) + length
        found: dict[str, str] = {}
        for new, old in sorted(together, key=lambda pair: -together[pair]):
            if new not in found and old not in found.values():
                found[new] = old
        return found
