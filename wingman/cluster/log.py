"""The event log of many nodes: one subject of a JetStream stream per meeting.

`append` counts, as everywhere: only a meeting's owner appends while it runs, and a meeting that has ended is
claimed by whoever has something to add (a summary, a new title).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

import structlog

from wingman.cluster import subjects
from wingman.cluster.author import Author, ElsewhereError, LostError, Pending, Place, Tip, numbered
from wingman.cluster.engine import Engine, UnavailableError, UnknownError
from wingman.cluster.keys import GoneError, KeyRing
from wingman.cluster.reading import Reader
from wingman.cluster.record import Head
from wingman.cluster.words import WordIndex
from wingman.core import codec
from wingman.core.errors import InputError
from wingman.core.events import Envelope, Event, Media, StorageState
from wingman.events.index import MeetingRow, SearchHit
from wingman.events.log import Committed
from wingman.events.sqlite.handed_on import HandedOn

log = structlog.get_logger(__name__)

ANSWER_S = 1.0
"""What the servers may take for a commit before its events are handed on without them; see `storage.state`."""
FLUSH_S = 15.0
"""What a flush waits: longer than the servers' longest election."""
HELD_BYTES = 64 * 1024 * 1024
"""Events held in memory while the servers do not answer, for all meetings of this node together."""
PAGE = 5000
"""Events read at a time to be searched."""
STORAGE = {
    "stored": "",
    "memory": "the NATS servers do not answer: the meeting goes on in memory until they do again",
    "lost": "the NATS servers have not answered for too long: this meeting is not stored any more; "
    "export it before you leave",
}

Alive = Callable[[str], Awaitable[bool]]
"""Is this node there?"""


@dataclass(slots=True)
class _Writing:
    """A meeting this node appends to."""

    author: Author
    head: int
    """The newest `seq` that was given."""
    born: int = 0
    """For a new meeting: see `Body.born`."""
    running: bool = False
    """It runs here: nobody else's events may come between its own."""
    pending: Pending = field(default_factory=lambda: Pending([], []))
    task: asyncio.Task[None] | None = None
    abandoned: bool = False
    """Too much was held: nothing more of it is stored."""

    @property
    def meeting(self) -> str:
        return self.author.place.meeting


class ClusterLog:
    """An `EventLog`, `MeetingIndex` and `ProviderLog` on NATS JetStream. Open it with `ClusterLog.open`."""

    def __init__(self, engine: Engine, keys: KeyRing, node: str, shards: int) -> None:
        self._engine = engine
        self._keys = keys
        self._node = node
        self._shards = shards
        self._loop = asyncio.get_running_loop()
        self._reader = Reader(engine, keys, node, shards)
        self._writing: dict[str, _Writing] = {}
        self._taken: set[str] = set()
        """Claimed by another node while they ran here, and not wound up yet: nothing is added from here."""
        self._handed_on = HandedOn({})
        self._watch: asyncio.TimerHandle | None = None
        self._fault = ""
        self._held = 0
        self._born = 0
        self._callback: Committed | None = None
        self._followed: Committed | None = None
        self._lost: Callable[[str], None] | None = None
        self._alive: Alive | None = None
        self._words: WordIndex | None = None
        self._filling = asyncio.Lock()
        self._closed = False

    @classmethod
    async def open(cls, engine: Engine, keys: KeyRing, node: str, shards: int) -> ClusterLog:
        """Begin to follow every meeting. The streams must be there; see `wingman.cluster.streams`."""
        opened = cls(engine, keys, node, shards)
        keys.on_deleted(opened._deleted)
        await opened._reader.open(opened._passed)
        return opened

    # --- EventLog -------------------------------------------------------------------------------

    def append(self, meeting: str, payload: Event, media: Media | None = None, *, at: float) -> Envelope:
        writing = self._writing_of(meeting)
        envelope = codec.envelope(writing.head + 1, meeting, at, payload, media)
        if self._keys.gone(meeting) or self._closed or meeting in self._taken:
            return envelope
        writing.head += 1
        self._queue(writing, envelope)
        if writing.running:
            self._handed_on.appended(envelope, self._loop.time())
            if self._watch is None:
                self._watch = self._loop.call_later(0.0 if self._fault else ANSWER_S, self._look)
        return envelope

    def on_committed(self, callback: Committed) -> None:
        self._callback = callback

    def on_followed(self, callback: Committed) -> None:
        """The same for what other nodes have stored."""
        self._followed = callback

    async def read(self, meeting: str, after: int = 0, limit: int = 1000) -> Sequence[Envelope]:
        known, upto = self._reader.known.get(meeting), self._handed_on.upto(meeting)
        stored = min(upto, known.head.last) if known else 0
        found: list[Envelope] = []
        if known and after < stored:
            async for head, body in self._reader.records(meeting, known.place_of(after + 1), known.seq):
                lines = enumerate(body.lines, head.first)
                found += [codec.decode_stored(meeting, seq, line) for seq, line in lines if after < seq <= upto]
                if len(found) >= limit or head.last >= stored:
                    break
        last = found[-1].seq if found else after
        found += [event for event in self._handed_on.volatile(meeting) if event.seq > last]
        return found[:limit]

    async def last_seq(self, meeting: str) -> int:
        return self._handed_on.upto(meeting)

    async def flush(self) -> None:
        """Wait until everything appended so far is stored, or the servers have not answered for too long."""
        tasks = [writing.task for writing in self._writing.values() if writing.task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=FLUSH_S)

    async def aclose(self) -> None:
        if self._closed:
            return
        await self.flush()
        self._closed = True
        if self._watch is not None:
            self._watch.cancel()
        if left := sum(len(writing.pending.lines) for writing in self._writing.values()):
            log.error("events are not stored: the NATS servers did not answer", events=left)
        tasks = [writing.task for writing in self._writing.values() if writing.task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await self._reader.aclose()
        if self._words is not None:
            self._words.close()

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
        return body.row if body and body.row.last else None

    async def search(self, words: str, limit: int = 50) -> Sequence[SearchHit]:
        async with self._filling:
            index = self._words = self._words or WordIndex()
            for meeting in tuple(self._reader.known):
                while index.upto(meeting) < self._handed_on.upto(meeting):
                    page = await self.read(meeting, index.upto(meeting), PAGE)
                    if not page:
                        break
                    index.add(page)
            return index.search(words, limit)

    async def delete(self, meeting: str) -> bool:
        try:
            found = await self._keys.destroy(meeting)
            if found:
                stream = subjects.stream(subjects.shard_of(meeting, self._shards))
                await self._engine.purge(stream, subjects.log(meeting, self._shards))
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
        answer: Future[None] = Future()
        if self._keys.gone(meeting) or self._closed or meeting in self._taken:
            answer.set_result(None)
            return answer
        writing = self._writing_of(meeting)
        writing.pending.heard.append((chunk, answer))
        self._work(writing)
        return answer

    async def heard(self, meeting: str) -> Sequence[bytes]:
        """What the providers said in a meeting, as it was kept, in order."""
        if (known := self._reader.known.get(meeting)) is None:
            return ()
        return [chunk async for _, body in self._reader.records(meeting, 1, known.seq) for chunk in body.heard]

    # --- owning ---------------------------------------------------------------------------------

    def on_lost(self, callback: Callable[[str], None]) -> None:
        """Call `callback` with a meeting that ran here and that another node has claimed."""
        self._lost = callback

    def ask_with(self, alive: Alive) -> None:
        """How to find out whether a node is there, before something is added to a meeting that runs on it."""
        self._alive = alive

    async def tip(self, meeting: str) -> Tip:
        """The newest record of a meeting, as the servers' leader has it. Raises `GoneError`."""
        return await self._author(meeting).look()

    async def own(self, meeting: str, plan: bytes, tip: Tip | None = None) -> Author:
        """Claim a meeting to run it here, from the record `tip` on; `plan` is what the next owner will need.

        Raises `LostError` when another node was faster, `GoneError` when the meeting was deleted.
        """
        author = self._author(meeting)
        at = tip or await author.look()
        await author.claim(at, plan, self._birth())
        self._writing[meeting] = _Writing(author, at.head.last, running=True)
        self._wrote(author)
        self._handed_on.reached(meeting, at.head.last)
        return author

    def keep_plan(self, meeting: str, plan: bytes) -> None:
        """Store what the next owner will need, in place of what was stored before."""
        writing = self._writing.get(meeting)
        if writing is not None and writing.running:
            writing.pending.plan = plan
            self._work(writing)

    async def plan(self, meeting: str) -> bytes:
        """The newest plan that was stored; empty when there is none."""
        tip, plan = await self.tip(meeting), b""
        async for _, body in self._reader.records(meeting, 1, tip.seq):
            plan = body.plan or plan
        return plan

    async def release(self, meeting: str, *, handed_over: bool = False) -> None:
        """It does not run here any more; what is appended from now on is added to it from outside."""
        self._taken.discard(meeting)
        writing = self._writing.get(meeting)
        if writing is None:
            return
        if handed_over and writing.running:
            writing.pending.released = True
            self._work(writing)
            if writing.task is not None:
                await asyncio.wait([writing.task], timeout=FLUSH_S)
        writing.running = False

    async def released(self, meeting: str) -> bool:
        """Has its owner let go of it?"""
        body = await self._reader.body(meeting)
        return body is not None and body.released

    def owner_of(self, meeting: str) -> str:
        """The node that wrote the newest record this node knows of; empty for an unknown meeting."""
        known = self._reader.known.get(meeting)
        return known.head.node if known else ""

    # --- writing --------------------------------------------------------------------------------

    def _author(self, meeting: str) -> Author:
        stream = subjects.stream(subjects.shard_of(meeting, self._shards))
        place = Place(meeting, stream, subjects.log(meeting, self._shards), self._node)
        return Author(place, self._engine, self._keys)

    def _writing_of(self, meeting: str) -> _Writing:
        writing = self._writing.get(meeting)
        if writing is None:
            writing = _Writing(self._author(meeting), self._handed_on.upto(meeting), self._birth())
            self._writing[meeting] = writing
        return writing

    def _birth(self) -> int:
        """Now, and later than every birth before on this node."""
        self._born = max(self._born + 1, time.time_ns())
        return self._born

    def _queue(self, writing: _Writing, envelope: Envelope) -> None:
        line = codec.encode(envelope)
        if self._held + len(line) > HELD_BYTES:
            writing.abandoned = True
            self._tell("lost")
        if not writing.abandoned:
            self._held += len(line)
            writing.pending.lines.append((envelope, line))
            self._work(writing)

    def _work(self, writing: _Writing) -> None:
        if writing.task is None or writing.task.done():
            writing.task = self._loop.create_task(self._store(writing))

    async def _store(self, writing: _Writing) -> None:
        """Store what waits, and what comes meanwhile, one record at a time."""
        while not writing.pending.empty:
            taken = Pending([], [])
            try:
                if not writing.author.owned:
                    await self._claim_to_add(writing)
                taken = writing.pending.take()
                await writing.author.store(taken)
            except GoneError:
                self._drop(writing, taken)
            except LostError as lost:
                if writing.running or isinstance(lost, ElsewhereError):
                    self._give_up(writing, taken, lost.owner)
                else:
                    writing.pending.put_back(taken)  # somebody else has added something: behind that
            else:
                self._stored(writing, taken)

    async def _claim_to_add(self, writing: _Writing) -> None:
        """Own a meeting that nobody runs, for as long as it takes to add to it."""
        author = writing.author
        while not author.owned:
            tip = await author.look()
            owner = tip.head.node
            runs = tip.seq > 0 and tip.body.row.state != "ended" and owner != self._node
            if runs and self._alive is not None and await self._alive(owner):
                raise ElsewhereError(owner)
            try:
                await author.claim(tip, b"", writing.born)
            except LostError:
                continue
            self._wrote(author)
            lines = writing.pending.lines
            if lines and lines[0][0].seq != tip.head.last + 1:
                writing.pending.lines = numbered(lines, tip.head.last + 1, codec.encode)
                writing.head = tip.head.last + len(lines)

    def _wrote(self, author: Author) -> None:
        if (tip := author.tip) is not None:
            self._reader.wrote(author.place.meeting, tip.seq, tip.head, tip.body)

    def _stored(self, writing: _Writing, taken: Pending) -> None:
        self._wrote(writing.author)
        for _, done in taken.heard:
            if not done.done():
                done.set_result(None)
        self._held -= taken.size
        envelopes = [envelope for envelope, _ in taken.lines]
        self._hand_on(self._handed_on.answered(envelopes, durable=True))
        self._handed_on.written(envelopes)
        self._index(envelopes)
        if self._fault and not any(other.pending.lines for other in self._writing.values()):
            self._tell("stored")

    def _give_up(self, writing: _Writing, taken: Pending, owner: str) -> None:
        """Somebody else owns the meeting now."""
        running = writing.running
        dropped = len(taken.lines) + len(writing.pending.lines)
        self._drop(writing, taken)
        if running or dropped:
            log.warning("another node owns this meeting", meeting=writing.meeting, owner=owner, dropped=dropped)
        if running:
            self._taken.add(writing.meeting)
            if self._lost is not None:
                self._lost(writing.meeting)

    def _drop(self, writing: _Writing, taken: Pending) -> None:
        """Nothing that waits will be stored."""
        meeting = writing.meeting
        writing.running = False
        if self._writing.get(meeting) is writing:
            del self._writing[meeting]
        if writing.task is not None and writing.task is not asyncio.current_task():
            writing.task.cancel()
        for _, done in (*taken.heard, *writing.pending.heard):
            if not done.done():
                done.set_result(None)
        self._held -= taken.size + writing.pending.size
        writing.pending = Pending([], [])
        self._handed_on.forget(meeting)
        if (known := self._reader.known.get(meeting)) is not None and not self._keys.gone(meeting):
            self._handed_on.reached(meeting, known.head.last)

    def _hand_on(self, envelopes: Sequence[Envelope]) -> None:
        if envelopes and self._callback is not None:
            self._callback(envelopes)

    # --- a server that does not answer ------------------------------------------------------------

    @property
    def fault(self) -> str:
        """Why events are only held in memory just now; empty while the servers take them."""
        return self._fault

    def _look(self) -> None:
        """Meetings wait for no election: what has waited long enough is handed on without the servers."""
        self._watch = None
        since, now = self._handed_on.waiting_since, self._loop.time()
        if since is None:
            return
        if not self._fault and (wait := since + ANSWER_S - now) > 0:
            self._watch = self._loop.call_later(wait, self._look)
            return
        self._hand_on(self._handed_on.overdue())
        if not self._fault:
            self._tell("memory")

    def _tell(self, state: str) -> None:
        """Say in every meeting that runs here that the servers began to refuse, gave up, or answer again."""
        if STORAGE[state] == self._fault:
            return
        self._fault = STORAGE[state]
        log.warning("event log storage changed", state=state, detail=self._fault)
        for meeting, writing in tuple(self._writing.items()):
            if writing.running:
                self.append(meeting, StorageState(state, self._fault), at=time.time())

    # --- what other nodes store -------------------------------------------------------------------

    async def _passed(self, meeting: str, head: Head) -> None:
        writing = self._writing.get(meeting)
        if writing is not None and writing.running:
            self._give_up(writing, Pending([], []), head.node)
        self._handed_on.reached(meeting, head.last)
        if not head.count or (self._followed is None and self._words is None):
            return
        if (body := await self._reader.body(meeting)) is None:
            return
        lines = enumerate(body.lines, head.first)
        envelopes = [codec.decode_stored(meeting, seq, line) for seq, line in lines]
        if self._followed is not None:
            self._followed(envelopes)
        self._index(envelopes)

    def _index(self, envelopes: Sequence[Envelope]) -> None:
        """Keep the search up to date, where it is complete up to these; else the next search fills it."""
        index = self._words
        if index is not None and envelopes and index.upto(envelopes[0].meeting) == envelopes[0].seq - 1:
            index.add(envelopes)

    def _deleted(self, meeting: str) -> None:
        if (writing := self._writing.get(meeting)) is not None:
            self._drop(writing, Pending([], []))
        self._handed_on.forget(meeting)
        if self._words is not None:
            self._words.forget(meeting)
