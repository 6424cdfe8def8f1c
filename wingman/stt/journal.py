"""What a transcriber has settled, written down as it comes: a job that was cut off goes on where it stopped.

A journal is a file of JSON lines beside the output. Each channel's settled events stand in it in their order;
interims do not. A last line that was cut by the crash is left out.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from wingman.audio.tape import Cursor
from wingman.core.errors import InputError, Missed, Progress
from wingman.core.json import JsonObject
from wingman.core.speech import Final, SpeechEnded, SpeechStarted, TranscriberEvent
from wingman.core.time import SAMPLE_RATE, Channel, SampleTime
from wingman.stt.base import Emit, Transcriber, TranscriberInfo

KINDS: dict[str, type[Any]] = {
    kind.__name__: kind for kind in (Final, SpeechStarted, SpeechEnded, Progress, Missed)
}
STRIDE = SAMPLE_RATE
"""Samples passed over at a time."""


class Journal:
    """One job's journal. `job` names what it belongs to: another job's journal is begun anew."""

    def __init__(self, path: Path, job: str) -> None:
        """Raises `InputError` when the file cannot be written."""
        self.path = path
        self._known: dict[Channel, list[TranscriberEvent]] = {channel: [] for channel in Channel}
        lines = self._read(job)
        beside = path.with_name(f"{path.name}.new")
        try:
            # without the half line of a crash; beside, so that a crash now leaves what there was
            beside.write_text("".join(f"{line}\n" for line in lines or [json.dumps({"job": job})]), "utf-8")
            beside.replace(path)
            self._file = path.open("a", encoding="utf-8")
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
        """Write a settled event down; others are passed over."""
        name = type(event).__name__
        if name in KINDS and not self._file.closed:
            self._file.write(json.dumps({"kind": name, "event": msgspec.to_builtins(event)}) + "\n")
            self._file.flush()

    def done(self) -> None:
        """The job is over: the journal is removed."""
        self.close()
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Keep it for the next time. Idempotent."""
        self._file.close()

    def _read(self, job: str) -> list[str]:
        """The whole lines of an earlier run of the same job."""
        try:
            text = self.path.read_text("utf-8", "replace")
        except OSError:
            return []
        head, *lines = text.split("\n")[:-1] or [""]
        if _entry(head).get("job") != job:
            return []
        found = [(line, event) for line in lines if (event := _event(_entry(line))) is not None]
        ends = {event.channel: n for n, (_, event) in enumerate(found) if isinstance(event, Progress)}
        # what follows a channel's last mark of progress will be said again
        settled = [(line, e) for n, (line, e) in enumerate(found) if n <= ends.get(e.channel, -1)]
        for _, event in settled:
            self._known[event.channel].append(event)
        return [head, *(line for line, _ in settled)]


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
