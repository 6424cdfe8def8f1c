"""The words of all meetings, to be searched: in memory, so that nothing of them lies on this node's disk.

It is filled from the log when somebody searches for the first time, and follows it from then on.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from wingman.core.events import Envelope
from wingman.events.index import SearchHit
from wingman.events.sqlite import schema


class WordIndex:
    """The search half of the embedded log's schema, without its events. Synchronous."""

    def __init__(self) -> None:
        self._database = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._database.executescript("".join(schema.STEPS))
        self._database.execute(f"PRAGMA user_version={schema.SCHEMA_VERSION}")
        self._upto: dict[str, int] = {}

    def upto(self, meeting: str) -> int:
        """The newest `seq` of a meeting that can be found."""
        return self._upto.get(meeting, 0)

    def add(self, envelopes: Sequence[Envelope]) -> None:
        """Events in the order of each meeting; those that are known are left out."""
        fresh = [(envelope, b"") for envelope in envelopes if envelope.seq > self.upto(envelope.meeting)]
        if fresh:
            schema.write(self._database, fresh, lines=False)
            self._upto |= {envelope.meeting: envelope.seq for envelope, _ in fresh}

    def search(self, words: str, limit: int) -> Sequence[SearchHit]:
        """Places that hold all `words`, best first."""
        return schema.search(self._database, words, limit)

    def forget(self, meeting: str) -> None:
        """A meeting was deleted."""
        self._upto.pop(meeting, None)
        schema.delete(self._database, meeting)

    def close(self) -> None:
        """Let go of the memory."""
        self._database.close()
