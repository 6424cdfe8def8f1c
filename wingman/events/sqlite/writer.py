"""The log's one writer thread: it commits whatever has gathered since its last commit.

A commit begins the moment the thread is free, so a lone event waits for nothing and a burst shares one
transaction. When the disk refuses (full, read-only, gone), the entries are held in memory, handed on as
not durable, and tried again until they are written or the bound is reached.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeAlias

from wingman.events.sqlite import drivers, schema
from wingman.events.sqlite.drivers import Connection
from wingman.events.sqlite.schema import Entry

RETRY_SECONDS = 1.0
"""How often a disk that refused is tried again."""

HELD_BYTES = 64 * 1024 * 1024
"""Events held in memory while the disk refuses: some thirty hours of one meeting."""

QUEUED_BYTES = 64 * 1024 * 1024
"""The same for a disk that does not answer at all."""

Work: TypeAlias = Callable[[Connection], Any]


@dataclass(frozen=True, slots=True)
class Report:
    """What happened to entries. Each entry is reported once as `arrived`, durable or not."""

    arrived: Sequence[Entry]
    durable: bool
    written: Sequence[Entry] = ()
    """What the disk has now: those that arrived, and those that were held before."""
    fault: str = ""
    """Why the disk refused; empty when it did not."""
    abandoned: bool = False
    """The bound was reached: what is held will never be written."""


@dataclass(frozen=True, slots=True)
class _Job:
    work: Work
    answer: Future[Any]


class Writer:
    """Owns the writing connection. `report` is called on the writer thread."""

    def __init__(self, connection: Connection, report: Callable[[Report], None]) -> None:
        self._connection = connection
        self._report = report
        self._ready = threading.Condition()
        self._queue: list[Entry | _Job] = []
        self._busy: list[Entry | _Job] = []
        self._held: list[Entry] = []
        self._held_bytes = 0
        self._queued_bytes = 0
        self._fault = ""
        self._abandoned = False
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="wingman-log-writer", daemon=True)
        self._thread.start()

    def put(self, entry: Entry) -> None:
        """Queue one entry; returns at once."""
        with self._ready:
            self._queued_bytes += len(entry[1])
            hangs = self._queued_bytes > QUEUED_BYTES
            if hangs:
                self._queue, self._abandoned = [job for job in self._queue if isinstance(job, _Job)], True
            else:
                self._queue.append(entry)
                self._ready.notify()
        if hangs:
            self._report(Report([entry], durable=False, abandoned=True))

    def submit(self, work: Work) -> Future[Any]:
        """Run `work` between two commits, after everything queued so far."""
        answer: Future[Any] = Future()
        with self._ready:
            self._queue.append(_Job(work, answer))
            self._ready.notify()
        return answer

    def stop(self, patience_s: float | None = None) -> Sequence[Entry]:
        """Commit what is queued, then end the thread and close the connection. Blocks; idempotent.

        Returns what the disk has not taken: it refused, or did not answer within `patience_s` seconds (the
        thread is left behind then).
        """
        with self._ready:
            self._stopping = True
            self._ready.notify()
        self._thread.join(patience_s)
        with self._ready:
            queued = [item for item in (*self._busy, *self._queue) if not isinstance(item, _Job)]
        return [*self._held, *(queued if self._thread.is_alive() else ())]

    def _run(self) -> None:
        while (batch := self._next_batch()) is not None:
            entries: list[Entry] = []
            for item in batch:
                if isinstance(item, _Job):
                    self._commit(entries)
                    entries = []
                    self._do(item)
                else:
                    entries.append(item)
            self._commit(entries)
        self._commit([])  # one last try for what the disk refused
        self._connection.close()

    def _next_batch(self) -> list[Entry | _Job] | None:
        with self._ready:
            if not self._queue and not self._stopping:
                self._ready.wait(RETRY_SECONDS if self._held else None)
            batch, self._queue, self._queued_bytes = self._queue, [], 0
            self._busy = batch
            return None if self._stopping and not batch else batch

    def _do(self, job: _Job) -> None:
        if not job.answer.set_running_or_notify_cancel():
            return
        try:
            job.answer.set_result(job.work(self._connection))
        except drivers.Error as failed:
            job.answer.set_exception(failed)

    def _commit(self, entries: list[Entry]) -> None:
        if not entries and not self._held:
            return
        if self._abandoned:
            self._report(Report(entries, durable=False, fault=self._fault, abandoned=True))
            return
        batch = [*self._held, *entries]
        try:
            schema.write(self._connection, batch)
        except drivers.Error as failed:
            self._hold(entries, str(failed))
            return
        self._held, self._held_bytes, self._fault = [], 0, ""
        self._report(Report(entries, durable=True, written=batch))

    def _hold(self, entries: list[Entry], fault: str) -> None:
        self._fault = fault
        self._held += entries
        self._held_bytes += sum(len(line) for _, line in entries)
        if self._held_bytes > HELD_BYTES:
            self._held, self._abandoned = [], True
        self._report(Report(entries, durable=False, fault=fault, abandoned=self._abandoned))
