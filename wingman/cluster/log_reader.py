"""The reading side of the cluster's log: what this node knows of every meeting, and a meeting's records.

What is stored anywhere is heard at once (the streams send each record once more, as it is stored); each record
names the one before it, so a gap shows and is read. After an interruption everything is compared anew.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field

import structlog
from nats.aio.msg import Msg

from wingman.cluster import subjects
from wingman.cluster.contiguous import Contiguous
from wingman.cluster.jetstream import JetStream, Stored, UnavailableError, UnknownError
from wingman.cluster.keys import GoneError, KeyRing
from wingman.cluster.record import Body, Head, UnreadableError, author, unpack
from wingman.core.errors import InputError
from wingman.core.json import JsonObject

log = structlog.get_logger(__name__)

SPARSE = 64
"""A meeting's reader knows the place of one record in so many."""
MISSED_S = 2.0
"""How often it is looked whether a record was stored that was not heard of: who stores it may die before it is
sent once more."""
READ_S = 5.0
"""What a reader waits for servers that do not answer."""
AGAIN_S = 0.05
NOBODY = Head(0, "", 1, 0, 0)


@dataclass(slots=True)
class Known:
    """What this node knows of one meeting without asking."""

    seq: int = 0
    """The number of its newest record in the stream."""
    head: Head = NOBODY
    record: Stored | None = None
    """The newest record, as it came: it is opened when somebody lists."""
    body: Body | None = None
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while records are taken in: several may hear of them, and each is told once, in order."""
    _places: list[tuple[int, int]] = field(default_factory=list)
    _records: int = 0

    def passed(self, seq: int, head: Head, record: Stored | None, body: Body | None) -> None:
        """The next record."""
        self.seq, self.head, self.record, self.body = seq, head, record, body
        if self._records % SPARSE == 0:
            self._places.append((head.first, seq))
        self._records += 1

    def place_of(self, event: int) -> int:
        """The number in the stream from which to read for the event with this `seq`."""
        return max((number for first, number in self._places if first <= event), default=1)


Passed = Callable[[str, Head], Awaitable[None]]
"""Told of each record of another node, in order: the meeting, and the record's head."""
Noted = Callable[[str, Head], bool]
"""The same for the next record of a meeting, at once. False: `Passed` has to be told of it."""


class LogReader:
    """One for each node."""

    def __init__(self, jetstream: JetStream, keys: KeyRing, node: str, shards: int) -> None:
        self._jetstream = jetstream
        self._keys = keys
        self._node = node
        self._shards = shards
        self._known: dict[str, Known] = {}
        self._passed: list[Passed] = []
        self._noted: Noted = lambda _meeting, _head: False
        self._heard_of = [Contiguous() for _ in range(shards)]
        self._looking: asyncio.Task[None] | None = None
        self._checking: asyncio.Task[None] | None = None
        self._deaf: Callable[[], Awaitable[None]] | None = None

    async def open(self, passed: Passed, noted: Noted | None = None) -> None:
        """Begin to follow every meeting; `noted`, else `passed`, is told of what other nodes store."""
        self._passed.append(passed)
        self._noted = noted or self._noted
        self._keys.on_deleted(self._forget)
        self._deaf = await self._jetstream.subscribe(subjects.LIVE_ALL, self._heard, self._note)
        await self._look_around()
        self._jetstream.on_return(self._returned)
        self._checking = asyncio.get_running_loop().create_task(self._check())

    async def aclose(self) -> None:
        """Stop following."""
        for task in (self._looking, self._checking):
            if task is not None:
                task.cancel()
                await asyncio.wait([task])
        if self._deaf is not None:
            await self._deaf()

    @property
    def known(self) -> Mapping[str, Known]:
        """Every meeting that is not deleted."""
        return self._known

    def wrote(self, meeting: str, seq: int, head: Head, body: Body) -> None:
        """A record of this node itself is stored."""
        known = self._known.setdefault(meeting, Known())
        self._number_heard(meeting, seq)
        if seq > known.seq:
            known.passed(seq, head, None, body)

    async def body(self, meeting: str) -> Body | None:
        """A meeting's newest record, opened; None for one that is unknown, deleted or cannot be read now."""
        known = self._known.get(meeting)
        if known is None:
            return None
        if known.body is None and known.record is not None:
            record, head = known.record, known.head
            try:
                key = await self._keys.get(meeting)
            except (GoneError, UnavailableError, UnknownError):
                return None
            opened = self._opened(meeting, key, record)
            if opened is not None and known.head == head:
                known.body = opened[1]
            return opened[1] if opened else None
        return known.body

    async def learn(self, meeting: str, upto: int) -> None:
        """Know a meeting of another node up to this number in the stream."""
        async with self._taking(meeting) as known:
            if known.seq < upto:
                await self._fill(meeting, known, upto)

    async def ends(self, meeting: str, epoch: int) -> int:
        """The `seq` of the newest event that an owner of this epoch, or of one before, has stored.

        Raises `InputError` (503) when the servers do not answer.
        """
        known = self._known.get(meeting)
        if known is None or known.head.epoch <= epoch:
            return known.head.last if known is not None else 0
        last = 0
        async for stored in self._stored(meeting, 1, known.seq):
            for head in self._head(stored):
                if head.epoch > epoch:
                    return last
                last = head.last
        return last

    async def records(self, meeting: str, begin: int, upto: int) -> AsyncIterator[tuple[Head, Body]]:
        """A meeting's records with numbers in the stream from `begin` to `upto`; those of a deleted one: none.

        Raises `InputError` (503) when the servers do not answer.
        """
        key = await self._key(meeting)
        if key is None:
            return
        async for stored in self._stored(meeting, begin, upto):
            opened = self._opened(meeting, key, stored)
            if opened is not None:
                yield opened

    async def _key(self, meeting: str) -> bytes | None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + READ_S
        while True:
            try:
                return await self._keys.get(meeting)
            except GoneError:
                return None
            except (UnavailableError, UnknownError):
                if loop.time() > deadline:
                    raise _silent(meeting) from None
                await asyncio.sleep(AGAIN_S)

    async def _stored(self, meeting: str, begin: int, upto: int) -> AsyncIterator[Stored]:
        """Asks any replica, and the leader where that one lags behind."""
        stream = subjects.stream(subjects.shard_of(meeting, self._shards))
        subject = subjects.log(meeting, self._shards)
        query: JsonObject = {"next_by_subj": subject}
        loop = asyncio.get_running_loop()
        deadline = loop.time() + READ_S
        while begin <= upto and not self._keys.gone(meeting):
            page: list[Stored] = []
            with contextlib.suppress(UnavailableError, UnknownError):
                page = await self._jetstream.page(stream, {**query, "seq": begin})
            if not page:  # a replica may lag for seconds, or be silent; the leader is not
                with contextlib.suppress(UnavailableError, UnknownError):
                    found = await self._jetstream.next(stream, subject, begin)
                    page = [found] if found is not None else []
            if not page:
                if loop.time() > deadline:
                    raise _silent(meeting)
                await asyncio.sleep(AGAIN_S)
            for stored in page:
                begin = stored.seq + 1
                if stored.seq <= upto:
                    yield stored

    @staticmethod
    def _opened(meeting: str, key: bytes | None, stored: Stored) -> tuple[Head, Body] | None:
        """A record opened; None, and a word in the log, for one that does not open."""
        if key is None:
            return None
        try:
            head = Head.of(stored.headers)
            return head, unpack(key, meeting, head, stored.body)
        except UnreadableError as broken:
            log.error("a record cannot be read", meeting=meeting, seq=stored.seq, reason=str(broken))
            return None

    # --- following --------------------------------------------------------------------------------

    def _note(self, subject: str, body: bytes, headers: Mapping[str, str]) -> bool:
        """Take in what needs no waiting: what this node wrote, and what nobody here wants to read now."""
        try:
            meeting, seq = subjects.meeting_of(subject), int(headers["Nats-Sequence"])
            if author(headers) == self._node:  # what it told is known here already
                self._number_heard(meeting, seq)
                return True
            known = self._known.get(meeting)
            before = int(headers.get("Nats-Last-Sequence", 0))
            if known is None or known.reading.locked() or known.seq != before:
                return False
            head = Head.of(headers)
        except (LookupError, ValueError, UnreadableError):  # it is told where it is looked at
            return False
        if not self._noted(meeting, head):
            return False
        self._number_heard(meeting, seq)
        known.passed(seq, head, Stored(subject, seq, body, headers), None)
        return True

    async def _heard(self, message: Msg) -> None:
        headers = dict(message.headers or {})
        stored = Stored(message.subject, int(headers["Nats-Sequence"]), bytes(message.data), headers)
        await self._follow(stored, int(headers.get("Nats-Last-Sequence", 0)))

    async def _follow(self, stored: Stored, before: int) -> None:
        meeting = subjects.meeting_of(stored.subject)
        self._number_heard(meeting, stored.seq)
        for head in self._head(stored):
            if head.node == self._node:
                return
            async with self._taking(meeting) as known:
                if stored.seq <= known.seq:
                    return
                if known.seq == before:
                    await self._pass(meeting, known, stored, head)
                else:
                    await self._fill(meeting, known, stored.seq)

    def _number_heard(self, meeting: str, seq: int) -> None:
        self._heard_of[subjects.shard_of(meeting, self._shards)].add(seq)

    @contextlib.asynccontextmanager
    async def _taking(self, meeting: str) -> AsyncIterator[Known]:
        """What is known of a meeting, for as long as records of it are taken in: by one at a time, in order."""
        known = self._known.setdefault(meeting, Known())
        async with known.reading:
            yield known

    async def _fill(self, meeting: str, known: Known, upto: int) -> None:
        """Read what was not heard."""
        try:
            async for stored in self._stored(meeting, known.seq + 1, upto):
                for head in self._head(stored):
                    if stored.seq > known.seq:
                        await self._pass(meeting, known, stored, head)
        except InputError as failed:
            log.warning("a gap is not filled yet", meeting=meeting, reason=str(failed))

    async def _pass(self, meeting: str, known: Known, stored: Stored, head: Head) -> None:
        known.passed(stored.seq, head, stored, None)
        for callback in self._passed:
            await callback(meeting, head)

    @staticmethod
    def _head(stored: Stored) -> Iterator[Head]:
        """The record's head; nothing, and a word in the log, where there is none that this version knows."""
        try:
            yield Head.of(stored.headers)
        except UnreadableError as broken:
            log.error("a record cannot be read", subject=stored.subject, reason=str(broken))

    def _returned(self) -> None:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.get_running_loop().create_task(self._look_around())

    async def _look_around(self) -> None:
        """Learn the newest record of every meeting: at the start, and after the connection was gone."""
        with contextlib.suppress(UnavailableError, UnknownError):
            await self._keys.catch_up()
        for shard in range(self._shards):
            newest = await self._newest_of(shard)
            for stored in newest:
                for head in self._head(stored):
                    await self._learn(subjects.meeting_of(stored.subject), stored, head)
            self._heard_of[shard].know(max((stored.seq for stored in newest), default=0))

    async def _check(self) -> None:
        """Read what was stored and not heard of for a while, until cancelled."""
        before = [-1] * self._shards
        while True:
            await asyncio.sleep(MISSED_S)
            with contextlib.suppress(UnavailableError, UnknownError):
                await self._keys.catch_up()
            for shard, heard in enumerate(self._heard_of):
                if before[shard] == heard.upto:
                    await self._read_missed(shard, heard)
                before[shard] = heard.upto

    async def _read_missed(self, shard: int, heard: Contiguous) -> None:
        query: JsonObject = {"next_by_subj": f"log.{shard}.>"}
        try:
            while missed := await self._jetstream.page(
                subjects.stream(shard), {**query, "seq": heard.upto + 1}
            ):
                for stored in missed:
                    await self._follow(stored, -1)
                heard.know(missed[-1].seq)
        except (UnavailableError, UnknownError):
            return

    async def _newest_of(self, shard: int) -> list[Stored]:
        first: JsonObject = {"multi_last": [f"log.{shard}.>"]}
        query, found = first, list[Stored]()
        while True:
            try:
                page = await self._jetstream.page(subjects.stream(shard), query)
            except (UnavailableError, UnknownError):
                await asyncio.sleep(AGAIN_S)
                continue
            found += page
            if not page or not int(page[-1].headers.get("Nats-Num-Pending", 0)):
                return found
            upto = page[-1].headers.get("Nats-UpTo-Sequence", 0)
            query = {**first, "seq": page[-1].seq + 1, "up_to_seq": int(upto)}

    async def _learn(self, meeting: str, stored: Stored, head: Head) -> None:
        async with self._taking(meeting) as known:
            if not known.seq:
                await self._pass(meeting, known, stored, head)
            elif stored.seq > known.seq and head.node != self._node:
                await self._fill(meeting, known, stored.seq)

    def _forget(self, meeting: str) -> None:
        self._known.pop(meeting, None)


def _silent(meeting: str) -> InputError:
    return InputError(f"the NATS servers do not answer for {meeting}; ask again in a moment", status=503)
