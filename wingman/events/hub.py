"""The hub: what was committed goes out to everyone who watches the meeting.

A client has a cursor, not a queue. The newest frames of a watched meeting stand in one shared ring; a client
that falls out of it is served from the log, page by page. So memory per meeting is fixed, one slow client
costs the others nothing, and resuming after a lost connection is the same code as catching up.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType

import structlog

from wingman.core.events import Envelope, StreamCaughtUp, StreamReset
from wingman.events.frames import Frame, transient
from wingman.events.log import EpochLog, EventLog
from wingman.events.snapshot import Snapshot

log = structlog.get_logger(__name__)

AHEAD_S = 20.0
"""How long a client may have seen more than is stored, where another process tells it, before it is told to
begin anew: longer than the longest election."""


@dataclass(frozen=True, slots=True)
class HubLimits:
    """Bounds of the hub. All are per meeting or per client; none grows with time."""

    ring: int = 512
    """Frames kept in memory per watched meeting."""
    page: int = 500
    """Events read from the log at a time."""
    whole_page: int = 2000
    """The same for a client that takes what it missed in pages: a whole call in a few."""
    behind: int = 16
    """A client this many frames behind is slow: partial transcripts that were replaced are left out."""
    replay: int = 50_000
    """More missed events than this are not replayed: the client gets `stream.reset` and a snapshot."""


class _Feed:
    """One watched meeting: its ring and its watchers."""

    def __init__(self, ring: int) -> None:
        self.frames: deque[Frame] = deque(maxlen=ring)
        self.newest_interim: dict[str, int] = {}
        self.watchers: set[Subscription] = set()

    def add(self, frame: Frame) -> None:
        if self.frames and frame.seq != self.frames[-1].seq + 1:
            self.frames.clear()  # it has no holes: who is behind reads the log
        self.frames.append(frame)
        if channel := frame.interim:
            self.newest_interim[channel] = frame.seq

    def at(self, seq: int) -> Frame | None:
        """The frame `seq`, if the ring holds it."""
        if not self.frames or seq < (first := self.frames[0].seq):
            return None
        index = seq - first
        return self.frames[index] if index < len(self.frames) else None


class _Wall:
    """A listener's defect is its own: the log and the other listeners go on."""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(failure, Exception):
            return False
        log.error("a listener of events failed", exc_info=failure)
        return True


class Hub:
    """Fed by `log.on_committed`; serves any number of subscriptions. Belongs to one event loop."""

    def __init__(self, log: EventLog, limits: HubLimits = HubLimits()) -> None:
        self._log = log
        self._limits = limits
        self._feeds: dict[str, _Feed] = {}
        self._taps: list[Callable[[Sequence[Envelope]], None]] = []
        log.on_committed(self.committed)

    def committed(self, envelopes: Sequence[Envelope]) -> None:
        """Hand on what the log has made durable."""
        self._feed(envelopes)
        for tap in self._taps:
            with _Wall():
                tap(envelopes)

    def _feed(self, envelopes: Sequence[Envelope]) -> None:
        woken: set[Subscription] = set()
        for envelope in envelopes:
            feed = self._feeds.get(envelope.meeting)
            if feed is not None:
                feed.add(Frame(envelope))
                woken |= feed.watchers
        for subscription in woken:
            subscription.wake()

    def followed(self, envelopes: Sequence[Envelope]) -> None:
        """Hand on what another process has made durable: to who watches here, and to no tap."""
        self._feed(envelopes)

    def tap(self, callback: Callable[[Sequence[Envelope]], None]) -> None:
        """Also hand every committed batch to `callback` (webhooks, ledgers). It must be short."""
        self._taps.append(callback)

    def subscribe(
        self, meeting: str, after: int = 0, *, epoch: int = 0, merge: bool = True, whole: bool = False
    ) -> Subscription:
        """Watch a meeting from the event after `after`, which a node of this `epoch` told (0: not known). Close
        the subscription when done.

        With `merge`, partial transcripts that a newer one replaced may be left out for a slow client. With
        `whole`, what was missed is replayed however much it is: a client that takes it in pages can.
        """
        feed = self._feeds.get(meeting)
        if feed is None:
            feed = self._feeds[meeting] = _Feed(self._limits.ring)
        subscription = Subscription(self, feed, meeting, max(0, after), merge=merge, whole=whole)
        subscription.told_by = epoch
        feed.watchers.add(subscription)
        return subscription

    def end(self, meeting: str, reason: str) -> None:
        """End every subscription of a meeting: it was deleted."""
        feed = self._feeds.pop(meeting, None)
        for subscription in feed.watchers if feed else ():
            subscription.end(reason)

    def close(self, reason: str = "the service is stopping") -> None:
        """End every subscription."""
        for meeting in list(self._feeds):
            self.end(meeting, reason)

    def watchers(self, meeting: str) -> int:
        """How many subscriptions watch a meeting."""
        feed = self._feeds.get(meeting)
        return len(feed.watchers) if feed else 0

    @property
    def lagging(self) -> bool:
        """True while some client has not had all that was committed."""
        return any(watcher.lag > 0 for feed in self._feeds.values() for watcher in feed.watchers)

    @property
    def limits(self) -> HubLimits:
        """How much a client may owe before it is closed."""
        return self._limits

    @property
    def log(self) -> EventLog:
        """Where the events are kept."""
        return self._log

    def leave(self, subscription: Subscription) -> None:
        """Forget a subscription; the meeting's ring goes with the last one."""
        feed = self._feeds.get(subscription.meeting)
        if feed is not None:
            feed.watchers.discard(subscription)
            if not feed.watchers:
                del self._feeds[subscription.meeting]


class Subscription:
    """One client's place in one meeting.

    First `catch_up` (frames from the log), then `take` what is there now or `read` to wait for it.
    """

    def __init__(self, hub: Hub, feed: _Feed, meeting: str, after: int, *, merge: bool, whole: bool) -> None:
        self.meeting = meeting
        self._hub = hub
        self._feed = feed
        self._next = after + 1
        self._merge = merge
        self._whole = whole
        self._callback: Callable[[], None] | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._ended = ""
        self.told_by = 0
        """The epoch of the node that told the client what it has; 0 once that is known to be stored."""
        self._patience: asyncio.TimerHandle | None = None
        """Runs while the client is ahead of the log."""
        self._impatient = False

    @property
    def ended(self) -> str:
        """Why nothing more will come; empty while something may."""
        return self._ended

    @property
    def next(self) -> int:
        """The `seq` this client has not had yet."""
        return self._next

    @property
    def lag(self) -> int:
        """Committed events this client has not had yet (those the ring knows of)."""
        return self._feed.frames[-1].seq + 1 - self._next if self._feed.frames else 0

    @property
    def behind_ring(self) -> bool:
        """True when the next frame has left the ring: `catch_up` again."""
        return bool(self._feed.frames) and self._next < self._feed.frames[0].seq

    @property
    def stuck(self) -> bool:
        """True when `take` will never give anything again by itself: `catch_up`, or it has ended."""
        return bool(self._ended) or self.behind_ring or self._overtaken

    @property
    def epoch(self) -> int:
        """Which of the meeting's owners tells now; 0 where there is one process."""
        log = self._hub.log
        return log.epoch(self.meeting) if isinstance(log, EpochLog) else 0

    @property
    def _overtaken(self) -> bool:
        """The client is ahead of the log, and it may never come to what the client has seen."""
        return self._patience is not None and (self._impatient or self.epoch > self.told_by)

    def take(self) -> Frame | None:
        """The next frame of the ring, or None when there is none (or `behind_ring`)."""
        # a thousand clients run through here for every event: newest frame first, it is what most of them want
        if self._patience is not None and not self._has_caught_up():
            return None
        frames = self._feed.frames
        if frames and frames[-1].seq == self._next:
            self._next += 1
            return frames[-1]
        while (frame := self._feed.at(self._next)) is not None:
            self._next += 1
            if not self._replaced(frame):
                return frame
        return None

    async def catch_up(self) -> Sequence[Frame]:
        """The next page from the log; empty once `take` can go on.

        The first page begins with `stream.reset` and a snapshot when what was asked for is gone, lies in
        the future, or is too long ago to be replayed.
        """
        log, limits = self._hub.log, self._hub.limits
        if self.told_by and isinstance(log, EpochLog) and not await self._holds(log):
            return await self._reset(
                "some of what you have seen was never stored", await log.last_seq(self.meeting)
            )
        if self._feed.at(self._next) is not None:
            self._caught()
            return ()
        last = await log.last_seq(self.meeting)
        if self._next > last + 1:
            if self._may_wait():
                return ()
            return await self._reset("the log is shorter than what you have seen", last)
        self._caught()
        if not self._whole and last + 1 - self._next > limits.replay:
            return await self._reset("you missed more than is replayed", last)
        size = limits.whole_page if self._whole else limits.page
        page = await log.read(self.meeting, self._next - 1, size)
        if page and page[0].seq != self._next:
            return await self._reset("what you asked for is no longer stored", last)
        if not page:
            return ()
        self._next = page[-1].seq + 1
        return list(self._page_frames(page))

    async def read(self) -> Sequence[Frame]:
        """Wait for the next frames, from the ring or the log. Empty once the subscription has ended."""
        while not self._ended:
            frames = await self.catch_up() if self.behind_ring or self._overtaken else self._take_all()
            if frames:
                return frames
            await self._wait()
        return ()

    def caught_up(self) -> Frame:
        """The mark that says: everything up to here has been delivered."""
        return transient(self.meeting, self._next - 1, StreamCaughtUp(self._next - 1, self.epoch))

    def on_ready(self, callback: Callable[[], None] | None) -> None:
        """Call `callback` inside the hub's call when there is something to `take`; None stops it."""
        self._callback = callback

    def wake(self) -> None:
        """Look for something to send."""
        if self._callback is not None:
            self._callback()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def end(self, reason: str) -> None:
        """Say that nothing more will come."""
        self._ended = reason
        self.wake()

    def close(self) -> None:
        """Leave the meeting. Idempotent."""
        self._callback = None
        self._caught()
        self._hub.leave(self)

    def _take_all(self) -> list[Frame]:
        frames = []
        while (frame := self.take()) is not None:
            frames.append(frame)
        return frames

    async def _wait(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    async def _holds(self, log: EpochLog) -> bool:
        return await log.holds(self.meeting, self._next - 1, self.told_by)

    def _may_wait(self) -> bool:
        """Another process told more than is known here: what it told is on its way, or comes when the servers
        take it again. Not for ever.
        """
        if not self.epoch or self._impatient:
            return False
        self.told_by = self.told_by or self.epoch
        if self._patience is None:
            self._patience = asyncio.get_running_loop().call_later(AHEAD_S, self._lose_patience)
        return True

    def _has_caught_up(self) -> bool:
        """Has the log come to what this client, which was ahead of it, has seen?"""
        if self._overtaken or self._feed.at(self._next) is None:
            return False
        self._caught()
        return True

    def _lose_patience(self) -> None:
        self._impatient = True
        self.wake()

    def _caught(self) -> None:
        """The log has what the client has seen."""
        self.told_by = 0
        if self._patience is not None:
            self._patience.cancel()
            self._patience, self._impatient = None, False

    async def _reset(self, reason: str, last: int) -> Sequence[Frame]:
        self._caught()
        snapshot = await Snapshot.read(self._hub.log, self.meeting, last)
        self._next = last + 1
        return (transient(self.meeting, last, StreamReset(reason, snapshot, self.epoch)),)

    def _replaced(self, frame: Frame) -> bool:
        if not self._merge or not (channel := frame.interim):
            return False
        newest = self._feed.newest_interim.get(channel, 0)
        return newest > frame.seq and self.lag >= self._hub.limits.behind

    def _page_frames(self, page: Sequence[Envelope]) -> Iterator[Frame]:
        frames = [Frame(envelope) for envelope in page]
        newest = {channel: frame.seq for frame in frames if (channel := frame.interim)}
        for frame in frames:
            channel = frame.interim
            if not (self._merge and channel and newest[channel] > frame.seq):
                yield frame
