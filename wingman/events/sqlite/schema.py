"""The log's database file: its schema and every statement that touches it. Synchronous; no threads here."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from wingman.core import codec
from wingman.core.errors import InputError
from wingman.core.events import Envelope
from wingman.core.time import Channel
from wingman.events.index import MeetingRow, SearchHit
from wingman.events.projection import advance, first_row, searchable
from wingman.events.sqlite import drivers
from wingman.events.sqlite.drivers import Connection

SCHEMA_VERSION = 4
CHECKED_BYTES = 256 * 1024 * 1024
"""Files up to this size are verified page by page when they are opened (well under a second)."""

SCHEMA = """
CREATE TABLE meetings(
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL, state TEXT NOT NULL,
    started_at REAL NOT NULL, last_at REAL NOT NULL, seconds REAL NOT NULL,
    playbook TEXT NOT NULL, emotion_policy TEXT NOT NULL,
    last INTEGER NOT NULL
);
CREATE TABLE events(
    meeting INTEGER NOT NULL, seq INTEGER NOT NULL, line BLOB NOT NULL,
    PRIMARY KEY(meeting, seq)
) WITHOUT ROWID;
CREATE TABLE words(
    number INTEGER PRIMARY KEY,
    meeting INTEGER NOT NULL, seq INTEGER NOT NULL, type TEXT NOT NULL,
    channel TEXT NOT NULL, start REAL NOT NULL, text TEXT NOT NULL
);
CREATE INDEX words_of_meeting ON words(meeting);
CREATE VIRTUAL TABLE search USING fts5(text, content='words', content_rowid='number');
"""

HEARD = """
CREATE TABLE heard(number INTEGER PRIMARY KEY, meeting INTEGER NOT NULL, chunk BLOB NOT NULL);
CREATE INDEX heard_of_meeting ON heard(meeting);
"""
"""Since version 2: what the providers said, for replays."""

TAGS = """
ALTER TABLE meetings ADD COLUMN tags TEXT NOT NULL DEFAULT '';
"""
"""Since version 3: a meeting's tags, one a line."""

REACHED = """
CREATE TABLE IF NOT EXISTS reached(
    meeting INTEGER NOT NULL, channel TEXT NOT NULL, seconds REAL NOT NULL,
    PRIMARY KEY(meeting, channel)
) WITHOUT ROWID;
"""
"""Since version 4: how far a running meeting has come, for a start after a kill."""

STEPS = (SCHEMA, HEARD, TAGS, REACHED)
"""What makes version n of version n - 1."""

ROW = "id, title, state, started_at, last_at, seconds, playbook, emotion_policy, last, tags"

Entry = tuple[Envelope, bytes]
"""An envelope and its encoded line."""


def connect(path: Path, *, fsync: bool, key: str = "") -> Connection:
    """Open (or create) the log at `path`, encrypted when there is a `key`.

    Raises `InputError` with a sentence and a way out.
    """
    existed = path.exists()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        connection = drivers.open_file(path, key)
    except drivers.Unusable as failed:
        raise unusable(path, failed) from None
    try:
        _prepare(connection, path, fsync=fsync, existed=existed)
    except drivers.OperationalError as failed:
        connection.close()
        raise unusable(path, failed) from None
    except drivers.DatabaseError as broken:
        connection.close()
        raise _damaged(path, str(broken), key) from None
    except InputError:
        connection.close()
        raise
    return connection


def connect_reader(path: Path, key: str = "") -> Connection:
    """A second connection for queries; it cannot write."""
    connection = drivers.open_file(path, key)
    connection.execute("PRAGMA query_only=ON")
    return connection


def connect_checkpointer(path: Path, key: str = "") -> Connection:
    """A third one, which only ever moves the WAL into the file."""
    return drivers.open_file(path, key)


def _prepare(connection: Connection, path: Path, *, fsync: bool, existed: bool) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"PRAGMA synchronous={'FULL' if fsync else 'NORMAL'}")
    connection.execute("PRAGMA secure_delete=ON")  # a deleted meeting's pages are overwritten, not just freed
    connection.execute("PRAGMA wal_autocheckpoint=0")  # its disk flush would delay commits; see SqliteLog
    connection.execute("PRAGMA temp_store=MEMORY")  # nothing said may leak into a temporary file
    if existed and path.stat().st_size <= CHECKED_BYTES:
        verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise _damaged(path, verdict, "")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise InputError(
            f"the event log {path} was written by a newer Wingman; upgrade, or set deliver.data_dir elsewhere",
            field="deliver.data_dir",
        )
    if version < SCHEMA_VERSION:
        made = "".join(STEPS[version:])
        connection.executescript(f"BEGIN IMMEDIATE;{made}PRAGMA user_version={SCHEMA_VERSION};COMMIT;")
    # proves that the file can be written, which a read-only mount or file would only reveal later
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
    connection.execute("COMMIT")
    path.chmod(0o600)


def unusable(path: Path, failed: Exception) -> InputError:
    """The sentence for a log that cannot be created, opened or written."""
    return InputError(
        f"cannot write the event log {path}: {failed}; free some space, mend its permissions, "
        "or set deliver.data_dir to a directory you own",
        field="deliver.data_dir",
        status=503,
    )


def _damaged(path: Path, reason: str, key: str) -> InputError:
    reason = reason.splitlines()[0]
    if "not a database" in reason and key:
        return InputError(
            f"the event log {path} does not open with deliver.encryption_key: give the key it was made with "
            "(a log that was made without a key stays without one), or set deliver.data_dir to an empty folder",
            field="deliver.encryption_key",
            status=503,
        )
    hint = " (or encrypted: set deliver.encryption_key)" if "not a database" in reason else ""
    return InputError(
        f"the event log {path} is damaged ({reason}){hint}; move the file aside to start afresh, "
        f"and salvage what it holds with: sqlite3 {path.name} .recover",
        field="deliver.data_dir",
        status=503,
    )


def write(connection: Connection, entries: Sequence[Entry], *, lines: bool = True) -> None:
    """Append all entries in one transaction, or none (then the sqlite3 error is raised).

    Without `lines` only what can be listed and searched is kept.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        rows: dict[str, tuple[int, MeetingRow]] = {}
        for envelope, line in entries:
            number, row = rows.get(envelope.meeting) or _row_of(connection, envelope)
            rows[envelope.meeting] = number, advance(row, envelope)
            if lines:
                connection.execute("INSERT INTO events VALUES(?,?,?)", (number, envelope.seq, line))
            _index(connection, number, envelope)
        for number, row in rows.values():
            connection.execute(
                "UPDATE meetings SET title=?, state=?, last_at=?, seconds=?, playbook=?,"
                " emotion_policy=?, last=?, tags=? WHERE number=?",
                (
                    row.title,
                    row.state,
                    row.last_at,
                    row.seconds,
                    row.playbook,
                    row.emotion_policy,
                    row.last,
                    "\n".join(row.tags),
                    number,
                ),
            )
        connection.execute("COMMIT")
    except drivers.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _row_of(connection: Connection, envelope: Envelope) -> tuple[int, MeetingRow]:
    found = connection.execute(f"SELECT number, {ROW} FROM meetings WHERE id=?", (envelope.meeting,)).fetchone()
    if found:
        return found[0], _row(found[1:])
    row = first_row(envelope)
    (number,) = connection.execute(
        f"INSERT INTO meetings({ROW}) VALUES(?,?,?,?,?,?,?,?,?,?) RETURNING number",
        (
            row.id,
            row.title,
            row.state,
            row.started_at,
            row.last_at,
            row.seconds,
            row.playbook,
            row.emotion_policy,
            row.last,
            "\n".join(row.tags),
        ),
    ).fetchone()
    return number, row


def _index(connection: Connection, number: int, envelope: Envelope) -> None:
    found = searchable(envelope)
    if found is None:
        return
    row = connection.execute(
        "INSERT INTO words(meeting, seq, type, channel, start, text) VALUES(?,?,?,?,?,?)",
        (number, envelope.seq, envelope.type, found.channel, found.start, found.text),
    ).lastrowid
    connection.execute("INSERT INTO search(rowid, text) VALUES(?,?)", (row, found.text))


def keep_heard(connection: Connection, meeting: str, chunk: bytes) -> None:
    """Store one chunk of what the providers said; nothing where the log has no such meeting (any more)."""
    connection.execute(
        "INSERT INTO heard(meeting, chunk) SELECT number, ? FROM meetings WHERE id=?",
        (zlib.compress(chunk, 1), meeting),
    )


def heard(connection: Connection, meeting: str) -> list[bytes]:
    """The stored chunks, oldest first."""
    found = connection.execute(
        "SELECT chunk FROM heard WHERE meeting=(SELECT number FROM meetings WHERE id=?) ORDER BY number",
        (meeting,),
    )
    return [zlib.decompress(chunk) for (chunk,) in found]


def keep_reached(connection: Connection, rows: Mapping[str, Mapping[Channel, float]]) -> None:
    """Write down how far meetings have come on each channel; nothing of those the log does not have."""
    found = [(meeting, *row) for meeting, reached in rows.items() for row in reached.items()]
    for meeting, channel, seconds in found:
        connection.execute(
            "INSERT INTO reached SELECT number, ?, ? FROM meetings WHERE id=? AND state!='ended'"
            " ON CONFLICT DO UPDATE SET seconds=excluded.seconds",
            (channel.value, seconds, meeting),
        )


def reached(connection: Connection, meeting: str) -> dict[Channel, float]:
    """What was written down last."""
    found = connection.execute(
        "SELECT channel, seconds FROM reached WHERE meeting=(SELECT number FROM meetings WHERE id=?)",
        (meeting,),
    )
    return {Channel(channel): seconds for channel, seconds in found}


def heads(connection: Connection) -> dict[str, int]:
    """Every meeting's newest `seq`."""
    return dict(connection.execute("SELECT id, last FROM meetings"))


def envelopes(connection: Connection, meeting: str, after: int, limit: int) -> list[Envelope]:
    """Envelopes with `seq > after`, in order; see `codec.decode_stored` for damaged ones."""
    found = connection.execute(
        "SELECT seq, line FROM events WHERE meeting=(SELECT number FROM meetings WHERE id=?) AND seq>?"
        " ORDER BY seq LIMIT ?",
        (meeting, after, limit),
    )
    return [codec.decode_stored(meeting, seq, line) for seq, line in found]


def _columns(connection: Connection) -> str:
    """The columns of a row; a log that only an older version has written yet knows no tags."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    return ROW if version >= 3 else ROW.replace(", tags", ", '' AS tags")


def rows(connection: Connection, limit: int, before: str) -> list[MeetingRow]:
    """Meetings, newest first."""
    found = connection.execute(
        f"SELECT {_columns(connection)} FROM meetings"
        " WHERE number < coalesce((SELECT number FROM meetings WHERE id=?), 9223372036854775807)"
        " ORDER BY number DESC LIMIT ?",
        (before, limit),
    )
    return [_row(row) for row in found]


def row(connection: Connection, meeting: str) -> MeetingRow | None:
    """One meeting's row; None for a meeting never heard of."""
    found = connection.execute(f"SELECT {_columns(connection)} FROM meetings WHERE id=?", (meeting,)).fetchone()
    return _row(found) if found else None


def _row(columns: Sequence[Any]) -> MeetingRow:
    *facts, tags = columns
    # the columns stand in the order of the fields, the tags last
    return replace(MeetingRow(*facts), tags=tuple(tags.split("\n")) if tags else ())


def search(connection: Connection, words: str, limit: int) -> list[SearchHit]:
    """Places that hold all the words, best first."""
    query = match_expression(words)
    if not query:
        return []
    order = "rank, search.rowid DESC" if len(words.strip()) > 1 else "search.rowid DESC"
    found = connection.execute(
        "SELECT m.id, m.title, w.seq, w.type, w.channel, w.start,"
        " snippet(search, 0, '[', ']', '…', 16)"
        " FROM search JOIN words w ON w.number=search.rowid JOIN meetings m ON m.number=w.meeting"
        f" WHERE search MATCH ? ORDER BY {order} LIMIT ?",
        (query, limit),
    )
    return [SearchHit(*hit) for hit in found]


def match_expression(words: str) -> str:
    """What a user typed as an FTS5 expression: every word must occur, the last one may be a beginning."""
    terms = [f'"{word}"' for word in words.replace('"', " ").replace("\0", " ").split()]
    if not terms:
        return ""
    # a lone letter begins a tenth of all words: ranking those would take seconds and help nobody
    return " ".join(terms) + ("" if len(words.strip()) == 1 else "*")


def delete(connection: Connection, meeting: str) -> bool:
    """Remove a meeting's rows and indexes and overwrite the pages and the WAL that held them."""
    found = connection.execute("SELECT number FROM meetings WHERE id=?", (meeting,)).fetchone()
    if found is None:
        return False
    number = found[0]
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(
            "INSERT INTO search(search, rowid, text) SELECT 'delete', number, text FROM words WHERE meeting=?",
            (number,),
        )
        connection.execute("DELETE FROM words WHERE meeting=?", (number,))
        connection.execute("DELETE FROM events WHERE meeting=?", (number,))
        connection.execute("DELETE FROM heard WHERE meeting=?", (number,))
        connection.execute("DELETE FROM reached WHERE meeting=?", (number,))
        connection.execute("DELETE FROM meetings WHERE number=?", (number,))
        # the index marks deletions; only a merge of all its segments drops the deleted words themselves
        connection.execute("INSERT INTO search(search) VALUES('optimize')")
        connection.execute("COMMIT")
    except drivers.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    checkpoint(connection)
    return True


def checkpoint_beside(connection: Connection) -> None:
    """Move what can be moved from the WAL into the file, without holding up the writer."""
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()


def checkpoint(connection: Connection) -> None:
    """Move the WAL into the file and cut it to nothing."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
