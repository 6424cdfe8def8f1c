"""The worker process: voice detection and prosody, away from the event loop.

Run as `python -m wingman.local.worker`, one per meeting, talking over stdin and stdout (`wire`). It ends
when its stdin closes, so it cannot outlive its parent.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from typing import BinaryIO, Protocol

# One BLAS thread: the arrays are small, and spinning helpers would steal the other core.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE, SampleTime
from wingman.local.endpointer import (
    FRAME,
    FRAME_BYTES,
    Endpointer,
    EndpointRules,
    Mark,
    Offset,
    Onset,
    Pause,
    Resume,
)
from wingman.local.prosody import Baseline, features
from wingman.local.voice_detector import SileroVoiceActivityDetector
from wingman.local.wire import (
    HEADER,
    Command,
    Done,
    Message,
    ProsodyMeasured,
    Reached,
    Ready,
    SpeechFound,
    encode,
)

REACHED_EVERY = SAMPLE_RATE // 2


class Job(Protocol):
    """What a stream does with what its detector hears."""

    def frame(self, at: SampleTime, pcm: bytes) -> None:
        """One frame of 16 kHz mono s16 that begins at `at`."""
        ...

    def mark(self, mark: Mark) -> Message | None:
        """Where speech begins, pauses, goes on or ends; what is to be told of it, if anything."""
        ...


class Detect:
    """Tell where speech is."""

    def __init__(self, stream: int) -> None:
        self._stream = stream

    def frame(self, at: SampleTime, pcm: bytes) -> None:
        pass

    def mark(self, mark: Mark) -> Message | None:
        return SpeechFound(self._stream, mark)


class Prosody:
    """Measure the vocal energy of each utterance."""

    def __init__(self, stream: int, longest: int) -> None:
        self._stream = stream
        self._baseline = Baseline()
        self._begin: SampleTime = 0
        self._frames: deque[tuple[SampleTime, bytes]] = deque(maxlen=longest // FRAME + 64)

    def frame(self, at: SampleTime, pcm: bytes) -> None:
        self._frames.append((at, pcm))

    def mark(self, mark: Mark) -> Message | None:
        match mark:
            case Onset(at=at):
                self._begin = at
            case Offset(at=at):
                return self._felt(at)
            case Pause() | Resume():
                pass
        return None

    def _felt(self, end: SampleTime) -> ProsodyMeasured:
        spoken = b"".join(pcm for at, pcm in self._frames if self._begin <= at < end)
        spoken = spoken[: (end - self._begin) * BYTES_PER_SAMPLE]
        measured = features(np.frombuffer(spoken, np.int16).astype(np.float32) / np.float32(32768))
        energy = self._baseline.measure(measured) if measured else None
        label, score = (energy.label, energy.score) if energy else ("", 0.0)
        return ProsodyMeasured(self._stream, self._begin, end, label, score)


class Stream:
    """One channel's audio for one job: frames it, finds the speech, runs the job."""

    def __init__(self, stream: int, rules: EndpointRules, job: Job) -> None:
        self._stream = stream
        self._job = job
        self._rules = rules
        self._endpointer = Endpointer(rules)
        self._detector = SileroVoiceActivityDetector()
        self._pending = bytearray()
        self._at: SampleTime = 0  # where `_pending` begins
        self._reported: SampleTime = 0

    def audio(self, at: SampleTime, pcm: bytes) -> list[Message]:
        """Take sound; returns what is to be told."""
        if not self._pending:
            self._at = at
        self._pending += pcm
        out: list[Message] = []
        while len(self._pending) >= FRAME_BYTES:
            frame = bytes(self._pending[:FRAME_BYTES])
            del self._pending[:FRAME_BYTES]
            at, self._at = self._at, self._at + FRAME
            self._job.frame(at, frame)
            level = np.frombuffer(frame, np.int16).astype(np.float32)
            out += self._run(self._endpointer.frame(at, self._detector(frame), float(level @ level)))
        return out + self._reached()

    def gap(self, resume_at: SampleTime) -> list[Message]:
        """Take a hole; returns what is to be told."""
        out = self.flush()
        self._pending.clear()
        self._at = resume_at
        self._detector.reset()
        return out + self._reached(now=True)

    def flush(self) -> list[Message]:
        """Settle what was heard; returns what is to be told."""
        return self._run(self._endpointer.cut(self._at))

    def close(self) -> list[Message]:
        """End; returns what is to be told."""
        if self._pending:  # the last frame is short: fill it with silence
            self._pending += bytes(FRAME_BYTES - len(self._pending))
            out = self.audio(self._at, b"")
        else:
            out = []
        return [*out, *self.flush(), *self._reached(now=True), Done(self._stream)]

    def _run(self, marks: list[Mark]) -> list[Message]:
        messages = (self._job.mark(mark) for mark in marks)
        return [message for message in messages if message is not None]

    def _reached(self, *, now: bool = False) -> list[Message]:
        open_since = self._endpointer.open_since
        # speech found later may begin up to the pre-roll earlier than the frame that shows it
        certain = self._at - self._rules.pre_roll if open_since is None and not now else self._at
        upto = max(0, certain) if open_since is None else open_since
        if upto - self._reported < (1 if now else REACHED_EVERY):
            return []
        self._reported = upto
        return [Reached(self._stream, upto)]


class Worker:
    """Reads commands, keeps the streams, writes answers."""

    def __init__(self, rules: EndpointRules, out: BinaryIO) -> None:
        self._rules = rules
        self._out = out
        self._streams: dict[int, Stream] = {}

    def handle(self, command: int, stream: int, at: SampleTime, payload: bytes) -> None:
        """Carry out one command."""
        if command in (Command.OPEN_DETECTOR, Command.OPEN_PROSODY):
            self._open(command, stream)
        elif (open_stream := self._streams.get(stream)) is None:
            return
        elif command == Command.AUDIO:
            self._send(open_stream.audio(at, payload))
        elif command == Command.GAP:
            self._send(open_stream.gap(at))
        elif command == Command.FLUSH:
            self._send(open_stream.flush())
        elif command == Command.CLOSE:
            self._send(open_stream.close())
            del self._streams[stream]

    def _open(self, command: int, stream: int) -> None:
        job: Job = Detect(stream) if command == Command.OPEN_DETECTOR else Prosody(stream, self._rules.longest)
        self._streams[stream] = Stream(stream, self._rules, job)

    def _send(self, messages: list[Message]) -> None:
        for message in messages:
            self._out.write(encode(message))
        if messages:
            self._out.flush()


def main(argv: list[str]) -> int:
    """Run the worker process; returns the exit status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    end_silence, longest = (int(value) for value in argv)
    commands, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing a library prints may get between our messages
    worker = Worker(EndpointRules(end_silence, longest), answers)
    answers.write(encode(Ready()))
    answers.flush()
    while len(header := commands.read(HEADER.size)) == HEADER.size:
        command, stream, at, length = HEADER.unpack(header)
        worker.handle(command, stream, at, commands.read(length))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BrokenPipeError:
        os._exit(0)  # the parent is gone; there is nobody to tell
