"""The audit log: what was done with grants, append-only and chained.

Each entry's hash covers the one before, under the service secret, so that taking one out or changing it shows.
It holds no content of any meeting.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

import msgspec
import structlog

from wingman.server.grants_file import GrantsFile, StoreRefusedError

T = TypeVar("T")

log = structlog.get_logger(__name__)

GENESIS = "0" * 64
RETRY_S = 1.0
"""How long a disk is left alone that has refused: each try costs `grants_file.BUSY_MS`."""
MOST_HELD = 10_000
"""Entries held while the disk takes none."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS audit (
    seq INTEGER PRIMARY KEY, at REAL NOT NULL, what TEXT NOT NULL, "grant" TEXT NOT NULL, meeting TEXT NOT NULL,
    detail TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS audit_head (id INTEGER PRIMARY KEY CHECK (id = 1), hash TEXT NOT NULL) STRICT;
CREATE TRIGGER IF NOT EXISTS audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS audit_keeps BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'append-only'); END;
"""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that was done with a grant, or without one."""

    seq: int
    at: float
    what: str
    grant: str
    """Id of the grant that did it; empty for the service itself or somebody unknown."""
    meeting: str
    detail: str
    hash: str
    node: str = ""
    """The node that wrote it, where there are several."""


class AuditLog:
    """One for each file. Calls may come from any thread, and wait for the disk; `note` does not."""

    def __init__(self, file: GrantsFile, secret: bytes) -> None:
        self._file = file
        self._secret = secret
        self._retry_at = 0.0
        self._held: deque[tuple[str, float, str, str, str]] = deque()
        self._holding = threading.Lock()
        self._writing: Future[None] | None = None
        file.owed = self._append_held

    async def ask(self, work: Callable[[], T]) -> T:
        """See `GrantsFile.ask`."""
        return await self._file.ask(work)

    def record(self, what: str, at: float, *, grant: str = "", meeting: str = "", detail: str = "") -> None:
        """Append an entry. `detail` is a short word or two of ours, never content.

        What it says has been done, so a disk that refuses is no mistake of whoever asked: the entry is held and
        written before the next one.
        """
        self._hold(what, at, grant, meeting, detail)
        self._write_held()

    def note(self, what: str, at: float, *, grant: str = "", meeting: str = "", detail: str = "") -> None:
        """As `record`, without waiting for the disk."""
        self._hold(what, at, grant, meeting, detail)
        if self._writing is None or self._writing.done():
            with contextlib.suppress(StoreRefusedError):
                self._writing = self._file.submit(self._write_held)

    def entries(self, after: int = 0, limit: int = 1000) -> list[AuditEntry]:
        """Those with a higher number than `after`, oldest first."""
        if self._held:
            self._write_held(now=True)
        query = "SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT ?"
        return [AuditEntry(*row) for row in self._file.rows_of(query, (after, limit))]

    def broken_at(self) -> int:
        """The number of the first entry that does not fit the chain; 0 when all fit."""
        previous, expected, after = GENESIS, 1, 0
        while entries := self.entries(after):
            for entry in entries:
                if entry.seq != expected or not self._fits(entry, previous):
                    return expected
                previous, expected = entry.hash, expected + 1
            after = entries[-1].seq
        head = self._file.row_of("SELECT hash FROM audit_head")
        whole = head is None if previous == GENESIS else head is not None and head[0] == self._head(previous)
        return 0 if whole else expected

    def rows(self, after: int, limit: int) -> list[tuple[int, bytes]]:
        """The same as `entries`, each packed behind its number, for the other nodes of a service."""
        return [(entry.seq, msgspec.msgpack.encode(entry)) for entry in self.entries(after, limit)]

    def follows(self, row: bytes, before: bytes | None) -> bool:
        """Does a packed entry of any node follow on this one of the same node (None: is it the first)?"""
        entry = unpacked(row)
        last, previous = (0, GENESIS) if before is None else ((known := unpacked(before)).seq, known.hash)
        return entry.seq == last + 1 and self._fits(entry, previous)

    def settle(self) -> None:
        """Write what is held; what the disk does not take now is lost, which is said."""
        if self._held:
            self._write_held(now=True)
        if self._held:
            log.error("audit entries were not stored", entries=len(self._held))

    def _hold(self, what: str, at: float, grant: str, meeting: str, detail: str) -> None:
        with self._holding:
            if len(self._held) < MOST_HELD:
                self._held.append((what, at, grant, meeting[:80], detail[:200]))

    def _write_held(self, *, now: bool = False) -> None:
        """Write what is held. A disk that has just refused is left alone for a while, but for a `now`."""
        if not now and time.monotonic() < self._retry_at:
            return
        try:
            with self._file.writing():
                pass
        except StoreRefusedError as refused:
            self._retry_at = time.monotonic() + RETRY_S
            if len(self._held) == 1:
                log.warning("audit entries are held in memory", reason=str(refused))

    def _append_held(self, db: sqlite3.Connection) -> Callable[[], None]:
        with self._holding:
            held = list(self._held)
        for entry in held:
            self._append(db, *entry)

        def stored() -> None:
            with self._holding:
                for _ in held:
                    self._held.popleft()

        return stored

    def _append(
        self, db: sqlite3.Connection, what: str, at: float, grant: str, meeting: str, detail: str
    ) -> None:
        last = db.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
        seq, previous = last or (0, GENESIS)
        entry = AuditEntry(seq=seq + 1, at=at, what=what, grant=grant, meeting=meeting, detail=detail, hash="")
        chained = self._chained(entry, previous)
        row = (entry.seq, at, what, grant, meeting, detail, chained)
        db.execute("INSERT INTO audit VALUES (?,?,?,?,?,?,?)", row)
        db.execute("INSERT OR REPLACE INTO audit_head VALUES (1, ?)", (self._head(chained),))

    def _fits(self, entry: AuditEntry, previous: str) -> bool:
        return hmac.compare_digest(entry.hash, self._chained(entry, previous))

    def _head(self, last: str) -> str:
        """Says which entry is the last: without it nobody would miss those at the end."""
        return hmac.new(self._secret, b"head:" + last.encode(), hashlib.sha256).hexdigest()

    def _chained(self, entry: AuditEntry, previous: str) -> str:
        body = json.dumps(
            [previous, entry.seq, entry.at, entry.what, entry.grant, entry.meeting, entry.detail],
            ensure_ascii=True,
        )
        return hmac.new(self._secret, b"audit:" + body.encode(), hashlib.sha256).hexdigest()


def unpacked(row: bytes) -> AuditEntry:
    """The inverse of `AuditLog.rows`."""
    return msgspec.msgpack.decode(row, type=AuditEntry)
