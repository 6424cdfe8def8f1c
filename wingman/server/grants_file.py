"""The file of the grants: one transaction at a time, and a thread for a disk that may not answer."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

import structlog

from wingman.core.errors import InputError
from wingman.core.threads import OneThread
from wingman.events.sqlite import drivers

T = TypeVar("T")

log = structlog.get_logger(__name__)

BUSY_MS = 50
"""How long a write waits for another program."""
ANSWER_S = 2.0
"""How long whoever asks waits for the disk."""
STOP_S = 5.0
"""What the disk may take to store the rest when the service stops."""
NO_ANSWER = "it does not answer"


class StoreRefusedError(InputError):
    """The disk does not take it now."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the disk does not take this now ({reason}); free some space and try again", status=503
        )


def _nothing(_: sqlite3.Connection) -> Callable[[], None]:
    return lambda: None


class GrantsFile:
    """Calls may come from any thread, and wait for the disk. On an event loop: `ask` and `later`."""

    def __init__(self, path: Path | None, key: str, schema: str) -> None:
        """`path` None keeps everything in memory; `key` encrypts the file.

        Raises one of `drivers.Error` when the file cannot be had, or does not open with the key.
        """
        self._written: Callable[[], object] = lambda: None
        self._changes = (0, 0)
        self._lock = threading.Lock()
        self._thread = OneThread("wingman-grants") if path is not None else None
        """Memory answers at once, and needs none."""
        self._stuck: Future[Any] | None = None
        """What the disk was asked and has not answered in time."""
        self.owed: Callable[[sqlite3.Connection], Callable[[], None]] = _nothing
        """Each transaction begins with this; what it returns is called once that is stored."""
        self._db = drivers.open_file(path or Path(":memory:"), key if path is not None else "")
        with contextlib.ExitStack() as failing:
            failing.callback(self._db.close)
            if path is not None:
                self._db.execute("PRAGMA journal_mode=WAL")
                self._db.execute("PRAGMA synchronous=NORMAL")
                self._db.execute(f"PRAGMA busy_timeout={BUSY_MS}")
            self._db.execute("PRAGMA secure_delete=ON")
            self._db.executescript(schema)
            failing.pop_all()
        if path is None:  # whoever lets go of it is done with it: there is no file to release
            weakref.finalize(self, self._db.close).atexit = False

    def close(self) -> None:
        """Release the file; a disk that does not answer is left alone after `STOP_S`."""
        if self._thread is not None and not self._thread.close(STOP_S):
            log.error("the disk of the grants does not answer; audit entries were not stored")
            return
        self.settle()
        with self._lock:
            self._db.close()

    def settle(self) -> None:
        """Store what still waits; the file is closed next."""

    # --- on an event loop -----------------------------------------------------------------------

    async def ask(self, work: Callable[[], T], within: float = ANSWER_S) -> T:
        """What `work` (calls of this file) returns or raises; it is done in a thread.

        Raises `StoreRefusedError` when the disk does not answer within so many seconds; `work` is done later
        then. While that is so, further ones are refused at once.
        """
        if self._thread is None:
            return work()
        if self.stuck:
            raise StoreRefusedError(NO_ANSWER)
        asked = self.submit(work)
        answer = asyncio.wrap_future(asked)
        answer.add_done_callback(_seen)
        await asyncio.wait([answer], timeout=within)
        if not asked.done():  # a loop that was late finds it done all the same
            self._stuck = asked
            raise StoreRefusedError(NO_ANSWER)
        return await answer

    @property
    def stuck(self) -> bool:
        """Whether the disk still owes an answer that somebody waited for in vain."""
        return self._stuck is not None and not self._stuck.done()

    def later(self, work: Callable[[], object]) -> None:
        """Do `work` (calls of this file) in the thread; what it raises is logged."""

        def done() -> None:
            try:
                work()
            except StoreRefusedError as refused:
                log.warning("a change of the grants was not stored", reason=str(refused))

        with contextlib.suppress(StoreRefusedError):
            self.submit(done)

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """What `work` will return, from the thread; memory has done it already.

        Raises `StoreRefusedError` when too much waits.
        """
        if self._thread is None:
            answer: Future[T] = Future()
            answer.set_result(work())
            return answer
        try:
            return self._thread.submit(work)
        except queue.Full:
            raise StoreRefusedError(NO_ANSWER) from None

    # --- reading and writing --------------------------------------------------------------------

    def rows_of(self, query: str, values: tuple[object, ...] = ()) -> list[Any]:
        """All rows a query finds."""
        with self._lock:
            return self._db.execute(query, values).fetchall()

    def row_of(self, query: str, values: tuple[object, ...] = ()) -> Any:
        """The first row a query finds; None when there is none."""
        with self._lock:
            return self._db.execute(query, values).fetchone()

    @contextlib.contextmanager
    def writing(self, *, told: bool = True) -> Iterator[sqlite3.Connection]:
        """One transaction, which begins with what is owed; `told`: call whoever waits for writes after it.

        Raises `StoreRefusedError`.
        """
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                stored = self.owed(self._db)
                yield self._db
                self._db.execute("COMMIT")
            except BaseException as failed:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                if isinstance(failed, drivers.OperationalError):
                    raise StoreRefusedError(str(failed)) from None
                raise
            stored()
        if told:
            self._written()

    def version(self) -> int:
        """Changes when another process has written."""
        return int(self.row_of("PRAGMA data_version")[0])

    def changed(self) -> bool:
        """Was anything written since this was last asked, by this process or another one?"""
        with self._lock:
            now = (int(self._db.execute("PRAGMA data_version").fetchone()[0]), self._db.total_changes)
        before, self._changes = self._changes, now
        return now != before

    def on_write(self, callback: Callable[[], object]) -> None:
        """Call `callback` after each write of this process, in the thread that wrote."""
        self._written = callback


def _seen(answer: asyncio.Future[Any]) -> None:
    """Who asked may be gone by now: nobody else has to hear of a failure."""
    if not answer.cancelled():
        answer.exception()
