"""The embedded event log: one SQLite file in WAL mode, one writer thread, one reader thread."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import structlog

from wingman.core import codec
from wingman.core.errors import InputError
from wingman.core.events import Envelope, Event, Media, MeetingEnded, StorageState
from wingman.core.steady_clock import now
from wingman.core.time import Channel
from wingman.events.index import MeetingRow, SearchHit
from wingman.events.log import Committed
from wingman.events.sqlite import drivers, schema
from wingman.events.sqlite.drivers import Connection
from wingman.events.sqlite.rescue import rescue, restore
from wingman.events.sqlite.uncommitted import Uncommitted
from wingman.events.sqlite.writer import Report, Writer

T = TypeVar("T")

logger = structlog.get_logger(__name__)

ANSWER_S = 0.08
ONCE_MORE_S = 0.1
"""What the disk may take for a commit, in two looks, before its events are handed on without it."""
FLUSH_S = 5.0
"""What a flush waits for a disk that does not answer."""
STOP_S = 10.0
"""What the disk may take to store the rest when the service stops."""
CHECKPOINT_COMMITS = 1000
"""Commits between two checkpoints: some 16 MB of WAL. A checkpoint flushes the disk, which can take longer
than a suggestion may wait, so it happens beside the writer, on a thread and a connection of its own."""


@dataclass(frozen=True, slots=True)
class _Files:
    """What an open log holds: the lock and one connection per thread."""

    lock: int
    writing: Connection
    reading: Connection
    checkpointing: Connection


class SqliteLog:
    """An `EventLog` and `MeetingIndex` in one file. Open it with `SqliteLog.open`; one process at a time.

    An envelope is handed to the `on_committed` callback after its transaction is in the WAL, so a client
    has never seen an event that a kill -9 could take back. With `fsync` that also holds for a power cut.

    When the disk refuses, meetings go on: envelopes are delivered from memory, each open meeting gets a
    `storage.state` event, and what was held back is written as soon as the disk takes it again.
    """

    def __init__(self, path: Path, files: _Files) -> None:
        self._path = path
        self._files = files
        self._loop = asyncio.get_running_loop()
        self._heads = schema.heads(files.writing)
        self._handed_on = Uncommitted(self._heads)
        self._watch: asyncio.TimerHandle | None = None
        self._doubted: float | None = None
        self._plain = True
        self._open: set[str] = set()
        self._gone: set[str] = (
            set()
        )  # deleted: what somebody still has to say of them (a summary) is not stored
        self._fault = ""
        self._state = "stored"
        self._refusing = False
        """The disk has answered, and takes nothing."""
        self._to_note: dict[str, Mapping[Channel, float]] = {}
        self._noting = threading.Lock()
        self._callback: Committed | None = None
        self._reader = ThreadPoolExecutor(1, "wingman-log-reader")
        self._checkpointer = ThreadPoolExecutor(1, "wingman-log-checkpoints")
        self._commits = 0
        self._writer = Writer(files.writing, self._on_writer_thread)
        self._closed = False

    @classmethod
    async def open(cls, path: Path, *, fsync: bool = False, key: str = "") -> SqliteLog:
        """Open or create the log at `path`, encrypted when there is a `key` (needs the `encryption` extra).

        Raises `InputError` with one sentence and a way out when the file is damaged, cannot be written,
        comes from a newer version, or belongs to another running Wingman.
        """
        loop = asyncio.get_running_loop()
        lock = _take_lock(path)
        with contextlib.ExitStack() as failing:
            failing.callback(os.close, lock)
            connect = partial(schema.connect, path, fsync=fsync, key=key)
            writing = await loop.run_in_executor(None, connect)
            failing.callback(writing.close)
            if not key:  # nothing is written elsewhere without encryption
                await loop.run_in_executor(None, restore, writing, path)
            reading = schema.connect_reader(path, key)
            failing.callback(reading.close)
            checkpointing = schema.connect_checkpointer(path, key)
            failing.pop_all()
        opened = cls(path, _Files(lock, writing, reading, checkpointing))
        opened._plain = not key
        return opened

    @property
    def path(self) -> Path:
        """The database file."""
        return self._path

    @property
    def fault(self) -> str:
        """Why events are only held in memory just now; empty while the disk takes them."""
        return self._fault

    @property
    def behind(self) -> bool:
        """True while something that was appended has not been handed on yet."""
        return self._handed_on.waiting_since is not None

    def append(self, meeting: str, payload: Event, media: Media | None = None, *, at: float) -> Envelope:
        seq = self._heads.get(meeting, 0) + 1
        envelope = codec.envelope(seq, meeting, at, payload, media)
        if meeting in self._gone:
            return envelope
        line = codec.encode(envelope)
        self._heads[meeting] = seq
        begins = seq == 1 and not isinstance(payload, MeetingEnded)
        if isinstance(payload, MeetingEnded):
            self._open.discard(meeting)
        elif begins:  # what is said of it after its end (a summary) does not open it again
            self._open.add(meeting)
        self._writer.put((envelope, line))
        self._handed_on.appended(envelope, self._loop.time())
        if self._watch is None:
            self._watch = self._loop.call_later(0.0 if self._fault else ANSWER_S, self._look)
        if begins and self._fault:  # it was told to the others before
            self.append(meeting, StorageState(self._state, self._fault), at=at)
        return envelope

    def on_committed(self, callback: Committed) -> None:
        self._callback = callback

    async def read(self, meeting: str, after: int = 0, limit: int = 1000) -> Sequence[Envelope]:
        volatile = tuple(self._handed_on.volatile(meeting))  # while the stored ones are read, these may change
        stored = await self._on_reader(lambda db: schema.envelopes(db, meeting, after, limit))
        # the file may already hold what has not been handed on yet; a reader must not run ahead of the hub
        known = self._handed_on.upto(meeting)
        found = [event for event in stored if event.seq <= known]
        last = found[-1].seq if found else after
        if len(found) < limit:
            found += [e for e in volatile if e.seq > last][: limit - len(found)]
        return found

    async def last_seq(self, meeting: str) -> int:
        return self._handed_on.upto(meeting)

    async def flush(self) -> None:
        """Wait until everything appended so far is stored, or the disk has not answered for too long."""
        done = asyncio.wrap_future(self._writer.submit(lambda _: None))
        await asyncio.wait([done], timeout=FLUSH_S)

    async def meetings(self, limit: int = 50, before: str = "") -> Sequence[MeetingRow]:
        return await self._on_reader(lambda db: schema.rows(db, limit, before))

    async def meeting(self, meeting: str) -> MeetingRow | None:
        return await self._on_reader(lambda db: schema.row(db, meeting))

    async def search(self, words: str, limit: int = 50) -> Sequence[SearchHit]:
        return await self._on_reader(lambda db: schema.search(db, words, limit))

    def keep_heard(self, meeting: str, chunk: bytes) -> Future[None]:
        """Queue a chunk of what the providers said, behind the events so far; see `events.provider_log`."""
        return self._writer.submit(lambda db: schema.keep_heard(db, meeting, chunk))

    async def heard(self, meeting: str) -> Sequence[bytes]:
        """What the providers said in a meeting, as it was kept, in order."""
        return await self._on_reader(lambda db: schema.heard(db, meeting))

    def keep_reached(self, meeting: str, reached: Mapping[Channel, float]) -> None:
        """Write down how far a meeting has come, as soon as the disk answers; see `events.reached`."""
        if self._refusing:
            return
        with self._noting:
            queued, self._to_note[meeting] = bool(self._to_note), reached
        if not queued:
            self._writer.submit(self._note)

    def _note(self, db: Connection) -> None:
        """On the writer's thread: the newest of each meeting, however many came meanwhile."""
        with self._noting:
            rows, self._to_note = self._to_note, {}
        schema.keep_reached(db, rows)

    async def reached(self, meeting: str) -> Mapping[Channel, float]:
        """How far a meeting that was killed had come."""
        return await self._on_reader(lambda db: schema.reached(db, meeting))

    async def delete(self, meeting: str) -> bool:
        self._gone.add(meeting)  # before anything is awaited: from here on nothing may bring it back
        try:
            found: bool = await asyncio.wrap_future(self._writer.submit(lambda db: schema.delete(db, meeting)))
        except drivers.Error as refused:
            self._gone.discard(meeting)
            raise InputError(
                f"the disk refuses to delete {meeting} ({refused}); free some space, then delete it again",
                field="meeting",
                status=503,
            ) from refused
        self._heads.pop(meeting, None)
        self._handed_on.forget(meeting)
        self._open.discard(meeting)
        if not found:
            self._gone.discard(meeting)
        return found

    async def aclose(self) -> None:
        """Flush and release everything. Raises `NotStored` when the disk has not taken all events."""
        if self._closed:
            return
        self._closed = True
        if self._watch is not None:
            self._watch.cancel()
        await self._loop.run_in_executor(self._checkpointer, self._files.checkpointing.close)
        await self._loop.run_in_executor(self._reader, self._files.reading.close)
        left = await self._loop.run_in_executor(None, self._writer.stop, STOP_S)
        self._checkpointer.shutdown()
        self._reader.shutdown()
        os.close(self._files.lock)
        await asyncio.sleep(0)  # lets the writer's last reports run before the caller goes on
        if left:
            raise await self._loop.run_in_executor(None, partial(rescue, left, self._path, plain=self._plain))

    async def _on_reader(self, query: Callable[[Connection], T]) -> T:
        try:
            return await self._loop.run_in_executor(self._reader, query, self._files.reading)
        except drivers.DatabaseError as broken:
            raise InputError(
                f"the event log {self._path} cannot be read ({broken}); check the disk it is on",
                field="deliver.data_dir",
                status=503,
            ) from broken

    def _on_writer_thread(self, report: Report) -> None:
        self._loop.call_soon_threadsafe(self._arrived, report)

    def _arrived(self, report: Report) -> None:
        self._refusing = not report.durable
        arrived = [envelope for envelope, _ in report.arrived]
        self._hand_on(self._handed_on.answered(arrived, durable=report.durable))
        self._handed_on.written(envelope for envelope, _ in report.written)
        self._commits += 1
        if self._commits >= CHECKPOINT_COMMITS and report.durable and not self._closed:
            self._commits = 0
            self._checkpointer.submit(_checkpoint, self._files.checkpointing, self._writer)
        self._tell(report)

    def _hand_on(self, envelopes: Sequence[Envelope]) -> None:
        if envelopes and self._callback is not None:
            self._callback(envelopes)

    def _look(self) -> None:
        """A disk that is locked or hangs delays nobody: what has waited long enough is handed on without it."""
        self._watch = None
        since, now = self._handed_on.waiting_since, self._loop.time()
        if since is None:
            return
        if not self._fault and (wait := self._patience(since, now)):
            self._watch = self._loop.call_later(wait, self._look)
            return
        late = self._handed_on.overdue()
        self._hand_on(late)
        if not self._fault:
            self._tell(Report((), durable=False, fault="it does not answer"))

    def _patience(self, since: float, now: float) -> float:
        """Seconds still to wait for what was appended at `since`; a loop that was busy is no slow disk."""
        if (left := since + ANSWER_S - now) > 0:
            return left
        if self._doubted == since:
            return 0.0
        self._doubted = since
        return ONCE_MORE_S

    def _tell(self, report: Report) -> None:
        """Say in every open meeting that the disk began to refuse, gave up for good, or recovered."""
        if report.durable:
            detail = ""
        elif report.abandoned:
            detail = (
                "the disk refused too long: this meeting is not stored any more; export it before you leave"
            )
        else:
            detail = f"the disk refuses ({report.fault}): the meeting goes on in memory until it takes it again"
        if detail == self._fault:
            return
        self._fault = detail
        state = self._state = "stored" if report.durable else "lost" if report.abandoned else "memory"
        logger.warning("event log storage changed", state=state, detail=detail, path=str(self._path))
        if self._closed:
            return
        for meeting in sorted(self._open):
            self.append(meeting, StorageState(state, detail), at=now())


def _checkpoint(connection: Connection, writer: Writer) -> None:
    """Do the bulk of a checkpoint here; the writer does what came in meanwhile, and begins its WAL anew."""
    try:
        schema.checkpoint_beside(connection)
        writer.submit(schema.checkpoint_beside)
    except drivers.Error as refused:  # a full disk: the writer says so, and the next one tries again
        logger.warning("checkpoint refused", reason=str(refused))


def _take_lock(path: Path) -> int:
    """Make this process the file's only writer: two of them would hand out the same `seq` twice."""
    lock = path.with_name(path.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as failed:
        raise schema.unusable(path, failed) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise InputError(
            f"another Wingman uses the event log {path}; stop it, or set deliver.data_dir to another directory",
            field="deliver.data_dir",
            status=409,
        ) from None
    return handle
