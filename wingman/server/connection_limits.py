"""What a connection may cost before anybody knows whose it is. Pure; time and sockets belong to `uvicorn_seam`.

A connection *waits* until it has sent a whole request head. Waiting ones are cheap and worth nothing: when an
address has too many of them, those that have had their moment are let go, the longest waiting first. One that
was just accepted stays: a thousand overlays that come back together after a restart are no flood. Connections
that have asked for something are counted apart, and a new one beyond the limit is refused in words.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

HEAD_BYTES = 32 * 1024
"""Longest request line and headers together."""
HEADERS = 100
HEAD_SECONDS = 10.0
"""How long a head may take to arrive, counted from the first moment it is waited for."""
WAITING_PER_ADDRESS = 128
"""So many an address may keep waiting for longer than a moment."""
MOMENT_SECONDS = 1.0
"""What a new connection is given to send its head, unless there is no room at all."""
DROPPED_AT_ONCE = 16
"""A flood that has had its moment is cleared in pieces: nobody waits for all of it."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How many connections one process keeps."""

    asking: int = 4096
    asking_per_address: int = 2048
    waiting: int = 4096

    def within(self, room: int) -> Budget:
        """The same where there is room for `room` connections in all."""
        most = max(16, room // 2)
        return Budget(min(self.asking, most), min(self.asking_per_address, most), min(self.waiting, most))


@dataclass(eq=False, slots=True)
class Slot:
    """One connection's place."""

    address: str
    """Whose it is; empty while it waits behind a proxy and nobody knows."""
    drop: Callable[[], bool]
    """Ends the connection. False: it has sent something that was not read yet, and stays."""
    since: float = 0.0
    asking: bool = False


@dataclass(slots=True)
class ConnectionLimits:
    """The connections of one process. `now` is any clock's seconds."""

    budget: Budget = Budget()
    _waiting: OrderedDict[Slot, None] = field(default_factory=OrderedDict)
    _waiting_at: dict[str, OrderedDict[Slot, None]] = field(default_factory=dict)
    _asking: Counter[str] = field(default_factory=Counter)
    _asking_in_all: int = 0

    def opened(self, address: str, drop: Callable[[], bool], now: float) -> Slot:
        """A connection was accepted; lets go of waiting ones when there are too many.

        `address` is empty for a trusted proxy's, which belong to many people.
        """
        slot = Slot(address, drop)
        self._wait(slot, now)
        own = self._waiting_at.get(address, OrderedDict())
        for _ in range(DROPPED_AT_ONCE):
            if len(own) <= WAITING_PER_ADDRESS or now - next(iter(own)).since < MOMENT_SECONDS:
                break
            self._evict(next(iter(own)), now)
        for _ in range(DROPPED_AT_ONCE):
            if len(self._waiting) <= self.budget.waiting:
                break
            self._evict(next(iter(own if len(own) > WAITING_PER_ADDRESS else self._waiting)), now)
        return slot

    def asked(self, slot: Slot, address: str) -> bool:
        """A whole head has arrived from `address`. False when it, or all together, ask too much at a time."""
        self._leave(slot)
        budget = self.budget
        if self._asking[address] >= budget.asking_per_address or self._asking_in_all >= budget.asking:
            return False
        slot.asking, slot.address = True, address
        self._asking[address] += 1
        self._asking_in_all += 1
        return True

    def answered(self, slot: Slot, address: str, now: float) -> None:
        """The connection stays open and waits for its next request; `address` as in `opened`."""
        self._release(slot)
        slot.address = address
        self._wait(slot, now)

    def closed(self, slot: Slot) -> None:
        """The connection is gone. Idempotent."""
        self._leave(slot)
        self._release(slot)

    @property
    def waiting(self) -> int:
        """Connections that have not asked yet."""
        return len(self._waiting)

    @property
    def asking(self) -> int:
        """Connections whose head was read and that are being served."""
        return self._asking_in_all

    def _wait(self, slot: Slot, now: float) -> None:
        slot.since = now
        self._waiting[slot] = None
        if slot.address:
            self._waiting_at.setdefault(slot.address, OrderedDict())[slot] = None

    def _evict(self, slot: Slot, now: float) -> None:
        self._leave(slot)
        if not slot.drop():
            self._wait(slot, now)

    def _leave(self, slot: Slot) -> None:
        self._waiting.pop(slot, None)
        own = self._waiting_at.get(slot.address)
        if own is not None:
            own.pop(slot, None)
            if not own:
                del self._waiting_at[slot.address]

    def _release(self, slot: Slot) -> None:
        if slot.asking:
            slot.asking = False
            self._asking_in_all -= 1
            self._asking[slot.address] -= 1
            if not self._asking[slot.address]:
                del self._asking[slot.address]
