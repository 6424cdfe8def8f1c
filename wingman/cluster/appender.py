"""Appends to one meeting's log, fenced: claims the meeting for this node, and stores what gathers.

Every record is guarded by the number of the record before it, so the server takes it only where nobody else has
written since. An appender uses no number but those of records it wrote itself: after another node's claim all
its guards are old, and nothing of it is taken any more. No clock and no lease is part of that.

One record is in flight at a time, holding all that came meanwhile: three servers refuse a second guarded one.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace

from wingman.cluster.jetstream import JetStream, StaleError, UnavailableError, UnknownError
from wingman.cluster.keys import GoneError, KeyRing
from wingman.cluster.record import HEAD, Body, Head, Mark, pack, unpack
from wingman.core.events import Envelope
from wingman.events.projection import after, first_row
from wingman.observe import metrics

RECORD_BYTES = 256 * 1024
"""Longest record; servers refuse messages of more than a megabyte."""
AGAIN_S, MOST_AGAIN_S, SLOWER = 0.07, 0.7, 1.5
"""Until a record that was not taken is sent again, longer each time: an election is over in seconds, a full
disk is not, and a node has hundreds of meetings."""

_numbers = itertools.count(1)

Line = tuple[Envelope, bytes]
"""An event and its encoded line."""


class LostError(Exception):
    """Somebody else owns the meeting."""

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self.owner = owner


class ElsewhereError(LostError):
    """It runs on another node, which is there: only that one may add to it."""


@dataclass(frozen=True, slots=True)
class LogPosition:
    """Where one meeting lives."""

    meeting: str
    stream: str
    subject: str
    node: str
    """This node, in this life of it."""


@dataclass(frozen=True, slots=True)
class Tip:
    """The newest record of a meeting."""

    seq: int
    """Its number in the stream; 0 when there is none."""
    head: Head
    body: Body
    """Of nothing, when there is no record."""


@dataclass(slots=True)
class Pending:
    """What waits to be stored."""

    lines: list[Line]
    heard: list[tuple[bytes, Future[None]]]
    plan: bytes | None = None
    released: bool = False

    @property
    def empty(self) -> bool:
        return not self.lines and not self.heard and self.plan is None and not self.released

    @property
    def size(self) -> int:
        """Bytes of its events."""
        return sum(len(line) for _, line in self.lines)

    def put_back(self, taken: Pending) -> None:
        """What was taken was not stored."""
        self.lines, self.heard = taken.lines + self.lines, taken.heard + self.heard
        self.plan = taken.plan if self.plan is None else self.plan
        self.released = self.released or taken.released

    def take(self, *, more: bool = False) -> Pending:
        """As much as fits into one record, taken away. `more`: it is not the last of the meeting."""
        size, lines, heard = 0, 0, 0
        for _, line in self.lines:
            size += len(line)
            if lines and size > RECORD_BYTES:
                break
            lines += 1
        for chunk, _ in self.heard if lines == len(self.lines) else ():
            size += len(chunk)
            if (lines or heard) and size > RECORD_BYTES:
                break
            heard += 1
        taken = Pending(self.lines[:lines], self.heard[:heard], self.plan)
        self.lines, self.heard, self.plan = self.lines[lines:], self.heard[heard:], None
        if not self.lines and not self.heard and not more:  # nothing may follow it
            taken.released, self.released = self.released, False
        return taken


class FencedAppender:
    """Use `claim` to become the owner, then `store`. One call at a time."""

    def __init__(self, place: LogPosition, jetstream: JetStream, keys: KeyRing) -> None:
        self.place = place
        self.mark: Callable[[], Mark] | None = None
        """How far the meeting has come; set by whoever runs it, and left as it was by whoever adds to it."""
        self._jetstream = jetstream
        self._keys = keys
        self._key = b""
        self._tip: Tip | None = None
        """The record this appender wrote last; None before its claim."""

    @property
    def owned(self) -> bool:
        """It has claimed the meeting, and knows of nobody who has since."""
        return self._tip is not None

    @property
    def epoch(self) -> int:
        """Which of the meeting's owners this is; 0 before the claim."""
        return self._tip.head.epoch if self._tip else 0

    @property
    def tip(self) -> Tip | None:
        """The record it wrote last; None before its claim."""
        return self._tip

    async def look(self) -> Tip:
        """The newest record, as the leader has it. Waits until somebody answers. Raises `GoneError`."""
        pauses = _pauses()
        while True:
            try:
                key = await self._keys.get(self.place.meeting)
                found = await self._jetstream.newest(self.place.stream, self.place.subject)
            except (UnavailableError, UnknownError):
                await asyncio.sleep(next(pauses))
                continue
            if found is None or key is None:
                return Tip(0, Head(0, "", 1, 0, 0), Body(first_row(_nothing(self.place.meeting)), 0))
            head = Head.of(found.headers)
            return Tip(found.seq, head, unpack(key, self.place.meeting, head, found.body))

    async def claim(self, at: Tip, plan: bytes, born: int) -> None:
        """Own the meeting from the record `at` on; `born` is for a new one.

        Raises `LostError` when somebody was faster, `GoneError` when it was deleted.
        """
        self._key = await self._made()
        head = Head(at.head.epoch + 1, self.place.node, at.head.last + 1, 0, next(_numbers))
        claim = Body(at.body.row, at.body.born or born, plan=plan, mark=at.body.mark)
        self._tip = await self._put(at.seq, head, claim)

    async def store(self, pending: Pending) -> None:
        """Store one record. Returns when the servers have it; raises `LostError` or `GoneError`."""
        tip = self._tip
        if tip is None:
            raise LostError("")
        row, told = tip.body.row, [envelope for envelope, _ in pending.lines]
        if told:
            row = after(row if row.last else first_row(told[0]), told)
        head = Head(tip.head.epoch, self.place.node, tip.head.last + 1, len(pending.lines), next(_numbers))
        body = Body(
            row,
            tip.body.born,
            tuple(line for _, line in pending.lines),
            tuple(chunk for chunk, _ in pending.heard),
            pending.plan or b"",
            self.mark() if self.mark else tip.body.mark,
            released=pending.released or tip.body.released,
        )
        try:
            with metrics.COMMIT_SECONDS.time():
                self._tip = await self._put(tip.seq, head, body)
        except (LostError, GoneError):
            self._tip = None
            raise

    async def _put(self, guard: int, head: Head, body: Body) -> Tip:
        """Send one record until it is known to be stored, or that it never can be."""
        sealed = pack(self._key, self.place.meeting, head, body)
        pauses = _pauses()
        while True:
            try:
                seq = await self._jetstream.publish(
                    self.place.subject, sealed, headers={HEAD: head.text}, expect=guard
                )
                return Tip(seq, head, body)
            except UnavailableError:
                await asyncio.sleep(next(pauses))
            except (StaleError, UnknownError):
                tip = await self.look()
                if tip.head.node == head.node and tip.head.number == head.number:
                    return Tip(tip.seq, head, body)  # it was stored, and the answer was lost
                if tip.seq != guard:
                    raise LostError(tip.head.node) from None
                await asyncio.sleep(next(pauses))  # not stored so far: the same record may be sent again

    async def _made(self) -> bytes:
        pauses = _pauses()
        while True:
            try:
                return await self._keys.make(self.place.meeting)
            except (UnavailableError, UnknownError):
                await asyncio.sleep(next(pauses))


def _pauses() -> Iterator[float]:
    pause = AGAIN_S
    while True:
        yield pause
        pause = min(SLOWER * pause, MOST_AGAIN_S)


def _nothing(meeting: str) -> Envelope:
    """What a meeting's row begins with before there is an event."""
    return Envelope(0, 0, "", meeting, 0.0, {})


def numbered(lines: Sequence[Line], first: int, encode: Callable[[Envelope], bytes]) -> list[Line]:
    """The same events with other numbers: somebody else has appended meanwhile."""
    renumbered = [replace(envelope, seq=first + n) for n, (envelope, _) in enumerate(lines)]
    return [(envelope, encode(envelope)) for envelope in renumbered]
