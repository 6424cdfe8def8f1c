"""A recording in, a meeting out: played as fast as its readers can take it, to the end, with how far it is."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from wingman.audio import sandboxed
from wingman.audio.recording import Recording
from wingman.core.errors import InputError
from wingman.emotion.base import FaceAnalyzer, VoiceAnalyzer
from wingman.meeting.api import MeetingSpec
from wingman.meeting.manager import MeetingManager
from wingman.meeting.meeting import Meeting
from wingman.stt.base import Transcriber
from wingman.transports.file import FileSource

REMEMBERED = 200
"""Imports that are over and can still be asked about."""
LOOK_S = 0.25
SETTLED_S = 2.0
"""Seconds of work before a time left is worth telling."""


@dataclass(frozen=True, slots=True)
class ImportStatus:
    """One import at a glance."""

    meeting: str
    title: str
    state: Literal["reading", "finishing", "done", "failed"]
    """`finishing`: everything was played, the last words are awaited."""
    seconds: float = 0.0
    """Media time whose words are out."""
    duration: float | None = None
    """Seconds the recording lasts; None when it does not say."""
    speed: float | None = None
    """Seconds of the recording per second."""
    left_s: float | None = None
    """About how many seconds it will still take."""
    detail: str = ""
    """Why it failed."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a recording is to be played."""

    realtime: bool = False
    meter: Callable[[], VoiceAnalyzer] | None = None
    """Replaces the configured meter."""
    faces: Callable[[], FaceAnalyzer] | None = None
    """What a film's pictures showed."""
    around: Callable[[Transcriber], Transcriber] | None = None
    """Wraps each channel's transcriber."""
    on_progress: Callable[[float], None] | None = None


class RecordingImport:
    """One recording on its way into a meeting of its own. `start` it, then `run` it in a task."""

    def __init__(self, manager: MeetingManager, recording: Recording, options: ImportOptions) -> None:
        self._manager = manager
        self._options = options
        self._recording = recording
        self._meeting: Meeting | None = None
        self._began = time.monotonic()
        self._played = 0.0
        self._status = ImportStatus("", recording.title, "reading", duration=recording.duration)

    @property
    def status(self) -> ImportStatus:
        return self._status

    async def start(self, spec: MeetingSpec) -> Meeting:
        """Make the meeting. Raises `InputError` when the spec or the configuration forbids it."""
        options = self._options
        meeting = await self._manager.create(
            spec, live=options.realtime, meter=options.meter, made_by_source=False, around=options.around
        )
        if options.faces is not None:
            meeting.replace_faces(options.faces)
        self._meeting = meeting
        self._began = time.monotonic()
        self._status = replace(self._status, meeting=meeting.id)
        return meeting

    async def run(self) -> None:
        """Play it and end the meeting; returns when everything heard is in the log."""
        meeting = self._meeting
        if meeting is None:
            raise RuntimeError("start() comes before run()")
        source = FileSource(
            self._recording,
            realtime=self._options.realtime,
            gate=meeting.room,
            on_progress=self._play,
            decode=sandboxed.read,
        )
        try:
            await meeting.attach(source)
            async with asyncio.TaskGroup() as tasks:
                looking = tasks.create_task(self._look(meeting))
                await meeting.played(source)
                self._status = replace(self._status, state="finishing")
                if not self._options.realtime and not source.problem:
                    with contextlib.suppress(InputError):  # somebody has ended the meeting
                        await meeting.heard_out()
                looking.cancel()
        finally:
            await meeting.end("source_ended")
        self._tell(self._played)
        state: Literal["done", "failed"] = "failed" if source.problem or meeting.reason == "failed" else "done"
        self._status = replace(self._status, state=state, detail=source.problem, left_s=None)

    def _play(self, seconds: float) -> None:
        self._played = seconds

    async def _look(self, meeting: Meeting) -> None:
        """Tell how far it is: as far as the words are out, which may be minutes behind what was read."""
        while True:
            self._tell(self._played if self._options.realtime else min(self._played, meeting.told_s))
            await asyncio.sleep(LOOK_S)

    def _tell(self, seconds: float) -> None:
        taken = time.monotonic() - self._began
        duration = self._recording.duration
        speed = seconds / taken if taken > SETTLED_S and seconds else None
        left = max(0.0, duration - seconds) / speed if duration and speed else None
        self._status = replace(self._status, seconds=seconds, speed=speed, left_s=left)
        if self._options.on_progress is not None:
            self._options.on_progress(seconds)


class Imports:
    """The imports of a process. Their tasks belong to the group it was given."""

    def __init__(self, manager: MeetingManager, tasks: asyncio.TaskGroup) -> None:
        self._manager = manager
        self._tasks = tasks
        self._known: dict[str, RecordingImport] = {}

    async def begin(self, recording: Recording, spec: MeetingSpec, done: Callable[[], None]) -> ImportStatus:
        """Start one; `done` is called when its file is needed no more. Raises `InputError`."""
        job = RecordingImport(self._manager, recording, ImportOptions())
        meeting = await job.start(spec)
        self._known[meeting.id] = job
        for old in [name for name, each in self._known.items() if each.status.state in ("done", "failed")]:
            if len(self._known) <= REMEMBERED:
                break
            del self._known[old]
        task = self._tasks.create_task(job.run())
        task.add_done_callback(lambda _: done())
        return job.status

    def status(self, meeting: str) -> ImportStatus | None:
        """How far the import into `meeting` is; None when there is none here."""
        job = self._known.get(meeting)
        return job.status if job is not None else None
