"""What goes to this node's clients, and when: once the servers hold it, or have not answered in time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog

from wingman.core.events import Envelope, StorageState
from wingman.events.log import Committed
from wingman.events.sqlite.uncommitted import Uncommitted
from wingman.observe import metrics

log = structlog.get_logger(__name__)

ANSWER_S = 1.0
"""What the servers may take for a commit before its events are handed on without them; see `storage.state`."""
STORAGE = {
    "stored": "",
    "memory": "the NATS servers do not answer: the meeting goes on in memory until they do again",
    "lost": "the NATS servers have not answered for too long: what is new is in this node's memory alone, and "
    "stored only if they have room again while it runs; export it before you leave",
}


class Delivery:
    """The events of the meetings that run here, on their way to whoever listens here."""

    def __init__(self) -> None:
        self.handed_on = Uncommitted({})
        """How far each meeting was handed on, and what of that the servers do not hold."""
        self.callback: Committed | None = None
        """Told of events to hand on."""
        self.on_change: Callable[[StorageState], None] | None = None
        """Told when the servers began to refuse, gave up, or answer again."""
        self._loop = asyncio.get_running_loop()
        self._watch: asyncio.TimerHandle | None = None
        self.state = StorageState("stored")
        """What was told last."""
        self._faulty_since = 0.0

    @property
    def fault(self) -> str:
        """Why events are only held in memory just now; empty while the servers take them."""
        return self.state.detail

    def appended(self, envelope: Envelope) -> None:
        """An event of a meeting that runs here was queued for the servers."""
        self.handed_on.appended(envelope, self._loop.time())
        if self._watch is None:
            self._watch = self._loop.call_later(0.0 if self.fault else ANSWER_S, self._look)

    def stored(self, envelopes: Sequence[Envelope]) -> None:
        """The servers hold these."""
        self._hand_on(self.handed_on.answered(envelopes, durable=True))
        self.handed_on.written(envelopes)

    def tell(self, state: str) -> None:
        """The servers' state is now `stored`, `memory` or `lost`."""
        if STORAGE[state] == self.fault:
            return
        now = self._loop.time()
        if self.fault:
            metrics.LEADERLESS_SECONDS.inc(now - self._faulty_since)
        self.state, self._faulty_since = StorageState(state, STORAGE[state]), now
        log.warning("event log storage changed", state=state, detail=self.fault)
        if self.on_change is not None:
            self.on_change(self.state)

    def close(self) -> None:
        """Watch no more."""
        if self._watch is not None:
            self._watch.cancel()

    def _look(self) -> None:
        """Meetings wait for no election: what has waited long enough is handed on without the servers."""
        self._watch = None
        since, now = self.handed_on.waiting_since, self._loop.time()
        if since is None:
            return
        if not self.fault and (wait := since + ANSWER_S - now) > 0:
            self._watch = self._loop.call_later(wait, self._look)
            return
        self._hand_on(self.handed_on.overdue())
        if not self.fault:
            self.tell("memory")

    def _hand_on(self, envelopes: Sequence[Envelope]) -> None:
        if envelopes and self.callback is not None:
            self.callback(envelopes)
