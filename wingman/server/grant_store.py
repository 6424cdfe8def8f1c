"""Grants and one-time codes in one small database that all processes of a service share.

`trust.db` holds no credential: a token is kept as its keyed hash (HMAC-SHA256 under the service secret), so a
copy of the file opens nothing. The audit log is in the same file: what was done and that it was done are
written together.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import msgspec

from wingman.server import audit_log
from wingman.server.audit_log import AuditLog
from wingman.server.grants import LIFETIMES, RENEWED, Grant, known_role, known_scopes
from wingman.server.grants_file import GrantsFile, StoreRefusedError

CODE_TRIES = 5
"""Wrong guesses before all open pairing codes are called off: one in 200,000 guesses would succeed."""
LEAP_SECONDS = 60.0
"""A clock that differs by more than this from what it should say was set."""
LONGEST_CODE_S = 300
"""No code is good for longer."""
MOST_GRANTS = 5000
"""Rows kept; the oldest dead ones go first."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS grants (
    id TEXT PRIMARY KEY, digest BLOB NOT NULL UNIQUE, role TEXT NOT NULL, scopes TEXT NOT NULL,
    meeting TEXT NOT NULL, origin TEXT NOT NULL, name TEXT NOT NULL, created REAL NOT NULL,
    expires REAL NOT NULL, used REAL NOT NULL, revoked REAL NOT NULL, key TEXT NOT NULL,
    path BLOB NOT NULL, parent TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS codes (
    digest BLOB PRIMARY KEY, purpose TEXT NOT NULL, expires REAL NOT NULL, tries INTEGER NOT NULL) STRICT;
"""
_USED, _REVOKED, _GRANT_COLUMNS = 9, 10, 14
"""Columns of a grant's row, and how many there are: a newer version's rows may have more behind them."""
_COLUMNS = "id, role, scopes, meeting, origin, name, created, expires, used, revoked, key"


class GrantStore(GrantsFile):
    """Calls may come from any thread, and wait for the disk. On an event loop: `ask`, `later`, `audit.note`."""

    def __init__(self, path: Path | None, secret: bytes, key: str = "") -> None:
        """See `GrantsFile`; tokens are hashed, and the audit log is chained, under `secret`."""
        super().__init__(path, key, _SCHEMA + audit_log.SCHEMA)
        self._secret = secret
        self.audit = AuditLog(self, secret)

    def settle(self) -> None:
        """Store what the audit log holds."""
        self.audit.settle()

    # --- grants ---------------------------------------------------------------------------------

    def add(self, grant: Grant, *, parent: str = "") -> tuple[Grant, str]:
        """Write a grant down and return it with its id, and its token. The token cannot be had again."""
        grant = replace(grant, id=grant.id or secrets.token_hex(4))
        token = f"wm_{grant.id}_{secrets.token_urlsafe(24)}"
        with self.writing() as db:
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
        query = f"SELECT {_COLUMNS}, path FROM grants WHERE digest = ?"
        row = self.row_of(query, (self.digest(token),))
        if row is None:
            return None
        wanted = self.digest(path) if path else b""
        return _grant(row[:-1], path) if hmac.compare_digest(row[-1], wanted) else None

    def all(self) -> list[Grant]:
        """Every grant, the newest first."""
        rows = self.rows_of(f"SELECT {_COLUMNS} FROM grants ORDER BY created DESC, id")
        return [_grant(row) for row in rows]

    def revoke(self, grant: str, now: float) -> list[str]:
        """End a grant and all that were made from it. Returns their ids; empty when it was unknown or over."""
        with self.writing() as db:
            rows = db.execute(
                "WITH RECURSIVE made(id) AS "
                "(SELECT ?1 UNION SELECT g.id FROM grants g JOIN made ON g.parent = made.id) "
                "UPDATE grants SET revoked = ?2 WHERE revoked = 0 AND id IN (SELECT id FROM made) RETURNING id",
                (grant, now),
            ).fetchall()
        return [row[0] for row in rows]

    def expire(self, grant: str, now: float) -> None:
        """A grant is over by time, and for good. What was made from it has an end of its own."""
        with self.writing() as db:
            db.execute("UPDATE grants SET revoked = ? WHERE id = ? AND revoked = 0", (now, grant))

    def shorten(self, meeting: str, expires: float) -> None:
        """Grants for `meeting` end at `expires` unless they end before."""
        with self.writing() as db:
            db.execute("UPDATE grants SET expires = min(expires, ?) WHERE meeting = ?", (expires, meeting))

    def renew(self, grant: str, used: float, expires: float) -> float:
        """Note a use and return when it ends now: at `expires`, a session no later than what it was made from.

        A use never brings an end nearer. Where the disk refuses, the next use is noted.
        """
        with contextlib.suppress(StoreRefusedError), self.writing() as db:
            rows = db.execute(
                "UPDATE grants SET used = ?1, expires = max(expires, min(?2, coalesce("
                "(SELECT made.expires FROM grants made "
                "WHERE grants.path <> x'' AND made.id = grants.parent AND made.expires > 0), ?2))) "
                "WHERE id = ?3 RETURNING expires",
                (used, expires, grant),
            ).fetchall()
            expires = rows[0][0] if rows else expires
        return expires

    def prolong(self, ends: Mapping[str, float], by: float) -> list[str]:
        """The clock was set forward by so many seconds: these grants end as much later. Returns those that did.

        Only where a grant still ends when it is said to: another process may have done it already.
        """
        with self.writing() as db:
            moved = [
                db.execute(
                    "UPDATE grants SET expires = expires + ? WHERE id = ? AND expires = ? RETURNING id",
                    (by, grant, end),
                ).fetchall()
                for grant, end in ends.items()
                if end
            ]
        return [row[0] for rows in moved for row in rows]

    def set_back(self, now: float, by: float, moved: Mapping[str, float]) -> None:
        """The clock was set back by so many seconds: nothing lives longer for what was dated ahead of it.

        `moved`: by how much which of them were prolonged and end earlier again. The rest, done twice, changes
        no more than done once: other processes of the service do it, too.
        """
        with self.writing() as db:
            db.executemany(
                "UPDATE grants SET expires = expires - ? WHERE expires > 0 AND id = ?",
                [(less, grant) for grant, less in moved.items()],
            )
            db.execute(
                "UPDATE grants SET created = created - ?1, expires = expires - ?1 "
                "WHERE expires > 0 AND created > ?2",
                (by, now + LEAP_SECONDS),
            )
            db.executemany(
                "UPDATE grants SET expires = min(expires, ?) WHERE expires > 0 AND role = ? AND used > ? "
                "AND (path <> x'' OR origin <> '')",  # what `renewed` moves
                [(now + LIFETIMES[role], role, now + LEAP_SECONDS) for role in RENEWED],
            )
            db.execute("DELETE FROM codes WHERE expires > ?", (now + LONGEST_CODE_S,))

    def ends_of(self, ids: list[str]) -> dict[str, float]:
        """When those of these end that are not revoked; 0 for never."""
        marks = ",".join("?" * len(ids))
        query = f"SELECT id, expires FROM grants WHERE id IN ({marks}) AND revoked = 0"
        return dict(self.rows_of(query, tuple(ids)))

    # --- one-time codes -------------------------------------------------------------------------

    def put_code(self, code: str, purpose: str, expires: float, *, alone: bool = False) -> None:
        """Let `code` be redeemed once until `expires`; `alone` calls off the earlier ones of this purpose."""
        with self.writing() as db:
            if alone:
                db.execute("DELETE FROM codes WHERE purpose = ?", (purpose,))
            db.execute("INSERT OR REPLACE INTO codes VALUES (?,?,?,0)", (self.digest(code), purpose, expires))

    def take_code(self, code: str, purpose: str, now: float) -> bool:
        """Redeem a code. A wrong one counts against all that are open."""
        with self.writing() as db:
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
        query = "SELECT count(*) FROM codes WHERE purpose = ? AND expires > ?"
        return int(self.row_of(query, (purpose, now))[0])

    # --- on every node --------------------------------------------------------------------------

    def rows(self) -> dict[str, bytes]:
        """Grants (`grant.<id>`) and open codes (`code.<digest>`), for the other nodes of a service."""
        grants, codes = self.rows_of("SELECT * FROM grants"), self.rows_of("SELECT * FROM codes")
        found = {f"grant.{row[0]}": msgspec.msgpack.encode(row) for row in grants}
        return found | {f"code.{row[0].hex()}": msgspec.msgpack.encode(row) for row in codes}

    def merge(self, name: str, row: bytes) -> bytes:
        """Take in another node's row and return what holds: what is revoked stays so, a used code is gone."""
        kind, _, key = name.partition(".")
        if kind == "code":
            return self._merge_code(bytes.fromhex(key), row)
        if kind != "grant" or not row:
            return row
        whole = list(msgspec.msgpack.decode(row))
        theirs, newer = whole[:_GRANT_COLUMNS], whole[_GRANT_COLUMNS:]
        with self.writing(told=False) as db:
            ours = db.execute("SELECT * FROM grants WHERE id = ?", (key,)).fetchone()
            if ours is not None:
                later = theirs if theirs[_USED] >= ours[_USED] else list(ours)
                revoked = [at for at in (ours[_REVOKED], theirs[_REVOKED]) if at]
                theirs = [*later]
                theirs[_REVOKED] = min(revoked, default=0.0)
            db.execute(f"INSERT OR REPLACE INTO grants VALUES ({','.join('?' * len(theirs))})", theirs)
        return msgspec.msgpack.encode([*theirs, *newer])

    def _merge_code(self, digest: bytes, row: bytes) -> bytes:
        with self.writing(told=False) as db:
            if not row:
                db.execute("DELETE FROM codes WHERE digest = ?", (digest,))
                return row
            theirs = list(msgspec.msgpack.decode(row))
            ours = db.execute("SELECT * FROM codes WHERE digest = ?", (digest,)).fetchone()
            theirs[3] = max(theirs[3], ours[3] if ours else 0)
            db.execute("INSERT OR REPLACE INTO codes VALUES (?,?,?,?)", theirs[:4])
        return msgspec.msgpack.encode(theirs)

    def ends(self, name: str) -> float:
        """Wall time after which a row is of no use any more; 0 for never."""
        kind, _, key = name.partition(".")
        if kind == "grant":
            row = self.row_of("SELECT expires FROM grants WHERE id = ?", (key,))
        else:
            row = self.row_of("SELECT expires FROM codes WHERE digest = ?", (bytes.fromhex(key),))
        return float(row[0]) if row is not None else 0.0

    # --- inside ---------------------------------------------------------------------------------

    def _prune(self, db: sqlite3.Connection) -> None:
        db.execute(
            "DELETE FROM grants WHERE id IN (SELECT id FROM grants ORDER BY (revoked = 0) DESC, created DESC "
            "LIMIT -1 OFFSET ?)",
            (MOST_GRANTS,),
        )

    def digest(self, token: str) -> bytes:
        """What is stored of a token."""
        return hmac.new(self._secret, token.encode(), hashlib.sha256).digest()


def _scopes(grant: Grant) -> str:
    return " ".join(sorted(grant.scopes))


def _grant(row: tuple[str, str, str, str, str, str, float, float, float, float, str], path: str = "") -> Grant:
    known, role, scopes, meeting, origin, name, created, expires, used, revoked, key = row
    return Grant(
        id=known,
        role=known_role(role),
        scopes=known_scopes(scopes.split()),
        meeting=meeting,
        origin=origin,
        name=name,
        created=created,
        expires=expires,
        used=used,
        revoked=revoked,
        key=key,
        path=path,
    )
