"""What a connection may cost before anybody knows whose it is. Pure; time and sockets belong to `uvicorn_seam`.

A connection *waits* until it has sent a whole request head. Waiting ones are cheap and worth nothing, so when
an address has too many of them the one that waited longest is dropped: whoever has something to say is let in.
Connections that have asked for something are counted apart, and a new one beyond the limit is refused.
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
WAITING = 1024
ASKING_PER_ADDRESS = 512
ASKING = 2048


@dataclass(eq=False, slots=True)
class Slot:
    """One connection's place."""

    address: str
    drop: Callable[[], object]
    """Ends the connection."""
    asking: bool = False


@dataclass(slots=True)
class ConnectionLimits:
    """The connections of one process."""

    _waiting: OrderedDict[Slot, None] = field(default_factory=OrderedDict)
    _waiting_at: dict[str, OrderedDict[Slot, None]] = field(default_factory=dict)
    _asking: Counter[str] = field(default_factory=Counter)
    _asking_in_all: int = 0

    def opened(self, address: str, drop: Callable[[], object]) -> Slot:
        """A connection was accepted; drops the oldest waiting one when there are too many."""
        slot = Slot(address, drop)
        self._wait(slot)
        own = self._waiting_at[address]
        if len(own) > WAITING_PER_ADDRESS:
            self._evict(next(iter(own)))
        elif len(self._waiting) > WAITING:
            self._evict(next(iter(self._waiting)))
        return slot

    def asked(self, slot: Slot) -> bool:
        """A whole head has arrived. False when this address, or all together, ask too much at a time."""
        self._leave(slot)
        if self._asking[slot.address] >= ASKING_PER_ADDRESS or self._asking_in_all >= ASKING:
            return False
        slot.asking = True
        self._asking[slot.address] += 1
        self._asking_in_all += 1
        return True

    def answered(self, slot: Slot) -> None:
        """The connection stays open and waits for its next request."""
        self._release(slot)
        self._wait(slot)

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
        """Connections whose head is being read."""
        return self._asking_in_all

    def _wait(self, slot: Slot) -> None:
        self._waiting[slot] = None
        self._waiting_at.setdefault(slot.address, OrderedDict())[slot] = None

    def _evict(self, slot: Slot) -> None:
        self._leave(slot)
        slot.drop()

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
