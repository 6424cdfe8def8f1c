"""A recording in, a meeting out: played as fast as its readers can take it, to the end, with how far it is."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from wingman.audio import sandboxed
from wingman.audio.recording import Recording
from wingman.config.settings import plain
from wingman.core.errors import InputError
from wingman.core.events import Envelope, MeetingEnded, MeetingStarted
from wingman.core.threads import in_thread
from wingman.core.time import seconds
from wingman.emotion.base import FaceAnalyzer, VoiceAnalyzer
from wingman.events.index import MeetingIndex
from wingman.events.log import EventLog
from wingman.meeting.api import MeetingSpec
from wingman.meeting.import_journal import (
    ImportJournals,
    Journal,
    JournaledTranscriber,
    fingerprint,
    job_of,
)
from wingman.meeting.manager import MeetingManager
from wingman.meeting.meeting import Meeting
from wingman.report.outcome import Status, outcome
from wingman.report.record import read_all
from wingman.stt.base import Transcriber
from wingman.transports.file import FileSource

REMEMBERED = 200
"""Imports that are over and can still be asked about."""
CUT_OFF = "the process that read this recording is gone; send the file again, and it is read anew"
_WHOLE = frozenset({"source_ended", "stopped"})
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
    """Why it failed, or what is missing of what was heard."""
    resumed: float = 0.0
    """Seconds of it that were settled before, by an import that was cut off."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a recording is to be played."""

    realtime: bool = False
    meter: Callable[[], VoiceAnalyzer] | None = None
    """Replaces the configured meter."""
    faces: Callable[[], FaceAnalyzer] | None = None
    """What a film's pictures showed."""
    journal: Callable[[str], Journal] | None = None
    """Opens the journal of the job that becomes this meeting; blocking."""
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
        self.journal: Journal | None = None
        """What a run that is cut off leaves for the next; whoever has what came of it says that it is done."""
        self.judged = False
        """What came of it is known; until then nobody is told that it is done."""
        self._status = ImportStatus("", recording.title, "reading", duration=recording.duration)

    @property
    def status(self) -> ImportStatus:
        return self._status

    async def start(self, spec: MeetingSpec) -> Meeting:
        """Make the meeting. Raises `InputError` when the spec or the configuration forbids it."""
        options = self._options
        around = None if options.journal is None or options.realtime else self._journaled
        meeting = await self._manager.create(
            spec, live=options.realtime, meter=options.meter, made_by_source=False, around=around
        )
        if options.journal is not None and not options.realtime:
            try:
                self.journal = await in_thread(partial(options.journal, meeting.id))
            except InputError:
                await meeting.end("failed")
                raise
            self._status = replace(self._status, resumed=seconds(self.journal.resumed_at))
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
            if self.journal is not None:
                await in_thread(self.journal.close)
        self._tell(self._played)
        state: Literal["done", "failed"] = "failed" if source.problem or meeting.reason == "failed" else "done"
        self._status = replace(self._status, state=state, detail=source.problem, left_s=None)

    def judge(self, events: Sequence[Envelope]) -> None:
        """Say what came of it, from the meeting's events: no words is no success."""
        asked = any(isinstance(e.data, MeetingStarted) and e.data.transcriber != "off" for e in events)
        found = outcome(self._recording.title, events)
        if self._status.state == "done" and asked and found.sentence:
            state: Literal["done", "failed"] = "failed" if found.status is Status.FAILED else "done"
            self._status = replace(self._status, state=state, detail=found.sentence)
        self.judged = True

    def _journaled(self, inner: Transcriber) -> Transcriber:
        return inner if self.journal is None else JournaledTranscriber(inner, self.journal)

    def _play(self, played: float) -> None:
        self._played = played

    async def _look(self, meeting: Meeting) -> None:
        """Tell how far it is: as far as the words are out, which may be minutes behind what was read."""
        while True:
            self._tell(self._played if self._options.realtime else min(self._played, meeting.told_s))
            await asyncio.sleep(LOOK_S)

    def _tell(self, heard: float) -> None:
        taken = time.monotonic() - self._began
        duration = self._recording.duration
        speed = max(0.0, heard - self._status.resumed) / taken if taken > SETTLED_S else None
        left = max(0.0, duration - heard) / speed if duration and speed else None
        self._status = replace(self._status, seconds=heard, speed=speed or None, left_s=left)
        if self._options.on_progress is not None:
            self._options.on_progress(heard)


class Imports:
    """The imports of a process. Their tasks belong to the group it was given."""

    def __init__(
        self, manager: MeetingManager, tasks: asyncio.TaskGroup, journals: ImportJournals | None = None
    ) -> None:
        """`journals`: where an import is written down that may be cut off; None for nowhere."""
        self._journals = journals
        self._manager = manager
        self._tasks = tasks
        self._known: dict[str, RecordingImport] = {}

    async def begin(self, recording: Recording, spec: MeetingSpec, done: Callable[[], None]) -> ImportStatus:
        """Start one; `done` is called when its file is needed no more. Raises `InputError`.

        The same file with the same wishes goes on where an import of it was cut off.
        """
        options = ImportOptions(journal=await self._journal(recording, spec))
        job = RecordingImport(self._manager, recording, options)
        meeting = await job.start(spec)
        self._known[meeting.id] = job
        for old in [name for name, each in self._known.items() if each.status.state in ("done", "failed")]:
            if len(self._known) <= REMEMBERED:
                break
            del self._known[old]
        task = self._tasks.create_task(_whole(job, self._manager.log))
        task.add_done_callback(lambda _: done())
        return job.status

    async def _journal(self, recording: Recording, spec: MeetingSpec) -> Callable[[str], Journal] | None:
        if self._journals is None:
            return None
        content = await in_thread(partial(fingerprint, recording.path))
        wishes = (recording.feeds, spec.language, spec.keyterms)
        name = job_of(content, wishes, plain(self._manager.settings)["transcribe"])
        return partial(self._journals.begin, name, live=self._manager.live_ids())

    def status(self, meeting: str) -> ImportStatus | None:
        """How far the import into `meeting` is; None when there is none here."""
        job = self._known.get(meeting)
        if job is None:
            return None
        over = job.status.state in ("done", "failed") and not job.judged
        return replace(job.status, state="finishing") if over else job.status

    async def left(self, meeting: str) -> ImportStatus | None:
        """What is known of an import that another process ran, and that does not run any more; None for what
        nobody has heard of, and for a meeting that runs here.
        """
        log = self._manager.log
        row = await log.meeting(meeting) if isinstance(log, MeetingIndex) else None
        if row is None or meeting in self._manager.live_ids():
            return None
        events = await read_all(log, meeting)
        over = next((event.data for event in events if isinstance(event.data, MeetingEnded)), None)
        if over is None or over.reason not in _WHOLE:
            return ImportStatus(meeting, row.title, "failed", row.seconds, detail=CUT_OFF)
        found = outcome(row.title, events)
        state: Literal["done", "failed"] = "failed" if found.status is Status.FAILED else "done"
        return ImportStatus(meeting, row.title, state, row.seconds, detail=found.sentence)


async def _whole(job: RecordingImport, log: EventLog) -> None:
    """Run it and judge what came of it; what it wrote down for another run goes once it has come to its end."""
    await job.run()
    await log.flush()
    job.judge(await read_all(log, job.status.meeting))
    if job.journal is not None and job.status.state == "done":
        await in_thread(job.journal.done)
