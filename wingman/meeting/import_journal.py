"""What a transcriber has settled, written down as it comes: a job that was cut off goes on where it stopped.

A journal is a file of JSON lines, beside the output or in the meeting's folder, sealed where the log is. Each
channel's settled events stand in it in their order; interims do not. A last line that a crash cut is left out.
It is written in a thread of its own: a disk that hangs holds no meeting up.
"""

from __future__ import annotations

import hashlib
import json
import queue
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import structlog

from wingman.archive.audio_store import FOLDER
from wingman.archive.encrypted_file import Seal, WrongKey, unseal
from wingman.audio.tape import Cursor
from wingman.core.errors import InputError, Missed, Progress
from wingman.core.json import JsonObject
from wingman.core.replaced_file import replaced
from wingman.core.speech import Final, SpeechEnded, SpeechStarted, TranscriberEvent
from wingman.core.threads import OneThread
from wingman.core.time import SAMPLE_RATE, Channel, SampleTime
from wingman.stt.base import Emit, Transcriber, TranscriberInfo

log = structlog.get_logger(__name__)

KINDS: dict[str, type[Any]] = {
    kind.__name__: kind for kind in (Final, SpeechStarted, SpeechEnded, Progress, Missed)
}
NAME = "import.journal"
STRIDE = SAMPLE_RATE
"""Samples passed over at a time."""
PATIENCE_S = 5.0
"""How long the end of a job waits for a disk that does not answer."""


class Journal:
    """One job's journal. `job` names what it belongs to: another job's journal is begun anew."""

    def __init__(self, path: Path, job: str, key: str = "", before: Path | None = None) -> None:
        """`key` seals it. `before`: the journal of the run that was cut off, where it lies elsewhere; it goes.

        Blocking (a seal takes some 0.1 s). Raises `InputError` when the file cannot be written.
        """
        self.path = path
        self._writer = OneThread("import journal")
        self._closed = self._refused = False
        self._known: dict[Channel, list[TranscriberEvent]] = {channel: [] for channel in Channel}
        lines = self._read(before or path, job, key)
        self._seal = Seal(key) if key else None
        try:
            with replaced(path) as fresh:  # a crash while it is begun anew leaves what there was
                if self._seal is not None:
                    fresh.write(self._seal.head)
                fresh.writelines(self._sealed(line) for line in lines or [json.dumps({"job": job})])
            if before is not None and before != path:
                before.unlink(missing_ok=True)
            self._file = path.open("ab", buffering=0)
        except OSError as failed:
            raise InputError(f"cannot write {path}: {failed.strerror}", field="output") from None

    def known(self, channel: Channel) -> tuple[TranscriberEvent, ...]:
        """What was settled before, in its order, up to its last mark of progress."""
        return tuple(self._known[channel])

    @property
    def resumed_at(self) -> SampleTime:
        """How far the furthest channel had come; 0 for a new job."""
        return max((e.upto for es in self._known.values() for e in es if isinstance(e, Progress)), default=0)

    def note(self, event: TranscriberEvent) -> None:
        """Have a settled event written down; others are passed over."""
        name = type(event).__name__
        if name not in KINDS or self._closed:
            return
        line = json.dumps({"kind": name, "event": msgspec.to_builtins(event)})
        try:
            self._writer.submit(partial(self._append, line))
        except queue.Full:
            self._refused = True

    def done(self) -> None:
        """The job is over: the journal is removed. Blocking."""
        self.close()
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Keep it for the next time. Blocking for `PATIENCE_S` at most. Idempotent."""
        self._closed = True
        if self._writer.close(PATIENCE_S):
            self._file.close()

    def _append(self, line: str) -> None:
        # after a line that is not there, none is written: another run goes on from what stands whole
        if self._refused:
            return
        try:
            self._write(line)
        except OSError as failed:
            self._refused = True
            log.warning("import.journal_not_written", file=self.path.name, error=failed.strerror)

    def _sealed(self, line: str) -> bytes:
        content = line.encode() + b"\n"
        return self._seal.record(content) if self._seal is not None else content

    def _write(self, line: str) -> None:
        left = memoryview(self._sealed(line))
        while left:  # a disk about to be full takes less than it is given, and says so with the next write
            left = left[self._file.write(left) :]

    def _read(self, path: Path, job: str, key: str) -> list[str]:
        """The whole lines of an earlier run of the same job."""
        head, *lines = _lines(path, key)
        if _entry(head).get("job") != job:
            return []
        found = [(line, event) for line in lines if (event := _event(_entry(line))) is not None]
        ends = {event.channel: n for n, (_, event) in enumerate(found) if isinstance(event, Progress)}
        # what follows a channel's last mark of progress will be said again
        settled = [(line, e) for n, (line, e) in enumerate(found) if n <= ends.get(e.channel, -1)]
        for _, event in settled:
            self._known[event.channel].append(event)
        return [head, *(line for line, _ in settled)]


@dataclass(frozen=True, slots=True)
class ImportJournals:
    """Journals of recordings that become stored meetings: each lies in its meeting's folder."""

    folder: Path
    key: str = ""

    def begin(self, job: str, meeting: str, live: Collection[str] = ()) -> Journal:
        """The journal of this job, which goes on where that of an interrupted meeting stopped. Blocking.

        `live`: meetings that run. Raises `InputError` when it cannot be written.
        """
        home = self.folder / FOLDER / meeting
        try:
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as failed:
            raise InputError(f"cannot make {home}: {failed.strerror}", field="deliver.data_dir") from None
        return Journal(home / NAME, job, self.key, self._interrupted(job, live))

    def _interrupted(self, job: str, live: Collection[str]) -> Path | None:
        for path in sorted((self.folder / FOLDER).glob(f"*/{NAME}"), reverse=True):
            if path.parent.name not in live and _entry(_lines(path, self.key)[0]).get("job") == job:
                return path
        return None


def job_of(*parts: object) -> str:
    """A name for a job that is the same for the same recording, transcriber and wishes."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogateescape")).hexdigest()


def fingerprint(path: Path) -> str:
    """What a file holds, in a word. Blocking."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _lines(path: Path, key: str) -> list[str]:
    """At least one; whole ones only, for a crash may have cut the last."""
    try:
        content = path.read_bytes()
        if key:
            content = unseal(content, key)
    except (OSError, WrongKey):
        return [""]
    return content.decode("utf-8", "replace").split("\n")[:-1] or [""]


class JournaledTranscriber:
    """A transcriber that says first what was settled before, and writes down what it settles now."""

    def __init__(self, inner: Transcriber, journal: Journal) -> None:
        self._inner = inner
        self._journal = journal

    @property
    def info(self) -> TranscriberInfo:
        return self._inner.info

    async def run(self, channel: Channel, audio: Cursor, emit: Emit) -> None:
        """See `Transcriber.run`."""
        settled = audio.position
        # run again in the middle, all of it was said
        for event in self._journal.known(channel) if not settled else ():
            emit(event)
            if isinstance(event, Progress):
                settled = max(settled, event.upto)
        while audio.position < settled:
            if await audio.read(min(STRIDE, settled - audio.position)) is None:
                return

        def noted(event: TranscriberEvent) -> None:
            self._journal.note(event)
            emit(event)

        await self._inner.run(channel, audio, noted)

    def flush(self) -> None:
        self._inner.flush()


def _entry(line: str) -> JsonObject:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):  # whatever the file holds
        return {}
    return entry if isinstance(entry, dict) else {}


def _event(entry: JsonObject) -> Any:
    kind = KINDS.get(str(entry.get("kind")))
    if kind is None:
        return None
    try:
        return msgspec.convert(entry.get("event"), kind, strict=False)
    except msgspec.ValidationError:
        return None
