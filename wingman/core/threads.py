"""Work that would hold the event loop up, done in a thread."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")
Job: TypeAlias = tuple[Callable[[], Any], "Future[Any]"]


async def in_thread(work: Callable[[], T]) -> T:
    """What `work` returns, from a thread.

    A thread cannot be stopped half-way, so a caller who is cancelled waits for it: what it uses may be closed
    afterwards.
    """
    working = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait([working])
        working.exception()  # nobody is left to hear of it
        raise


class OneThread:
    """Does one thing after the other in a thread of its own, which holds up neither the loop nor the exit.

    For a disk that may not answer. The thread begins with the first job.
    """

    def __init__(self, name: str, most: int = 1000) -> None:
        """`most` jobs may wait; further ones are refused."""
        self._name = name
        self._jobs: queue.Queue[Job | None] = queue.Queue(most)
        self._thread: threading.Thread | None = None

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """What `work` will return. Raises `queue.Full` when too much waits already."""
        answer: Future[T] = Future()
        self._jobs.put_nowait((work, answer))
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()
        return answer

    def close(self, patience_s: float) -> bool:
        """Let it do what waits, for so long; whether it is done. Nothing may be submitted afterwards."""
        if self._thread is None:
            return True
        try:
            self._jobs.put(None, timeout=patience_s)
        except queue.Full:
            return False
        self._thread.join(patience_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            work, answer = job
            if not answer.set_running_or_notify_cancel():
                continue
            try:
                answer.set_result(work())
            except BaseException as failed:  # noqa: BLE001 - it is whoever asked who has to know
                answer.set_exception(failed)
