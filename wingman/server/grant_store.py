"""Grants, one-time codes and the audit log in one small database that all processes of a service share.

`trust.db` holds no credential: a token is kept as its keyed hash (HMAC-SHA256 under the service secret), so a
copy of the file opens nothing. The audit log is append-only and chained: each entry's hash covers the one
before, under the same secret, so that taking one out or changing it shows. It holds no content of any meeting.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import queue
import secrets
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import structlog

from wingman.core.errors import InputError
from wingman.core.threads import OneThread
from wingman.events.sqlite import drivers
from wingman.server.grants import Grant, Role, Scope

T = TypeVar("T")

log = structlog.get_logger(__name__)

CODE_TRIES = 5
"""Wrong guesses before all open pairing codes are called off: one in 200,000 guesses would succeed."""
GENESIS = "0" * 64
MOST_GRANTS = 5000
"""Rows kept; the oldest dead ones go first."""

BUSY_MS = 50
"""How long a write waits for another program."""
ANSWER_S = 2.0
"""How long whoever asks waits for the disk."""
STOP_S = 5.0
"""What the disk may take to store the rest when the service stops."""
RETRY_S = 1.0
"""How long the audit log leaves a disk alone that has refused: each try costs `BUSY_MS`."""
MOST_HELD = 10_000
"""Audit entries held while the disk takes none."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS grants (
    id TEXT PRIMARY KEY, digest BLOB NOT NULL UNIQUE, role TEXT NOT NULL, scopes TEXT NOT NULL,
    meeting TEXT NOT NULL, origin TEXT NOT NULL, name TEXT NOT NULL, created REAL NOT NULL,
    expires REAL NOT NULL, used REAL NOT NULL, revoked REAL NOT NULL, key TEXT NOT NULL,
    path BLOB NOT NULL, parent TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS codes (
    digest BLOB PRIMARY KEY, purpose TEXT NOT NULL, expires REAL NOT NULL, tries INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS audit (
    seq INTEGER PRIMARY KEY, at REAL NOT NULL, what TEXT NOT NULL, "grant" TEXT NOT NULL, meeting TEXT NOT NULL,
    detail TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS audit_head (id INTEGER PRIMARY KEY CHECK (id = 1), hash TEXT NOT NULL) STRICT;
CREATE TRIGGER IF NOT EXISTS audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS audit_keeps BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'append-only'); END;
"""
NO_ANSWER = "it does not answer"
_USED, _REVOKED = 9, 10
"""Columns of a grant's row."""
_COLUMNS = "id, role, scopes, meeting, origin, name, created, expires, used, revoked, key"


class StoreRefusedError(InputError):
    """The disk does not take it now."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the disk does not take this now ({reason}); free some space and try again", status=503
        )


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


class GrantStore:
    """Calls may come from any thread, and wait for the disk. On an event loop: `ask`, `note` and `later`."""

    def __init__(self, path: Path | None, secret: bytes, key: str = "") -> None:
        """`path` None keeps everything in memory; `key` encrypts the file.

        Raises one of `drivers.Error` when the file cannot be had, or does not open with the key.
        """
        self._secret = secret
        self._written: Callable[[], object] = lambda: None
        self._seen = (0, 0)
        self._retry_at = 0.0
        self._lock = threading.Lock()
        self._held: deque[tuple[str, float, str, str, str]] = deque()
        self._holding = threading.Lock()
        self._thread = OneThread("wingman-grants") if path is not None else None
        """Memory answers at once, and needs none."""
        self._stuck: Future[Any] | None = None
        """What the disk was asked and has not answered in time."""
        self._writing_down: Future[None] | None = None
        self._db = drivers.open_file(path or Path(":memory:"), key if path is not None else "")
        if path is not None:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        self._db.execute("PRAGMA secure_delete=ON")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Release the file; a disk that does not answer is left alone after `STOP_S`."""
        if self._thread is not None and not self._thread.close(STOP_S):
            log.error("the disk of the grants does not answer; audit entries were not stored")
            return
        if self._held:
            self._write_down(now=True)
        if self._held:
            log.error("audit entries were not stored", entries=len(self._held))
        with self._lock:
            self._db.close()

    # --- on an event loop -----------------------------------------------------------------------

    async def ask(self, work: Callable[[], T], within: float = ANSWER_S) -> T:
        """What `work` (calls of this store) returns or raises; it is done in a thread.

        Raises `StoreRefusedError` when the disk does not answer within so many seconds; `work` is done later
        then. While that is so, further ones are refused at once.
        """
        if self._thread is None:
            return work()
        if self.stuck:
            raise StoreRefusedError(NO_ANSWER)
        asked = self._submitted(work)
        answer = asyncio.wrap_future(asked)
        answer.add_done_callback(_seen)
        await asyncio.wait([answer], timeout=within)
        if not asked.done():  # a loop that was late finds it done all the same
            self._stuck = asked
            raise StoreRefusedError(NO_ANSWER)
        return await answer

    @property
    def stuck(self) -> bool:
        """Whether the disk still owes an answer that somebody waited for in vain."""
        return self._stuck is not None and not self._stuck.done()

    def later(self, work: Callable[[], object]) -> None:
        """Do `work` (calls of this store) in the thread; what it raises is logged."""

        def done() -> None:
            try:
                work()
            except StoreRefusedError as refused:
                log.warning("a change of the grants was not stored", reason=str(refused))

        if self._thread is None:
            done()
            return
        with contextlib.suppress(StoreRefusedError):
            self._submitted(done)

    def note(self, what: str, at: float, *, grant: str = "", meeting: str = "", detail: str = "") -> None:
        """As `record`, without waiting for the disk."""
        self._hold(what, at, grant, meeting, detail)
        if self._thread is None:
            self._write_down()
        elif self._writing_down is None or self._writing_down.done():
            with contextlib.suppress(StoreRefusedError):
                self._writing_down = self._submitted(self._write_down)

    def _submitted(self, work: Callable[[], T]) -> Future[T]:
        if self._thread is None:
            raise RuntimeError("memory has no thread")
        try:
            return self._thread.submit(work)
        except queue.Full:
            raise StoreRefusedError(NO_ANSWER) from None

    # --- grants ---------------------------------------------------------------------------------

    def add(self, grant: Grant, *, parent: str = "") -> tuple[Grant, str]:
        """Write a grant down and return it with its id, and its token. The token cannot be had again."""
        grant = replace(grant, id=grant.id or secrets.token_hex(4))
        token = f"wm_{grant.id}_{secrets.token_urlsafe(24)}"
        with self._writing() as db:
            db.execute(
                "INSERT INTO grants VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                (grant.id, self.digest(token), grant.role, _scopes(grant), grant.meeting, grant.origin,
                 grant.name, grant.created, grant.expires, grant.used, grant.revoked, grant.key,
                 self.digest(grant.path) if grant.path else b"", parent),
            )  # fmt: skip
            self._prune(db)
        return grant, token

    def find(self, token: str, path: str = "") -> Grant | None:
        """The grant of a token, whether it still holds or not; None for a token that was never given.

        `path` is the secret path a request came by: a session is found under its own, a bearer under none.
        """
        with self._lock:
            row = self._db.execute(
                f"SELECT {_COLUMNS}, path FROM grants WHERE digest = ?", (self.digest(token),)
            ).fetchone()
        if row is None:
            return None
        wanted = self.digest(path) if path else b""
        return _grant(row[:-1], path) if hmac.compare_digest(row[-1], wanted) else None

    def all(self) -> list[Grant]:
        """Every grant, the newest first."""
        with self._lock:
            rows = self._db.execute(f"SELECT {_COLUMNS} FROM grants ORDER BY created DESC, id").fetchall()
        return [_grant(row) for row in rows]

    def revoke(self, grant: str, now: float) -> list[str]:
        """End a grant and all that were made from it. Returns their ids; empty when it was unknown or over."""
        with self._writing() as db:
            rows = db.execute(
                "WITH RECURSIVE made(id) AS "
                "(SELECT ?1 UNION SELECT g.id FROM grants g JOIN made ON g.parent = made.id) "
                "UPDATE grants SET revoked = ?2 WHERE revoked = 0 AND id IN (SELECT id FROM made) RETURNING id",
                (grant, now),
            ).fetchall()
        return [row[0] for row in rows]

    def shorten(self, meeting: str, expires: float) -> None:
        """Grants for `meeting` end at `expires` unless they end before."""
        with self._writing() as db:
            db.execute("UPDATE grants SET expires = min(expires, ?) WHERE meeting = ?", (expires, meeting))

    def renew(self, grant: str, used: float, expires: float) -> None:
        """Note a use, and how long it now lives; where the disk refuses, the next use is noted."""
        with contextlib.suppress(StoreRefusedError), self._writing() as db:
            db.execute("UPDATE grants SET used = ?, expires = ? WHERE id = ?", (used, expires, grant))

    def dead(self, ids: list[str], now: float) -> list[str]:
        """Which of these no longer hold."""
        marks = ",".join("?" * len(ids))
        with self._lock:
            rows = self._db.execute(
                f"SELECT id FROM grants WHERE id IN ({marks}) AND revoked = 0 AND (expires = 0 OR expires > ?)",
                (*ids, now),
            ).fetchall()
        alive = {row[0] for row in rows}
        return [known for known in ids if known not in alive]

    def version(self) -> int:
        """Changes when another process has written."""
        with self._lock:
            return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    # --- one-time codes -------------------------------------------------------------------------

    def put_code(self, code: str, purpose: str, expires: float, *, alone: bool = False) -> None:
        """Let `code` be redeemed once until `expires`; `alone` calls off the earlier ones of this purpose."""
        with self._writing() as db:
            if alone:
                db.execute("DELETE FROM codes WHERE purpose = ?", (purpose,))
            db.execute("INSERT OR REPLACE INTO codes VALUES (?,?,?,0)", (self.digest(code), purpose, expires))

    def take_code(self, code: str, purpose: str, now: float) -> bool:
        """Redeem a code. A wrong one counts against all that are open."""
        with self._writing() as db:
            db.execute("DELETE FROM codes WHERE expires <= ?", (now,))
            gone = db.execute(
                "DELETE FROM codes WHERE digest = ? AND purpose = ? RETURNING digest",
                (self.digest(code), purpose),
            ).fetchall()
            if not gone:
                db.execute("UPDATE codes SET tries = tries + 1 WHERE purpose = ?", (purpose,))
                db.execute("DELETE FROM codes WHERE tries >= ? AND purpose = 'pair'", (CODE_TRIES,))
        return bool(gone)

    def open_codes(self, purpose: str, now: float) -> int:
        """How many codes wait to be redeemed."""
        with self._lock:
            row = self._db.execute(
                "SELECT count(*) FROM codes WHERE purpose = ? AND expires > ?", (purpose, now)
            ).fetchone()
        return int(row[0])

    # --- on every node --------------------------------------------------------------------------

    def rows(self) -> dict[str, bytes]:
        """Grants (`grant.<id>`) and open codes (`code.<digest>`), for the other nodes of a service."""
        with self._lock:
            grants = self._db.execute("SELECT * FROM grants").fetchall()
            codes = self._db.execute("SELECT * FROM codes").fetchall()
        found = {f"grant.{row[0]}": msgspec.msgpack.encode(row) for row in grants}
        return found | {f"code.{row[0].hex()}": msgspec.msgpack.encode(row) for row in codes}

    def merge(self, name: str, row: bytes) -> bytes:
        """Take in another node's row and return what holds: what is revoked stays so, a used code is gone."""
        kind, _, key = name.partition(".")
        if kind == "code":
            return self._merge_code(bytes.fromhex(key), row)
        if kind != "grant" or not row:
            return row
        theirs = list(msgspec.msgpack.decode(row))
        with self._writing(told=False) as db:
            ours = db.execute("SELECT * FROM grants WHERE id = ?", (key,)).fetchone()
            if ours is not None:
                later = theirs if theirs[_USED] >= ours[_USED] else list(ours)
                revoked = [at for at in (ours[_REVOKED], theirs[_REVOKED]) if at]
                theirs = [*later]
                theirs[_REVOKED] = min(revoked, default=0.0)
            db.execute(f"INSERT OR REPLACE INTO grants VALUES ({','.join('?' * len(theirs))})", theirs)
        return msgspec.msgpack.encode(theirs)

    def _merge_code(self, digest: bytes, row: bytes) -> bytes:
        with self._writing(told=False) as db:
            if not row:
                db.execute("DELETE FROM codes WHERE digest = ?", (digest,))
                return row
            theirs = list(msgspec.msgpack.decode(row))
            ours = db.execute("SELECT * FROM codes WHERE digest = ?", (digest,)).fetchone()
            theirs[3] = max(theirs[3], ours[3] if ours else 0)
            db.execute("INSERT OR REPLACE INTO codes VALUES (?,?,?,?)", theirs)
        return msgspec.msgpack.encode(theirs)

    def ends(self, name: str) -> float:
        """Wall time after which a row is of no use any more; 0 for never."""
        kind, _, key = name.partition(".")
        query = (
            "SELECT expires FROM grants WHERE id = ?"
            if kind == "grant"
            else ("SELECT expires FROM codes WHERE digest = ?")
        )
        with self._lock:
            row = self._db.execute(query, (key if kind == "grant" else bytes.fromhex(key),)).fetchone()
        return float(row[0]) if row is not None else 0.0

    def changed(self) -> bool:
        """Was anything written since this was last asked, by this process or another one?"""
        with self._lock:
            now = (int(self._db.execute("PRAGMA data_version").fetchone()[0]), self._db.total_changes)
        before, self._seen = self._seen, now
        return now != before

    def on_write(self, callback: Callable[[], object]) -> None:
        """Call `callback` after each write of this process, in the thread that wrote."""
        self._written = callback

    # --- audit ----------------------------------------------------------------------------------

    def record(self, what: str, at: float, *, grant: str = "", meeting: str = "", detail: str = "") -> None:
        """Append to the audit log. `detail` is a short word or two of ours, never content.

        What it says has been done, so a disk that refuses is no mistake of whoever asked: the entry is held and
        written before the next one.
        """
        self._hold(what, at, grant, meeting, detail)
        self._write_down()

    def _hold(self, what: str, at: float, grant: str, meeting: str, detail: str) -> None:
        with self._holding:
            if len(self._held) < MOST_HELD:
                self._held.append((what, at, grant, meeting[:80], detail[:200]))

    def audit(self, after: int = 0, limit: int = 1000) -> list[AuditEntry]:
        """Entries with a higher number than `after`, oldest first."""
        if self._held:
            self._write_down(now=True)
        with self._lock:
            rows = self._db.execute(
                "SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit)
            ).fetchall()
        return [AuditEntry(*row) for row in rows]

    def broken_at(self) -> int:
        """The number of the first entry that does not fit the chain; 0 when all fit."""
        previous, expected, after = GENESIS, 1, 0
        while entries := self.audit(after):
            for entry in entries:
                if entry.seq != expected or not self._fits(entry, previous):
                    return expected
                previous, expected = entry.hash, expected + 1
            after = entries[-1].seq
        with self._lock:
            head = self._db.execute("SELECT hash FROM audit_head").fetchone()
        whole = head is None if previous == GENESIS else head is not None and head[0] == self._head(previous)
        return 0 if whole else expected

    def audit_rows(self, after: int, limit: int) -> list[tuple[int, bytes]]:
        """The same as `audit`, each entry packed behind its number, for the other nodes of a service."""
        return [(entry.seq, msgspec.msgpack.encode(entry)) for entry in self.audit(after, limit)]

    def follows(self, row: bytes, before: bytes | None) -> bool:
        """Does a packed entry of any node follow on this one of the same node (None: is it the first)?"""
        entry = unpacked(row)
        last, previous = (0, GENESIS) if before is None else ((known := unpacked(before)).seq, known.hash)
        return entry.seq == last + 1 and self._fits(entry, previous)

    def _fits(self, entry: AuditEntry, previous: str) -> bool:
        return hmac.compare_digest(entry.hash, self._chained(entry, previous))

    # --- inside ---------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _writing(self, *, told: bool = True) -> Iterator[sqlite3.Connection]:
        """One transaction, which begins with what is held. Raises `StoreRefusedError`."""
        with self._lock:
            with self._holding:
                held = list(self._held)
            try:
                self._db.execute("BEGIN IMMEDIATE")
                for entry in held:
                    self._append(*entry)
                yield self._db
                self._db.execute("COMMIT")
            except BaseException as failed:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                if isinstance(failed, drivers.OperationalError):
                    raise StoreRefusedError(str(failed)) from None
                raise
            with self._holding:
                for _ in held:
                    self._held.popleft()
        if told:
            self._written()

    def _write_down(self, *, now: bool = False) -> None:
        """Write what is held. A disk that has just refused is left alone for a while, but for a `now`."""
        if not now and time.monotonic() < self._retry_at:
            return
        try:
            with self._writing():
                pass
        except StoreRefusedError as refused:
            self._retry_at = time.monotonic() + RETRY_S
            if len(self._held) == 1:
                log.warning("audit entries are held in memory", reason=str(refused))

    def _append(self, what: str, at: float, grant: str, meeting: str, detail: str) -> None:
        last = self._db.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
        seq, previous = last or (0, GENESIS)
        entry = AuditEntry(seq + 1, at, what, grant, meeting, detail, "")
        chained = self._chained(entry, previous)
        row = (entry.seq, at, what, grant, meeting, detail, chained)
        self._db.execute("INSERT INTO audit VALUES (?,?,?,?,?,?,?)", row)
        self._db.execute("INSERT OR REPLACE INTO audit_head VALUES (1, ?)", (self._head(chained),))

    def _prune(self, db: sqlite3.Connection) -> None:
        db.execute(
            "DELETE FROM grants WHERE id IN (SELECT id FROM grants ORDER BY (revoked = 0) DESC, created DESC "
            "LIMIT -1 OFFSET ?)",
            (MOST_GRANTS,),
        )

    def digest(self, token: str) -> bytes:
        return hmac.new(self._secret, token.encode(), hashlib.sha256).digest()

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
    """The inverse of `audit_rows`."""
    return msgspec.msgpack.decode(row, type=AuditEntry)


def _seen(answer: asyncio.Future[Any]) -> None:
    """Who asked may be gone by now: nobody else has to hear of a failure."""
    if not answer.cancelled():
        answer.exception()


def _scopes(grant: Grant) -> str:
    return " ".join(sorted(grant.scopes))


def _grant(row: tuple[str, str, str, str, str, str, float, float, float, float, str], path: str = "") -> Grant:
    known, role, scopes, meeting, origin, name, created, expires, used, revoked, key = row
    return Grant(
        known, Role(role), frozenset(Scope(scope) for scope in scopes.split()), meeting, origin, name, created,
        expires, used, revoked, key, path,
    )  # fmt: skip
