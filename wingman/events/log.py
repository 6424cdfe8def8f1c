"""The event log seam. `wingman.events.sqlite.log` is the embedded one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from wingman.core.events import Envelope, Event, Media

Committed = Callable[[Sequence[Envelope]], None]
"""Called on the event loop with envelopes, in order, once they are durable."""


class EventLog(Protocol):
    """Append-only, per meeting, gapless from 1. What `on_committed` was told survives a kill -9."""

    def append(self, meeting: str, payload: Event, media: Media | None = None, *, at: float) -> Envelope:
        """Give `payload` its `seq` and queue it for the next commit. Never blocks, never raises."""
        ...

    def on_committed(self, callback: Committed) -> None:
        """Register the one consumer of committed envelopes (the hub)."""
        ...

    async def read(self, meeting: str, after: int = 0, limit: int = 1000) -> Sequence[Envelope]:
        """Committed envelopes with `seq > after`, in order."""
        ...

    async def last_seq(self, meeting: str) -> int:
        """The newest committed `seq`; 0 for a meeting never heard of."""
        ...

    async def flush(self) -> None:
        """Wait until everything appended so far is committed."""
        ...

    async def aclose(self) -> None:
        """Flush, then release every file and thread."""
        ...


@runtime_checkable
class RefusableLog(Protocol):
    """A log whose disk or servers may refuse what it is given."""

    @property
    def fault(self) -> str:
        """Why events are only held in memory just now; empty while they are stored."""
        ...


@runtime_checkable
class EpochLog(Protocol):
    """A log that several processes write, one after the other. One that is cut off goes on in memory, and what
    it told its clients then may never be stored.
    """

    def epoch(self, meeting: str) -> int:
        """Counts the processes that have written a meeting; 0 for one never heard of."""
        ...

    async def holds(self, meeting: str, seq: int, epoch: int) -> bool:
        """Is the event `seq` here that the process of this epoch told?"""
        ...
