"""What is fuzzed: Deepgram's and Hume's streams, Hume's other wires, pictures, batch results, event streams.

Each target takes one input and lets only its documented refusal pass. `CASES` generates pairs of a target and
an input for it.
"""

from __future__ import annotations

import contextlib
import json
import logging
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import structlog
from hypothesis import strategies as st

from wingman.core.errors import InputError, ProviderFault
from wingman.core.time import Channel
from wingman.emotion.faces.pictures import picture_size
from wingman.emotion.hume import wire as hume_wire
from wingman.emotion.hume.ledger import SessionLedger
from wingman.emotion.hume_v0 import batch as hume_v0_batch
from wingman.emotion.hume_v0 import wire as hume_v0_wire
from wingman.link.offsets import Offsets
from wingman.llm.sse import SseReader
from wingman.stt.deepgram import wire as deepgram_wire
from wingman.stt.deepgram.stitch import Stitcher
from wingman.testing.hume_v0 import replies as hume_v0_replies

structlog.configure(
    wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL)
)  # nonsense is the point

Case = tuple[Callable[[Any], object], Any]

SCALARS = st.none() | st.booleans() | st.integers(-5, 2**70) | st.floats() | st.text(max_size=8)
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)
NUMBERS = st.integers(-5, 12_000) | st.floats() | SCALARS


def mostly(expected: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """What belongs there, or anything else."""
    return st.one_of(expected, expected, expected, TREES)


def some(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with any of `members`."""
    return st.fixed_dictionaries({}, optional=members)


def as_lines(tree: st.SearchStrategy[Any]) -> st.SearchStrategy[bytes]:
    """The tree as JSON (Python's, so NaN is among it), or any bytes."""
    return st.binary(max_size=60) | tree.map(lambda value: json.dumps(value).encode())


TIMES = st.floats(-2, 40, width=32) | st.floats() | st.integers(-5, 2**70)
WORD = st.fixed_dictionaries(
    {"start": TIMES, "end": TIMES}, optional={"word": st.text(), "speaker": st.integers(-3, 9) | st.none()}
)
RESULTS = st.fixed_dictionaries(
    {
        "type": st.just("Results"),
        "start": TIMES,
        "duration": TIMES,
        "channel": st.fixed_dictionaries(
            {"alternatives": st.lists(st.fixed_dictionaries({"words": st.lists(WORD, max_size=5)}), max_size=2)}
        ),
    },
    optional={"is_final": st.booleans(), "speech_final": st.booleans()},
)
OTHERS = st.fixed_dictionaries(
    {"type": st.sampled_from(["UtteranceEnd", "SpeechStarted", "Metadata", "Error", "Surprise"])},
    optional={"last_word_end": TIMES, "timestamp": TIMES, "duration": TIMES, "description": st.text()},
)
KINDS = (
    *("session.created", "session.updated", "utterance.start", "measurement.result", "utterance.end"),
    *("error", "session.closed", "something.new"),
)
PROBABILITIES = mostly(st.lists(some(name=mostly(st.text(max_size=8)), probability=NUMBERS), max_size=3))
REALTIME = some(
    type=mostly(st.sampled_from(KINDS)),
    session_id=mostly(st.text(max_size=8)),
    utterance_id=NUMBERS,
    measurement_id=NUMBERS,
    audio_start_ms=NUMBERS,
    audio_end_ms=NUMBERS,
    measurement_timer_ms=NUMBERS,
    trigger=mostly(st.sampled_from(["interval", "speech_ended"])),
    expressions=PROBABILITIES,
    voice_attributes=PROBABILITIES,
    code=mostly(st.text(max_size=8)),
    message=mostly(st.text(max_size=8)),
    retryable=mostly(st.booleans()),
    reason=mostly(st.text(max_size=8)),
    received=mostly(some(audio_duration_ms=NUMBERS, frames=NUMBERS)),
    produced=mostly(some(utterances=NUMBERS, measurements=NUMBERS)),
)
SCORED = mostly(st.lists(some(name=mostly(st.text(max_size=8)), score=NUMBERS), max_size=3))
PREDICTION = mostly(
    some(time=mostly(some(begin=NUMBERS, end=NUMBERS)), emotions=SCORED, descriptions=SCORED, text=TREES)
)
PREDICTIONS = mostly(st.lists(PREDICTION, max_size=3))
MODEL = mostly(some(predictions=PREDICTIONS, warning=TREES, error=TREES, code=TREES))
REPLY = some(
    prosody=MODEL,
    burst=MODEL,
    language=MODEL,
    face=MODEL,
    error=TREES,
    code=TREES,
    job_details=TREES,
    payload_id=TREES,
)
GROUPED = mostly(some(grouped_predictions=mostly(st.lists(mostly(some(predictions=PREDICTIONS)), max_size=2))))
FILES = mostly(st.lists(mostly(some(models=mostly(some(prosody=GROUPED, burst=GROUPED)))), max_size=2))
BATCH = mostly(st.lists(mostly(some(results=mostly(some(predictions=FILES)))), max_size=2))
PICTURES = st.builds(
    bytes.__add__,
    st.sampled_from(
        [b"", b"\xff\xd8", b"\xff\xd8\xff\xc0", b"\xff\xd8\xff\xe0\x00\x02\xff", b"\x89PNG\r\n\x1a\n"]
    ),
    st.binary(max_size=40),
)
MEDIA = (PICTURES | st.binary(max_size=60).map(lambda rest: b"RIFF\x40\x00\x00\x00WAVEfmt " + rest)).map(
    lambda data: b64encode(data).decode()
)
OPTIONS = mostly(some(granularity=mostly(st.sampled_from(["word", "sentence", "utterance", "passage"]))))
REQUEST = some(
    data=mostly(st.text(max_size=40) | MEDIA | st.just("[[[0,0,0]]]")),
    models=mostly(some(prosody=OPTIONS, burst=OPTIONS, language=OPTIONS, face=OPTIONS, facemesh=OPTIONS)),
    raw_text=mostly(st.booleans()),
    reset_stream=mostly(st.booleans()),
    job_details=mostly(st.booleans()),
    payload_id=TREES,
    stream_window_ms=NUMBERS,
)
PIECES = st.lists(
    st.binary(max_size=20) | st.sampled_from([b"data:", b"data: {}", b"\n", b"\r\n", b"\n\n", b": ping\n"]),
    max_size=12,
)


def transcript(lines: list[bytes]) -> None:
    """One Deepgram connection's messages through decoder and stitcher: the watermark never goes back."""
    stitch, offsets = Stitcher(Channel.TAB, 0), Offsets(0)
    stitch.connected(offsets)
    offsets.sent(0, 40 * 16_000)
    settled = 0
    for line in lines:
        try:
            message = deepgram_wire.decode(line)
        except deepgram_wire.Unreadable:
            stitch.unreadable()
            continue
        if isinstance(message, deepgram_wire.Results):
            stitch.results(message)
        elif isinstance(message, deepgram_wire.UtteranceEnd):
            stitch.utterance_end(message.last_word_end)
        elif isinstance(message, deepgram_wire.SpeechStartedMessage):
            stitch.speech_started(message.timestamp)
        if stitch.settled < settled:
            raise AssertionError(f"the watermark went back from {settled} to {stitch.settled}")
        settled = stitch.settled


def session(lines: list[bytes]) -> None:
    """One Hume session's messages through decoder and ledger, a frame before each; errors refuse frames."""
    ledger, settled = SessionLedger(Channel.TAB, 0), 0
    for number, line in enumerate(lines):
        ledger.sent(number * 1600, 1600, number % 3 == 0)
        try:
            message = hume_wire.decode(line)
        except hume_wire.WireError:
            continue
        if isinstance(message, hume_wire.SessionError):
            try:
                ledger.refused()
            except LookupError:
                return  # the documented refusal to guess
        for event in ledger.receive(message):
            if not 0 <= event.span.start <= event.span.end <= 1600 * (number + 1):
                raise AssertionError(f"{event} is not about anything that was sent")
        ledger.quiet(ledger.position)
        if ledger.upto < settled:
            raise AssertionError(f"the watermark went back from {settled} to {ledger.upto}")
        settled = ledger.upto


def realtime(line: bytes) -> None:
    """A message of Hume's realtime API."""
    with contextlib.suppress(hume_wire.WireError):
        hume_wire.decode(line)


def reply(line: bytes) -> None:
    """A reply of the v0 API."""
    with contextlib.suppress(hume_v0_wire.WireError):
        hume_v0_wire.decode(line)


def picture(data: bytes) -> None:
    """A picture's header."""
    with contextlib.suppress(InputError):
        picture_size(data)


def batch(tree: object) -> None:
    """A batch job's predictions: spans in order, none before the recording."""
    with contextlib.suppress(ProviderFault):
        for span in hume_v0_batch.heard(tree, Channel.TAB):
            if not 0 <= span.span.start <= span.span.end:
                raise AssertionError(f"{span.span} cannot be")


def request(line: bytes) -> None:
    """A request to the emulated v0 gateway: always exactly one reply that can be sent."""
    stream = hume_v0_replies.Stream(lambda _audio, _start: "")
    json.dumps(hume_v0_replies.answer(line.decode("utf-8", "replace"), stream))


def events(pieces: list[bytes]) -> None:
    """An event stream says the same however it is cut."""
    found: list[list[str]] = []
    said: list[str]
    for stream in (pieces, [b"".join(pieces)]):
        reader, said = SseReader(), []
        try:
            for piece in stream:
                said += reader.feed(piece)
        except ValueError:
            return  # a line without end: the documented refusal
        found.append([*said, *reader.finish()])
    if found[0] != found[1]:
        raise AssertionError(f"cut into pieces it reads {found[0]}, whole {found[1]}")


CASES: st.SearchStrategy[Case] = st.one_of(
    st.tuples(st.just(transcript), st.lists(as_lines(RESULTS | OTHERS), max_size=12)),
    st.tuples(st.just(session), st.lists(as_lines(REALTIME), max_size=12)),
    st.tuples(st.just(realtime), as_lines(REALTIME | TREES)),
    st.tuples(st.just(reply), as_lines(REPLY | TREES)),
    st.tuples(st.just(picture), PICTURES),
    st.tuples(st.just(batch), BATCH),
    st.tuples(st.just(request), as_lines(REQUEST | TREES)),
    st.tuples(st.just(events), PIECES),
)
