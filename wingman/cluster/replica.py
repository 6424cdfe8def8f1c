"""A small table that every node has: what one changes, all have a moment later. Who was offline reads it all.

Rows are sealed with the cluster's key. Two nodes may change a row at once: each merges what it hears into what
it has, and says so again where the other did not know something. So all end with the same.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol, TypeVar

import structlog
from nats.aio.msg import Msg

from wingman.cluster import subjects
from wingman.cluster.jetstream import TTL, JetStream, UnavailableError, UnknownError
from wingman.cluster.record import UnreadableError, seal, unseal
from wingman.core.errors import InputError

T = TypeVar("T")

log = structlog.get_logger(__name__)

LOOK_S = 0.5
"""How often changes of other processes of this machine are looked for."""
SETTLE_S = 0.01
AGAIN_S = 0.2
LONGEST_S = 90 * 86_400.0
"""A row that ends by itself is kept no longer than this."""
PAGE = 256


class Table(Protocol):
    """What is replicated. Its calls may wait for a disk: `ask` and `later` do them beside the event loop."""

    async def ask(self, work: Callable[[], T]) -> T:
        """What `work`, calls of this table, returns. Raises `InputError` when the disk does not answer."""
        ...

    def later(self, work: Callable[[], object]) -> None:
        """Do `work`, calls of this table, after what was asked before."""
        ...

    def rows(self) -> Mapping[str, bytes]:
        """Every row by its name, `<kind>.<key>`."""
        ...

    def merge(self, name: str, row: bytes) -> bytes:
        """Take in what another node has of a row (empty: it is gone), and return what holds now."""
        ...

    def ends(self, name: str) -> float:
        """When nobody needs the row any more, by the wall time that all nodes go by; 0 for never."""
        ...

    def changed(self) -> bool:
        """Was anything written since this was last asked, by this process or another one?"""
        ...

    def on_write(self, callback: Callable[[], object]) -> None:
        """Call `callback`, from any thread, after this process has written."""
        ...


class Replica:
    """One for each node. `open` it before the first request is answered, and `run` it."""

    def __init__(
        self, jetstream: JetStream, key: bytes, table: Table, shared: Callable[[], float] = time.time
    ) -> None:
        """`shared`: the wall time that all nodes go by."""
        self._jetstream = jetstream
        self._key = key
        self._table = table
        self._shared = shared
        self._told: dict[str, bytes] = {}
        """What the other nodes know."""
        self._unmerged: Counter[str] = Counter()
        """Rows that were heard and are not in the table yet."""
        self._heard_since: set[str] = set()
        """Rows that were heard since the table was last read: what was read of them is old."""
        self._wake = asyncio.Event()

    async def open(self) -> None:
        """Have what the others have. Raises `InputError` (503) when the servers do not answer."""
        loop = asyncio.get_running_loop()
        self._table.on_write(lambda: loop.call_soon_threadsafe(self._wake.set))
        await self._jetstream.subscribe(subjects.TABLES_ALL, self._heard)
        await self._jetstream.once_elected(self._read_all)
        self._jetstream.on_return(self._wake.set)

    async def run(self) -> None:
        """Tell the others what changes, until cancelled."""
        while True:
            try:
                await self._tell()
                async with asyncio.timeout(LOOK_S):
                    await self._wake.wait()
                await asyncio.sleep(SETTLE_S)
            except TimeoutError:
                if not await self._changed():
                    continue
            except (UnavailableError, UnknownError, InputError):
                await asyncio.sleep(AGAIN_S)
            self._wake.clear()

    async def _changed(self) -> bool:
        try:
            return await self._table.ask(self._table.changed)
        except InputError:
            return False  # asked again soon

    async def _tell(self) -> None:
        self._heard_since = set(self._unmerged)
        rows = await self._table.ask(self._table.rows)
        for name in [name for name, row in rows.items() if self._told.get(name) != row]:
            await self._publish(name, rows[name])
        for name in [name for name in self._told if name not in rows and self._told[name]]:
            await self._publish(name, b"")

    async def _publish(self, name: str, row: bytes) -> None:
        subject = subjects.row(name)
        ends = await self._table.ask(partial(self._table.ends, name)) if row else 0.0
        if name in self._heard_since:  # another node has just changed it: a used code must not come back
            self._wake.set()
            return
        left = ends - self._shared() if row else 300.0
        headers = {TTL: str(max(1, round(min(left, LONGEST_S))))} if left > 0 else {}
        before, self._told[name] = self._told.get(name, b""), row  # before its own echo
        try:
            await self._jetstream.publish(subject, seal(self._key, row, subject), headers=headers)
        except (UnavailableError, UnknownError):
            self._told[name] = before
            raise

    async def _read_all(self) -> None:
        seq = 1
        while page := await self._jetstream.page(subjects.TABLES, {"multi_last": ["row.>"], "seq": seq}):
            for stored in page:
                self._take(stored.subject, stored.body)
            seq = page[-1].seq + 1
            if len(page) < PAGE:
                return

    async def _heard(self, message: Msg) -> None:
        self._take(message.subject, bytes(message.data))

    def _take(self, subject: str, body: bytes) -> None:
        try:
            row = unseal(self._key, body, subject)
        except UnreadableError as broken:
            log.error("a row cannot be read", subject=subject, reason=str(broken))
            return
        name = subjects.row_of(subject)
        if self._told.get(name) == row:
            return
        self._told[name] = row
        self._unmerged[name] += 1
        self._heard_since.add(name)
        self._table.later(partial(self._merge, asyncio.get_running_loop(), name, row))

    def _merge(self, loop: asyncio.AbstractEventLoop, name: str, row: bytes) -> None:
        """In the table's thread; once more where its disk refuses."""
        try:
            more = self._table.merge(name, row) != row
        except InputError:
            again = partial(self._table.later, partial(self._merge, loop, name, row))
            loop.call_soon_threadsafe(loop.call_later, LOOK_S, again)
            return
        loop.call_soon_threadsafe(self._merged, name, more)

    def _merged(self, name: str, more: bool) -> None:
        self._unmerged -= Counter((name,))  # what is none is forgotten
        if more:
            self._wake.set()  # this node knows more
