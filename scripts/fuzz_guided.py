"""The half of `scripts/fuzz` that atheris does: bytes, mutated by the coverage they reach.

`fuzz_guided.py SECONDS FOLDER`, in an environment that has atheris; the folder takes what it grows. Only
Wingman's own modules are instrumented: everything else would take minutes and steer towards nothing.
"""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["wingman"]):
    import fuzz_targets as targets


def lines(data: bytes) -> list[bytes]:
    return data.split(b"\n")[:32]


def tree(data: bytes) -> object:
    with contextlib.suppress(ValueError, RecursionError):
        return json.loads(data)
    return None


TARGETS: tuple[Callable[[bytes], object], ...] = (
    lambda data: targets.transcript(lines(data)),
    lambda data: targets.session(lines(data)),
    targets.realtime,
    targets.reply,
    targets.picture,
    lambda data: targets.batch(tree(data)),
    targets.request,
    lambda data: targets.events(data.split(b"\0")[:32]),
)
SPAN = {"utterance_id": 0, "audio_start_ms": 100, "audio_end_ms": 300}
SCORES = [{"name": "joy", "probability": 0.5}]
TONE: list[dict[str, object]] = [
    {"type": "session.created", "session_id": "s", "measurement_timer_ms": 3000},
    {"type": "utterance.start", "utterance_id": 0, "audio_start_ms": 100},
    {"type": "error", "code": "rate_limited", "message": "", "retryable": True},
    {"type": "measurement.result", "measurement_id": 0, "trigger": "interval", **SPAN}
    | {"expressions": SCORES, "voice_attributes": SCORES},
    {"type": "utterance.end", **SPAN},
    {"type": "session.closed", "session_id": "s", "reason": "error"}
    | {"received": {"audio_duration_ms": 300, "frames": 3}, "produced": {"utterances": 1, "measurements": 1}},
]
WORD = {"word": "yes", "punctuated_word": "Yes,", "start": 0.5, "end": 0.75, "confidence": 0.9, "speaker": 1}
WORDS = {"alternatives": [{"transcript": "Yes,", "confidence": 0.9, "words": [WORD, WORD | {"end": 1e9}]}]}
SPEECH: list[dict[str, object]] = [
    {"type": "SpeechStarted", "channel": [0, 1], "timestamp": 0.5},
    {"type": "Results", "start": 0.0, "duration": 1.0, "is_final": False, "channel": WORDS},
    {
        "type": "Results",
        "start": 0.0,
        "duration": 1.0,
        "is_final": True,
        "speech_final": True,
        "channel": WORDS,
    },
    {"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": 0.75},
    {"type": "Metadata", "duration": 1.0, "channels": 1},
    {"type": "Error", "variant": "SchemaError", "description": "no"},
]
EMOTIONS = [{"name": "Joy", "score": 0.5}]
PREDICTION = {"time": {"begin": 0.0, "end": 1.5}, "emotions": EMOTIONS, "text": "yes", "descriptions": EMOTIONS}
REPLY = {
    "prosody": {"predictions": [PREDICTION]},
    "burst": {"warning": "none", "code": "W0101"},
    "payload_id": "7",
}
BATCH = [
    {
        "results": {
            "predictions": [
                {"models": {"prosody": {"grouped_predictions": [{"id": "a", "predictions": [PREDICTION]}]}}}
            ]
        }
    }
]
REQUEST = {"data": "UklGRiQAAABXQVZF", "models": {"prosody": {}, "language": {"granularity": "word"}}}


def packed(*messages: object) -> bytes:
    return b"\n".join(json.dumps(message).encode() for message in messages)


SEEDS: tuple[tuple[bytes, ...], ...] = (
    (packed(*SPEECH), *(packed(message) for message in SPEECH)),
    (packed(*TONE), packed(*TONE[:3], *TONE[2:])),
    tuple(packed(message) for message in TONE),
    (packed(REPLY), packed({"error": "no", "code": "E0200"})),
    (b"\xff\xd8\xff\xc0\x00\x11\x08\x00\x10\x00\x10\x03", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(8)),
    (packed(BATCH),),
    (packed(REQUEST), packed({"raw_text": True, "data": "Why so?", "models": {"language": {}}})),
    (b'data: {"a": 1}\n\n\0: ping\r\nda\0ta: x\n\n',),
)


def one_input(data: bytes) -> None:
    """The first byte chooses the target."""
    if data:
        TARGETS[data[0] % len(TARGETS)](data[1:])


def main(argv: list[str]) -> None:
    seconds, folder = argv
    for number, seeds in enumerate(SEEDS):
        for name, seed in enumerate(seeds):
            Path(folder, f"seed-{number}-{name}").write_bytes(bytes([number]) + seed)
    crash = Path(tempfile.gettempdir(), "wingman-fuzz-")
    options = [
        f"-max_total_time={seconds}",
        "-max_len=3000",
        "-print_final_stats=1",
        f"-artifact_prefix={crash}",
    ]
    atheris.Setup([sys.argv[0], *options, folder], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
