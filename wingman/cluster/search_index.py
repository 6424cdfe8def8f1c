"""The words of all meetings, to be searched: in memory, so that nothing of them lies on this node's disk.

It is filled from the log when somebody searches for the first time, and follows it from then on.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Sequence

from wingman.core.events import Envelope
from wingman.events.index import SearchHit
from wingman.events.sqlite import schema

PAGE = 5000
"""Events read at a time to be searched."""

Read = Callable[[str, int, int], Awaitable[Sequence[Envelope]]]
"""A meeting's events after a `seq`, at most so many."""


class MeetingSearch:
    """The index of one node, filled when it is first needed."""

    def __init__(self, read: Read, upto: Callable[[str], int]) -> None:
        """`upto` says up to which `seq` a meeting's events can be read."""
        self._read = read
        self._upto = upto
        self._index: WordIndex | None = None
        self._filling = asyncio.Lock()

    @property
    def filled(self) -> bool:
        """Somebody has searched: what is stored from now on has to be told."""
        return self._index is not None

    async def search(self, words: str, limit: int, meetings: Iterable[str]) -> Sequence[SearchHit]:
        """Places in `meetings` that hold all `words`, best first."""
        async with self._filling:
            index = self._index = self._index or WordIndex()
            for meeting in meetings:
                while index.upto(meeting) < self._upto(meeting):
                    page = await self._read(meeting, index.upto(meeting), PAGE)
                    if not page:
                        break
                    index.add(page)
            return index.search(words, limit)

    def follow(self, envelopes: Sequence[Envelope]) -> None:
        """Keep up to date where the index is complete up to these; else the next search fills it."""
        index = self._index
        if index is not None and envelopes and index.upto(envelopes[0].meeting) == envelopes[0].seq - 1:
            index.add(envelopes)

    def forget(self, meeting: str) -> None:
        """A meeting was deleted."""
        if self._index is not None:
            self._index.forget(meeting)

    def close(self) -> None:
        """Let go of the memory."""
        if self._index is not None:
            self._index.close()


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
