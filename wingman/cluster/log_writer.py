"""What this node appends: the queue of each meeting, and what becomes of it.

Only a meeting's owner appends while it runs, and a meeting that has ended is claimed by whoever has something
to add (a summary, a new title).
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

import structlog

from wingman.cluster.appender import (
    RECORD_BYTES,
    ElsewhereError,
    FencedAppender,
    LostError,
    Pending,
    Tip,
    numbered,
)
from wingman.cluster.delivery import Delivery
from wingman.cluster.keys import GoneError, KeyRing
from wingman.cluster.log_reader import LogReader
from wingman.core import codec
from wingman.core.events import Envelope, Event, Media, StorageState, SuggestionSkipped
from wingman.core.steady_clock import now

log = structlog.get_logger(__name__)

FLUSH_S = 15.0
"""What a flush waits: longer than the servers' longest election."""
CLOSE_S = 1.0
"""What is waited for what came while the last flush was under way."""
HELD_BYTES = 64 * 1024 * 1024
"""Events held in memory while the servers do not answer, for all meetings of this node together."""

UNHURRIED_S = 1.5
"""How long the word that an utterance brought no card waits for something to be stored with: it comes some
milliseconds after the utterance, and nobody waits for it. Words come sooner while somebody speaks."""

Alive = Callable[[str], Awaitable[bool]]
"""Is this node there?"""
Stored = Callable[[Sequence[Envelope]], None]
"""Told of events of this node that the servers hold, in the order of each meeting."""


@dataclass(slots=True)
class _Writing:
    """A meeting this node appends to."""

    appender: FencedAppender
    head: int
    """The newest `seq` that was given."""
    born: int = 0
    """For a new meeting: see `Body.born`."""
    claimed_at: int = 0
    """The newest `seq` when this node claimed it."""
    running: bool = False
    """It runs here: nobody else's events may come between its own."""
    leaving: bool = False
    """It runs here until its last record is stored, which lets go of it."""
    unhurried: list[Envelope] = field(default_factory=list)
    """What is stored with the next event, or when `hurry` is due; all before it are on their way."""
    hurry: asyncio.TimerHandle | None = None
    pending: Pending = field(default_factory=lambda: Pending([], []))
    taken: Pending = field(default_factory=lambda: Pending([], []))
    """What of it is on its way to the servers."""
    task: asyncio.Task[None] | None = None
    left: deque[Envelope] = field(default_factory=deque)
    """Too much was held: these, and what comes behind them, are queued when there is room."""

    @property
    def meeting(self) -> str:
        return self.appender.place.meeting

    @property
    def unstored(self) -> int:
        """Events that no server is known to hold."""
        return len(self.unhurried) + len(self.left) + len(self.pending.lines) + len(self.taken.lines)

    def put_back(self) -> None:
        """What was on its way has not come there."""
        self.pending.put_back(self.taken)
        self.taken = Pending([], [])


class LogWriter:
    """One for each node. `append` counts and returns at once; a task for each meeting stores what gathers."""

    def __init__(
        self,
        appender_of: Callable[[str], FencedAppender],
        keys: KeyRing,
        node: str,
        reader: LogReader,
        delivery: Delivery,
        stored: Stored,
    ) -> None:
        """`appender_of` makes one for a meeting."""
        self._appender_of = appender_of
        self._keys = keys
        self._node = node
        self._reader = reader
        self._delivery = delivery
        self._told = stored
        self._writing: dict[str, _Writing] = {}
        self._taken: set[str] = set()
        """Claimed by another node while they ran here, and not wound up yet: nothing is added from here."""
        self._held = 0
        self._born = 0
        self._closed = False
        self.on_lost: Callable[[str], None] | None = None
        """Told of a meeting that ran here and that another node has claimed."""
        self.alive: Alive | None = None
        """Is a node there? Asked before something is added to a meeting that runs on it."""
        delivery.on_change = self._storage_changed

    def append(self, meeting: str, payload: Event, media: Media | None = None, *, at: float) -> Envelope:
        """See `EventLog.append`."""
        writing = self._writing_of(meeting)
        envelope = codec.envelope(writing.head + 1, meeting, at, payload, media)
        if self._keys.gone(meeting) or self._closed or meeting in self._taken:
            return envelope
        writing.head += 1
        writing.unhurried.append(envelope)
        if not (writing.running and _unhurried(payload)):
            self._hurry(writing)
        elif writing.hurry is None:
            writing.hurry = asyncio.get_running_loop().call_later(UNHURRIED_S, self._hurry, writing)
        if writing.running and writing.head == writing.claimed_at + 1 and self._delivery.fault:
            self.append(meeting, self._delivery.state, at=at)  # it was told to the others before
        return envelope

    def keep_heard(self, meeting: str, chunk: bytes) -> Future[None]:
        """See `events.provider_log`."""
        answer: Future[None] = Future()
        if self._keys.gone(meeting) or self._closed or meeting in self._taken:
            answer.set_result(None)
            return answer
        writing = self._writing_of(meeting)
        self._hurry(writing)
        writing.pending.heard.append((chunk, answer))
        self._work(writing)
        return answer

    async def flush(self) -> None:
        """Wait until everything appended so far is stored, or the servers have not answered for too long."""
        await self._flush(FLUSH_S)

    async def _flush(self, longest: float) -> None:
        for writing in self._writing.values():
            self._hurry(writing)
        tasks = [writing.task for writing in self._writing.values() if writing.task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=longest)

    async def aclose(self) -> None:
        """Flush, and take nothing more."""
        await self.flush()
        self._closed = True
        await self._flush(CLOSE_S)
        if left := sum(writing.unstored for writing in self._writing.values()):
            log.error("events are not stored: the NATS servers did not answer", events=left)
        tasks = [writing.task for writing in self._writing.values() if writing.task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    # --- owning ---------------------------------------------------------------------------------

    async def own(self, meeting: str, plan: bytes, tip: Tip | None = None) -> FencedAppender:
        """Claim a meeting to run it here, from the record `tip` on; `plan` is what the next owner will need.

        Raises `LostError` when another node was faster, `GoneError` when the meeting was deleted.
        """
        appender = self._appender_of(meeting)
        at = tip or await appender.look()
        await appender.claim(at, plan, self._birth())
        await self._reader.learn(
            meeting, at.seq
        )  # who watches here sees what the others wrote before the claim
        self._writing[meeting] = _Writing(appender, at.head.last, claimed_at=at.head.last, running=True)
        self._wrote(appender)
        self._delivery.handed_on.reached(meeting, at.head.last)
        return appender

    def keep_plan(self, meeting: str, plan: bytes) -> None:
        """Store what the next owner will need, in place of what was stored before."""
        writing = self._writing.get(meeting)
        if writing is not None and writing.running:
            writing.pending.plan = plan
            self._work(writing)

    async def release(self, meeting: str, *, handed_over: bool = False) -> None:
        """It does not run here any more; what is appended from now on is added to it from outside."""
        self._taken.discard(meeting)
        writing = self._writing.get(meeting)
        if writing is None:
            return
        self._hurry(writing)
        if handed_over and writing.running:
            writing.leaving = writing.pending.released = True
            self._work(writing)
            if writing.task is not None:
                await asyncio.wait([writing.task], timeout=FLUSH_S)
        writing.running = False

    def settling(self, meeting: str) -> bool:
        """It does not run here any more, and something of it is still being stored."""
        writing = self._writing.get(meeting)
        if writing is None or writing.running:
            return False
        return not (writing.task is None or writing.task.done())

    def runs(self, meeting: str) -> bool:
        """Does it run here?"""
        writing = self._writing.get(meeting)
        return writing is not None and writing.running

    def passed(self, meeting: str, owner: str) -> None:
        """Another node has stored a record of this meeting."""
        writing = self._writing.get(meeting)
        if writing is not None and writing.running:
            self._give_up(writing, owner)

    def give_up_all(self) -> None:
        """Nobody knows any more who owns what ran here."""
        for writing in tuple(self._writing.values()):
            if writing.running:
                self._give_up(writing, "")

    def deleted(self, meeting: str) -> None:
        """Nothing more of this meeting is stored."""
        if (writing := self._writing.get(meeting)) is not None:
            self._drop(writing)

    # --- writing --------------------------------------------------------------------------------

    def _writing_of(self, meeting: str) -> _Writing:
        writing = self._writing.get(meeting)
        if writing is None:
            writing = _Writing(
                self._appender_of(meeting), self._delivery.handed_on.upto(meeting), self._birth()
            )
            self._writing[meeting] = writing
        return writing

    def _birth(self) -> int:
        """Now, and later than every birth before on this node."""
        self._born = max(self._born + 1, time.time_ns())
        return self._born

    def _hurry(self, writing: _Writing) -> None:
        """Store what has waited for company, and what has not."""
        if writing.hurry is not None:
            writing.hurry.cancel()
            writing.hurry = None
        envelopes, writing.unhurried = writing.unhurried, []
        for envelope in envelopes if writing.running else ():
            self._delivery.appended(envelope)
        for envelope in envelopes:
            self._queue(writing, envelope)
        if writing.left:  # after all of them: it is told in this meeting, too
            self._delivery.tell("lost")

    def _queue(self, writing: _Writing, envelope: Envelope) -> None:
        line = b"" if writing.left else codec.encode(envelope)
        if writing.left or self._held + len(line) > HELD_BYTES:
            writing.left.append(envelope)
        else:
            self._held += len(line)
            writing.pending.lines.append((envelope, line))
        self._work(writing)

    def _work(self, writing: _Writing) -> None:
        if writing.task is None or writing.task.done():
            writing.task = asyncio.get_running_loop().create_task(self._store(writing))

    async def _store(self, writing: _Writing) -> None:
        """Store what waits, and what comes meanwhile, one record at a time."""
        while writing.left or not writing.pending.empty:
            try:
                if not writing.appender.owned:
                    await self._claim_to_add(writing)
                if not writing.pending.lines:
                    self._queue_left(writing)
                writing.taken = writing.pending.take(more=bool(writing.left))
                await writing.appender.store(writing.taken)
            except GoneError:
                self._drop(writing)
            except LostError as lost:
                if writing.running or isinstance(lost, ElsewhereError):
                    self._give_up(writing, lost.owner)
                else:
                    writing.put_back()  # somebody else has added something: behind that
            else:
                self._stored(writing)

    async def _claim_to_add(self, writing: _Writing) -> None:
        """Own a meeting that nobody runs, for as long as it takes to add to it."""
        appender = writing.appender
        while not appender.owned:
            tip = await appender.look()
            owner = tip.head.node
            runs = tip.seq > 0 and tip.body.row.state != "ended" and owner != self._node
            if runs and self.alive is not None and await self.alive(owner):
                raise ElsewhereError(owner)
            try:
                await appender.claim(tip, b"", writing.born)
            except LostError:
                continue
            await self._reader.learn(writing.meeting, tip.seq)
            self._wrote(appender)
            _put_behind(writing, tip.head.last)

    def _wrote(self, appender: FencedAppender) -> None:
        if (tip := appender.tip) is not None:
            self._reader.wrote(appender.place.meeting, tip.seq, tip.head, tip.body)

    def _stored(self, writing: _Writing) -> None:
        taken, writing.taken = writing.taken, Pending([], [])
        self._wrote(writing.appender)
        for _, done in taken.heard:
            if not done.done():
                done.set_result(None)
        self._held -= taken.size
        self._told([envelope for envelope, _ in taken.lines])
        behind = any(other.pending.lines or other.left for other in self._writing.values())
        if self._delivery.fault and not behind:
            self._delivery.tell("stored")

    def _queue_left(self, writing: _Writing) -> None:
        """A record's worth of it, where there is room; else one event, with which it goes on."""
        size = 0
        while writing.left:
            line = codec.encode(writing.left[0])
            size += len(line)
            if writing.pending.lines and (size > RECORD_BYTES or self._held + len(line) > HELD_BYTES):
                break
            self._held += len(line)
            writing.pending.lines.append((writing.left.popleft(), line))

    def _storage_changed(self, state: StorageState) -> None:
        """Say it in every meeting that runs here."""
        for meeting, writing in tuple(self._writing.items()):
            # the first thing a new owner tells is who it is: clients go by that when they come back
            if writing.running and not writing.leaving and writing.head > writing.claimed_at:
                self.append(meeting, state, at=now())

    def _give_up(self, writing: _Writing, owner: str) -> None:
        """Somebody else owns the meeting now."""
        running, dropped = writing.running, writing.unstored
        self._drop(writing)
        if running or dropped:
            log.warning("another node owns this meeting", meeting=writing.meeting, owner=owner, dropped=dropped)
        if running:
            self._taken.add(writing.meeting)
            if self.on_lost is not None:
                self.on_lost(writing.meeting)

    def _drop(self, writing: _Writing) -> None:
        """Nothing that waits will be stored."""
        meeting = writing.meeting
        writing.put_back()
        writing.running = False
        writing.unhurried = []
        writing.left.clear()
        self._hurry(writing)  # its timer
        if self._writing.get(meeting) is writing:
            del self._writing[meeting]
        if writing.task is not None and writing.task is not asyncio.current_task():
            writing.task.cancel()
        for _, done in writing.pending.heard:
            if not done.done():
                done.set_result(None)
        self._held -= writing.pending.size
        writing.pending = Pending([], [])
        self._delivery.handed_on.forget(meeting)
        if (known := self._reader.known.get(meeting)) is not None and not self._keys.gone(meeting):
            self._delivery.handed_on.reached(meeting, known.head.last)


def _put_behind(writing: _Writing, last: int) -> None:
    """What waits comes after the event `last`: somebody else may have added something."""
    lines, left = writing.pending.lines, writing.left
    if not lines and not left:
        return
    if (lines[0][0] if lines else left[0]).seq != last + 1:
        writing.pending.lines = numbered(lines, last + 1, codec.encode)
        behind = last + len(lines) + 1
        writing.left = deque(replace(envelope, seq=behind + n) for n, envelope in enumerate(left))
        writing.head = last + len(lines) + len(left)


def _unhurried(payload: Event) -> bool:
    return isinstance(payload, SuggestionSkipped) and payload.utterance is not None
