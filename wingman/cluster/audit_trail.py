"""Every node's audit log on every node: each entry is told once more, sealed, in a stream of all of them.

A node's entries are chained where they are made; here they stand in the order in which they came, each chain
under a name of its own. What a node had written and not told before it died is told when it is back
with its disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import Protocol, TypeVar

import msgspec
import structlog

from wingman.cluster import subjects
from wingman.cluster.jetstream import JetStream, StaleError, Stored, UnavailableError, UnknownError
from wingman.cluster.record import UnreadableError, seal, unseal
from wingman.core.errors import InputError
from wingman.core.json import JsonObject

T = TypeVar("T")

log = structlog.get_logger(__name__)

LOOK_S = 0.5
"""How often new entries of this node are looked for."""
PAGE = 200


class AuditStore(Protocol):
    """This node's audit log; what an entry looks like is its own affair."""

    async def ask(self, work: Callable[[], T]) -> T:
        """What `work`, which waits for the disk, returns. Raises `InputError` when that does not answer."""
        ...

    def rows(self, after: int, limit: int) -> list[tuple[int, bytes]]:
        """Entries with a higher number than `after`, each behind its number, oldest first."""
        ...

    def follows(self, row: bytes, before: bytes | None) -> bool:
        """Does an entry of any node follow on this one of the same node (None: is it the first)?"""
        ...


@dataclass(frozen=True, slots=True)
class Told:
    """One entry, as all nodes have it."""

    at: int
    """Where it stands among those of all nodes."""
    chain: str
    node: str
    number: int
    """Its number on its node."""
    row: bytes


class AuditTrail:
    """One for each node. `run` it for as long as it serves."""

    def __init__(self, jetstream: JetStream, key: bytes, node: str, store: AuditStore) -> None:
        self._jetstream = jetstream
        self._key = key
        self._node = node
        self._store = store
        self._subject = ""
        """Where this node tells its own; empty until it is known how much of it was told before."""
        self._told = 0
        """The number of this node's newest entry that all nodes have."""
        self._at = 0
        """Where that stands."""
        self._checking = asyncio.Lock()
        self._whole_to = 0
        """Up to which place every entry was found to follow on its chain's one before."""
        self._ends: dict[str, bytes] = {}
        """The newest entry of each chain up to there."""

    async def run(self) -> None:
        """Tell what is written here, until cancelled."""
        while True:
            try:
                await self.tell()
            except (UnavailableError, UnknownError, InputError):
                log.debug("the audit log is told later")
            except StaleError:  # the answer to one was lost
                self._subject = ""
            await asyncio.sleep(LOOK_S)

    async def tell(self) -> None:
        """Tell what was not told yet. Raises `UnavailableError`, `UnknownError` or `StaleError`."""
        if not self._subject and not await self._find_out():
            return
        while rows := await self._store.ask(partial(self._store.rows, self._told, PAGE)):
            for number, row in rows:
                body = seal(self._key, msgspec.msgpack.encode((self._node, number, row)), self._subject)
                self._at = await self._jetstream.publish(self._subject, body, expect=self._at)
                self._told = number

    async def read(self, after: int, limit: int) -> Sequence[tuple[int, str, bytes]]:
        """Entries behind this place among those of all nodes: the place, the node and the entry.

        Raises `InputError` (503) when the servers do not answer.
        """
        return [(told.at, told.node, told.row) for told in await self._page(after, limit)]

    async def broken_at(self) -> int:
        """The place of the first entry that does not follow on its node's one before; 0 when all do."""
        async with self._checking:
            while page := await self._page(self._whole_to, PAGE):
                for told in page:
                    if not self._store.follows(told.row, self._ends.get(told.chain)):
                        return told.at
                    self._ends[told.chain], self._whole_to = told.row, told.at
        return 0

    async def _find_out(self) -> bool:
        """Where this node's entries go, and how many of them the others have; False before there is one."""
        first = await self._store.ask(partial(self._store.rows, 0, 1))
        if not first:
            return False
        subject = subjects.audit(blake2b(first[0][1], digest_size=8).hexdigest())
        newest = await self._jetstream.newest(subjects.AUDIT, subject)
        if newest is not None:
            self._told, self._at = self._opened(newest).number, newest.seq
        self._subject = subject
        return True

    async def _page(self, after: int, limit: int) -> list[Told]:
        found: list[Told] = []
        while len(found) < limit:
            many = min(PAGE, limit - len(found))
            query: JsonObject = {"next_by_subj": subjects.AUDIT_ALL, "seq": after + 1, "batch": many}
            try:
                page = await self._jetstream.page(subjects.AUDIT, query)
            except (UnavailableError, UnknownError):
                raise InputError("the NATS servers do not answer; ask again in a moment", status=503) from None
            if not page:
                break
            found += [self._opened(stored) for stored in page]
            after = page[-1].seq
        return found

    def _opened(self, stored: Stored) -> Told:
        """Raises `InputError` for what another key has sealed."""
        try:
            plain = unseal(self._key, stored.body, stored.subject)
            node, number, row = msgspec.msgpack.decode(plain, type=tuple[str, int, bytes])
        except (UnreadableError, msgspec.MsgspecError):
            raise InputError(f"entry {stored.seq} of the audit log was changed", status=500) from None
        return Told(stored.seq, stored.subject, node, number, row)
