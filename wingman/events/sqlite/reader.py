"""The event log's file read from outside: without its lock, without a thread, without a write.

A running service keeps the file for itself as far as writing goes; SQLite's WAL lets anybody read beside it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from wingman.core.errors import InputError
from wingman.core.events import Envelope
from wingman.events.index import MeetingRow, SearchHit
from wingman.events.sqlite import drivers, schema
from wingman.events.sqlite.drivers import Connection

PAGE = 2000


class StoredMeetings:
    """What a log's file holds. Synchronous: for commands, never for a service's event loop."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def meetings(self, limit: int = 50, before: str = "") -> Sequence[MeetingRow]:
        """Newest first, those created before the meeting `before`."""
        return schema.rows(self._connection, limit, before)

    def meeting(self, meeting: str) -> MeetingRow | None:
        """One meeting's row; None for a meeting never heard of."""
        return schema.row(self._connection, meeting)

    def search(self, words: str, limit: int = 50) -> Sequence[SearchHit]:
        """Places that hold all `words`, best first."""
        return schema.search(self._connection, words, limit)

    def events(self, meeting: str) -> list[Envelope]:
        """Every stored event of a meeting, oldest first."""
        found: list[Envelope] = []
        while page := schema.envelopes(self._connection, meeting, len(found), PAGE):
            found += page
        return found

    def heard(self, meeting: str) -> Sequence[bytes]:
        """The chunks of what the providers said; none in a log of an older version."""
        tables = self._connection.execute("SELECT count(*) FROM sqlite_master WHERE name='heard'").fetchone()
        return schema.heard(self._connection, meeting) if tables[0] else ()


@contextlib.contextmanager
def stored_meetings(path: Path, key: str = "") -> Iterator[StoredMeetings]:
    """Open the log at `path` for reading. Raises `InputError` when it is not there or is not one of ours."""
    if not path.is_file():
        raise InputError(
            f"there is no event log at {path}; set deliver.data_dir, or give the service's --url and --token",
            field="deliver.data_dir",
            status=404,
        )
    try:
        connection = drivers.open_file(path, key, read_only=True)
        with contextlib.closing(connection):
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if not 0 < version <= schema.SCHEMA_VERSION:
                raise InputError(
                    f"the event log {path} is of another version than this Wingman; upgrade", field="log"
                )
            yield StoredMeetings(connection)
    except drivers.DatabaseError as broken:
        raise InputError(
            f"the event log {path} cannot be read ({broken}); check deliver.data_dir, "
            "its permissions and deliver.encryption_key",
            field="deliver.data_dir",
            status=503,
        ) from None
