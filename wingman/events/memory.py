"""The event log in memory: for tests, for replays, and for meetings that must leave no trace on disk."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from wingman.core import codec
from wingman.core.events import Envelope, Event, Media
from wingman.events.index import MeetingRow, SearchHit
from wingman.events.log import Committed
from wingman.events.projection import TELLING, advance, first_row, searchable


class MemoryLog:
    """An `EventLog` and `MeetingIndex` that forgets with the process. `append` commits a loop turn later."""

    def __init__(self) -> None:
        self._events: dict[str, list[Envelope]] = {}
        self._rows: dict[str, MeetingRow] = {}
        self._pending: list[Envelope] = []
        self._gone: set[str] = set()
        self._callback: Committed | None = None

    def append(self, meeting: str, payload: Event, media: Media | None = None, *, at: float) -> Envelope:
        if meeting in self._gone:
            return codec.envelope(1, meeting, at, payload, media)
        events = self._events.setdefault(meeting, [])
        envelope = codec.envelope(len(events) + 1, meeting, at, payload, media)
        events.append(envelope)
        if len(events) == 1 or isinstance(payload, TELLING):
            self._rows[meeting] = advance(self._rows.get(meeting) or first_row(envelope), envelope)
        self._pending.append(envelope)
        if len(self._pending) == 1:
            asyncio.get_running_loop().call_soon(self._commit)
        return envelope

    def on_committed(self, callback: Committed) -> None:
        self._callback = callback

    async def read(self, meeting: str, after: int = 0, limit: int = 1000) -> Sequence[Envelope]:
        return self._events.get(meeting, [])[max(0, after) :][:limit]

    async def last_seq(self, meeting: str) -> int:
        return len(self._events.get(meeting, ()))

    async def flush(self) -> None:
        self._commit()

    async def meetings(self, limit: int = 50, before: str = "") -> Sequence[MeetingRow]:
        newest_first = list(reversed(self._rows))
        if before in self._rows:
            newest_first = newest_first[newest_first.index(before) + 1 :]
        return [self._row(meeting) for meeting in newest_first[:limit]]

    async def meeting(self, meeting: str) -> MeetingRow | None:
        return self._row(meeting) if meeting in self._rows else None

    def _row(self, meeting: str) -> MeetingRow:
        return advance(self._rows[meeting], self._events[meeting][-1])

    async def search(self, words: str, limit: int = 50) -> Sequence[SearchHit]:
        wanted = words.lower().split()
        hits = []
        for meeting, events in self._events.items():
            for event in events:
                found = searchable(event)
                if wanted and found and all(word in found.text.lower() for word in wanted):
                    title = self._rows[meeting].title
                    where = (event.seq, event.type, found.channel, found.start)
                    hits.append(SearchHit(meeting, title, *where, found.text))
        return hits[:limit]

    async def delete(self, meeting: str) -> bool:
        self._rows.pop(meeting, None)
        found = self._events.pop(meeting, None) is not None
        if found:
            self._gone.add(meeting)
        return found

    async def aclose(self) -> None:
        self._commit()

    def _commit(self) -> None:
        batch, self._pending = self._pending, []
        if batch and self._callback is not None:
            self._callback(batch)
