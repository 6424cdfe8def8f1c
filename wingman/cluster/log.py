"""The event log of many nodes: one subject of a JetStream stream per meeting.

What this node appends is the `LogWriter`'s, what it knows of every meeting the `LogReader`'s, and what its
clients are told, and when, the `Delivery`'s.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from wingman.cluster import subjects
from wingman.cluster.appender import FencedAppender, LogPosition, Tip
from wingman.cluster.delivery import Delivery
from wingman.cluster.jetstream import JetStream, UnavailableError, UnknownError
from wingman.cluster.keys import GoneError, KeyRing
from wingman.cluster.log_reader import LogReader
from wingman.cluster.log_writer import Alive, LogWriter
from wingman.cluster.record import Body, Head
from wingman.cluster.search_index import MeetingSearch
from wingman.core import codec
from wingman.core.errors import InputError
from wingman.core.events import Envelope, Event, Media
from wingman.events.index import MeetingRow, SearchHit
from wingman.events.log import Committed

ASK_S = 3.0
"""What the servers' leader may take to say whether there is a meeting."""
AGAIN_S = 0.03
PARTIAL = b'"type":"transcript.partial"'
"""How the lines of most events begin, of which nobody who comes later needs to know."""


class ClusterLog:
    """An `EventLog`, `MeetingIndex` and `ProviderLog` on NATS JetStream. Open it with `ClusterLog.open`."""

    def __init__(self, jetstream: JetStream, keys: KeyRing, node: str, shards: int) -> None:
        self._jetstream = jetstream
        self._keys = keys
        self._node = node
        self._shards = shards
        self._reader = LogReader(jetstream, keys, node, shards)
        self._delivery = Delivery()
        self._handed_on = self._delivery.handed_on
        self._writer = LogWriter(self._appender, keys, node, self._reader, self._delivery, self._stored)
        self._search = MeetingSearch(self.read, self._handed_on.upto)
        self._followed: Committed | None = None
        self._watchers: Callable[[str], int] = lambda _: 0
        self._closed = False

    @classmethod
    async def open(cls, jetstream: JetStream, keys: KeyRing, node: str, shards: int) -> ClusterLog:
        """Begin to follow every meeting. The streams must be there; see `wingman.cluster.streams`."""
        opened = cls(jetstream, keys, node, shards)
        keys.on_deleted(opened._deleted)
        await opened._reader.open(opened._passed, opened._noted)
        return opened

    # --- EventLog -------------------------------------------------------------------------------

    def append(self, meeting: str, payload: Event, media: Media | None = None, *, at: float) -> Envelope:
        return self._writer.append(meeting, payload, media, at=at)

    def on_committed(self, callback: Committed) -> None:
        self._delivery.callback = callback

    def on_followed(self, callback: Committed, watchers: Callable[[str], int]) -> None:
        """The same for what other nodes have stored, of meetings that have `watchers` here then."""
        self._followed, self._watchers = callback, watchers

    async def read(self, meeting: str, after: int = 0, limit: int = 1000) -> Sequence[Envelope]:
        known, upto = self._reader.known.get(meeting), self._handed_on.upto(meeting)
        volatile = tuple(self._handed_on.volatile(meeting))  # while the stored ones are read, these may change
        stored = min(upto, known.head.last) if known else 0
        found: list[Envelope] = []
        if known and after < stored:
            async for head, body in self._reader.records(meeting, known.place_of(after + 1), known.seq):
                lines = enumerate(body.lines, head.first)
                found += [codec.decode_stored(meeting, seq, line) for seq, line in lines if after < seq <= upto]
                if len(found) >= limit or head.last >= stored:
                    break
        last = found[-1].seq if found else after
        found += [event for event in volatile if event.seq > last]
        return found[:limit]

    async def last_seq(self, meeting: str) -> int:
        return self._handed_on.upto(meeting)

    async def flush(self) -> None:
        """Wait until everything appended so far is stored, or the servers have not answered for too long."""
        await self._writer.flush()

    async def aclose(self) -> None:
        if self._closed:
            return
        self._closed = True
        await self._writer.aclose()
        self._delivery.close()
        await self._reader.aclose()
        self._search.close()

    @property
    def fault(self) -> str:
        """Why events are only held in memory just now; empty while the servers take them."""
        return self._delivery.fault

    # --- MeetingIndex ---------------------------------------------------------------------------

    async def meetings(self, limit: int = 50, before: str = "") -> Sequence[MeetingRow]:
        bodies = [body for meeting in tuple(self._reader.known) if (body := await self._reader.body(meeting))]
        bodies.sort(key=lambda body: (body.born, body.row.id), reverse=True)
        rows = [body.row for body in bodies if body.row.last]
        ids = [row.id for row in rows]
        begin = ids.index(before) + 1 if before in ids else 0
        return rows[begin : begin + limit]

    async def meeting(self, meeting: str) -> MeetingRow | None:
        body = await self._reader.body(meeting)
        if (body is None or not body.row.last) and not self._keys.gone(meeting):
            body = await self._asked_for(meeting)
        return body.row if body and body.row.last else None

    async def _asked_for(self, meeting: str) -> Body | None:
        """A meeting that another node may have begun a moment ago: the servers' leader knows.

        Raises `InputError` (503) when it does not answer.
        """
        try:
            async with asyncio.timeout(ASK_S):
                while (tip := await self.tip(meeting)).seq and not tip.body.row.last:  # noqa: ASYNC110 - the servers tell
                    await asyncio.sleep(AGAIN_S)  # it is claimed: its first event is on its way
        except GoneError:
            return None
        except TimeoutError:
            raise InputError(f"the NATS servers do not answer for {meeting[:80]}", status=503) from None
        if not tip.seq:
            return None
        await self._reader.learn(meeting, tip.seq)
        return await self._reader.body(meeting)

    async def search(self, words: str, limit: int = 50) -> Sequence[SearchHit]:
        return await self._search.search(words, limit, tuple(self._reader.known))

    async def delete(self, meeting: str) -> bool:
        try:
            found = await self._keys.destroy(meeting)
            if found:
                stream = subjects.stream(subjects.shard_of(meeting, self._shards))
                await self._jetstream.purge(stream, subjects.log(meeting, self._shards))
        except (UnavailableError, UnknownError) as failed:
            raise InputError(
                f"the NATS servers do not let {meeting} be deleted just now ({failed}); delete it again",
                field="meeting",
                status=503,
            ) from None
        return found

    # --- ProviderLog ----------------------------------------------------------------------------

    def keep_heard(self, meeting: str, chunk: bytes) -> Future[None]:
        """See `events.provider_log`."""
        return self._writer.keep_heard(meeting, chunk)

    async def heard(self, meeting: str) -> Sequence[bytes]:
        """What the providers said in a meeting, as it was kept, in order."""
        if (known := self._reader.known.get(meeting)) is None:
            return ()
        return [chunk async for _, body in self._reader.records(meeting, 1, known.seq) for chunk in body.heard]

    # --- owning ---------------------------------------------------------------------------------

    def on_lost(self, callback: Callable[[str], None]) -> None:
        """Call `callback` with a meeting that ran here and that another node has claimed."""
        self._writer.on_lost = callback

    def ask_with(self, alive: Alive) -> None:
        """How to find out whether a node is there, before something is added to a meeting that runs on it."""
        self._writer.alive = alive

    async def tip(self, meeting: str) -> Tip:
        """The newest record of a meeting, as the servers' leader has it. Raises `GoneError`."""
        return await self._appender(meeting).look()

    async def own(self, meeting: str, plan: bytes, tip: Tip | None = None) -> FencedAppender:
        """See `LogWriter.own`."""
        return await self._writer.own(meeting, plan, tip)

    def keep_plan(self, meeting: str, plan: bytes) -> None:
        """Store what the next owner will need, in place of what was stored before."""
        self._writer.keep_plan(meeting, plan)

    async def history(self, meeting: str, upto: int) -> tuple[bytes, list[Envelope]]:
        """What a new owner has to know of the records up to this number: the newest plan, and the events in
        order, but for partial transcripts. Raises `InputError` (503) when the servers do not answer.
        """
        plan, events = b"", list[Envelope]()
        async for head, body in self._reader.records(meeting, 1, upto):
            plan = body.plan or plan
            lines = enumerate(body.lines, head.first)
            events += [
                codec.decode_stored(meeting, seq, line) for seq, line in lines if PARTIAL not in line[:80]
            ]
        return plan, events

    async def release(self, meeting: str, *, handed_over: bool = False) -> None:
        """It does not run here any more; what is appended from now on is added to it from outside."""
        await self._writer.release(meeting, handed_over=handed_over)

    async def released(self, meeting: str) -> bool:
        """Has its owner let go of it?"""
        body = await self._reader.body(meeting)
        return body is not None and body.released

    async def last_told(self, meeting: str) -> float | None:
        """When its owner stored its newest record, by the time that nodes share; None where that cannot be told
        now, as of an unknown meeting.
        """
        body = await self._reader.body(meeting)
        return body.mark.at or body.row.last_at if body else None

    def settling(self, meeting: str) -> bool:
        """It ran here to its end, and what it had to say last is not stored yet."""
        return self._writer.settling(meeting)

    def cut_off(self) -> None:
        """This node has been without the servers for too long: it owns nothing any more, as far as it knows."""
        self._writer.give_up_all()

    # --- EpochLog -------------------------------------------------------------------------------

    def epoch(self, meeting: str) -> int:
        known = self._reader.known.get(meeting)
        return known.head.epoch if known else 0

    async def holds(self, meeting: str, seq: int, epoch: int) -> bool:
        known = self._reader.known.get(meeting)
        if known is None or known.head.epoch <= epoch:
            return True
        return seq <= await self._reader.ends(meeting, epoch)

    def owner_of(self, meeting: str) -> str:
        """The node that wrote the newest record this node knows of; empty for an unknown meeting."""
        known = self._reader.known.get(meeting)
        return known.head.node if known else ""

    def _appender(self, meeting: str) -> FencedAppender:
        stream = subjects.stream(subjects.shard_of(meeting, self._shards))
        place = LogPosition(meeting, stream, subjects.log(meeting, self._shards), self._node)
        return FencedAppender(place, self._jetstream, self._keys)

    # --- what is stored, here and elsewhere -------------------------------------------------------

    def _stored(self, envelopes: Sequence[Envelope]) -> None:
        self._delivery.stored(envelopes)
        self._search.follow(envelopes)

    def _noted(self, meeting: str, head: Head) -> bool:
        """Note a record of another node, unless it changes more here than how far its meeting has come."""
        wanted = self._search.filled or self._watchers(meeting)
        if (wanted and head.count) or self._writer.runs(meeting):
            return False
        self._handed_on.reached(meeting, head.last)
        return True

    async def _passed(self, meeting: str, head: Head) -> None:
        if self._noted(meeting, head):
            return
        self._writer.passed(meeting, head.node)
        self._handed_on.reached(meeting, head.last)
        if (body := await self._reader.body(meeting)) is None:
            return
        lines = enumerate(body.lines, head.first)
        envelopes = [codec.decode_stored(meeting, seq, line) for seq, line in lines]
        if self._followed is not None:
            self._followed(envelopes)
        self._search.follow(envelopes)

    def _deleted(self, meeting: str) -> None:
        self._writer.deleted(meeting)
        self._handed_on.forget(meeting)
        self._search.forget(meeting)
