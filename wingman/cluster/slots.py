"""What a vendor's plan allows at once, counted over all nodes: slot k of N is a key with a lease.

A node that dies gives its slots back when their leases end. Who waits says so, so that those who have one give
it up as soon as they can.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from hashlib import blake2b

import structlog
from nats.aio.msg import Msg

from wingman.cluster import subjects
from wingman.cluster.jetstream import TTL, JetStream, StaleError, UnavailableError, UnknownError
from wingman.link.slots import Held, Slots

log = structlog.get_logger(__name__)

RENEWALS = 4
LOOK_S = 0.25
"""How often somebody who waits looks again."""
TELL_AFTER_S = 2.0
"""How long a wait may be before it is told."""
SILENT_S = 5.0
"""When the servers do not answer for so long, the vendor has to keep its limit itself."""
WAITED_S = 1.0
"""Somebody waits who said so less than this long ago."""


class SlotLeases:
    """The slots this node holds. `run` it for as long as it serves."""

    def __init__(self, jetstream: JetStream, node: str, lease_s: float) -> None:
        self._jetstream = jetstream
        self._node = node
        self._lease_s = lease_s
        self._held: dict[str, int] = {}
        """Key → the number of its newest message."""
        self._given_back: set[str] = set()
        self._waits: dict[str, float] = {}
        self._wake = asyncio.Event()
        self._deaf: Callable[[], object] | None = None

    def of(self, name: str, count: int) -> Slots:
        """The slots of this name; `count` 0 sets no limit."""
        return _NodeSlots(self, blake2b(name.encode(), digest_size=8).hexdigest(), count)

    async def open(self) -> None:
        """Hear who waits elsewhere."""
        await self._jetstream.subscribe(subjects.WAITS_ALL, self._heard)

    async def run(self) -> None:
        """Renew what is held and give back what is not, until cancelled; then give back all."""
        try:
            while True:
                self._wake.clear()
                try:
                    async with asyncio.timeout(self._lease_s / RENEWALS):
                        await self._wake.wait()
                except TimeoutError:
                    await self._renew()
                await self._give_back()
        finally:
            self._given_back |= set(self._held)
            await self._give_back()

    def waits(self, name: str) -> bool:
        """Somebody on another node waits for one of these."""
        return asyncio.get_running_loop().time() - self._waits.get(name, -WAITED_S) < WAITED_S

    async def tell(self, name: str) -> None:
        """Say that this node waits."""
        await self._jetstream.tell(subjects.waits(name), self._node.encode())

    async def take(self, key: str) -> bool:
        """Take a key that nobody holds. Raises `UnavailableError` or `UnknownError`."""
        try:
            self._held[key] = await self._put(key, 0)
        except StaleError:
            return False
        return True

    def release(self, key: str) -> None:
        """Let others have it, soon."""
        self._given_back.add(key)
        self._wake.set()

    async def _put(self, key: str, expect: int) -> int:
        lease = {TTL: str(max(1, round(self._lease_s)))}
        return await self._jetstream.publish(key, self._node.encode(), headers=lease, expect=expect)

    async def _renew(self) -> None:
        for key, seq in tuple(self._held.items()):
            try:
                self._held[key] = await self._put(key, seq)
            except StaleError:  # this node was frozen, or cut off, for longer than the lease
                log.warning("a provider slot was given to somebody else meanwhile", slot=key)
                self._held.pop(key, None)
            except (UnavailableError, UnknownError) as failed:
                log.warning("a provider slot could not be renewed", slot=key, reason=str(failed))

    async def _give_back(self) -> None:
        for key in tuple(self._given_back):
            self._given_back.discard(key)
            if self._held.pop(key, None) is None:
                continue
            try:
                await self._jetstream.purge(subjects.SLOTS, key)
            except (UnavailableError, UnknownError):
                log.warning("a provider slot is free when its lease ends", slot=key)

    async def _heard(self, message: Msg) -> None:
        if bytes(message.data) != self._node.encode():
            self._waits[message.subject.rpartition(".")[2]] = asyncio.get_running_loop().time()


class _Slot:
    def __init__(self, leases: SlotLeases, key: str) -> None:
        self._leases = leases
        self._key = key

    def release(self) -> None:
        key, self._key = self._key, ""
        if key:
            self._leases.release(key)


class _NodeSlots:
    """`link.slots.Slots` over all nodes."""

    def __init__(self, leases: SlotLeases, name: str, count: int) -> None:
        self.count = count
        self._leases = leases
        self._name = name
        self._waiting = 0

    @property
    def wanted(self) -> bool:
        return self.count > 0 and (self._waiting > 0 or self._leases.waits(self._name))

    def take_now(self) -> Held | None:
        """Nobody knows without asking: who needs a second one gives the first one back."""
        return None if self.count else _Slot(self._leases, "")

    async def take(self, held: Callable[[], None] = lambda: None) -> Held:
        if not self.count:
            return _Slot(self._leases, "")
        loop = asyncio.get_running_loop()
        began, heard, told = loop.time(), loop.time(), False
        self._waiting += 1
        try:
            while True:
                try:
                    if (slot := await self._free()) is not None:
                        return slot
                    heard = loop.time()
                    await self._leases.tell(self._name)
                except (UnavailableError, UnknownError):
                    if loop.time() - heard > SILENT_S:
                        log.warning("provider slots cannot be counted: the NATS servers do not answer")
                        return _Slot(self._leases, "")
                if not told and loop.time() - began > TELL_AFTER_S:
                    told = True
                    held()
                await asyncio.sleep(LOOK_S)
        finally:
            self._waiting -= 1

    async def _free(self) -> Held | None:
        for number in range(self.count):
            key = subjects.slot(self._name, number)
            if await self._leases.take(key):
                return _Slot(self._leases, key)
        return None
