"""The gate everything passes that leaves a meeting for somebody else, and where it is written down.

A branch runs with its `Outlet` in the task's context (`outlet`); whatever opens a connection below it, a
WebSocket or an HTTP client, finds it there. So no adapter can forget to ask, and what is counted is what was
written to a socket, not what was offered to an adapter. Pure: nothing here opens anything.
"""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol


class Outlet(Protocol):
    """One branch's way out."""

    @property
    def open(self) -> bool:
        """May anything of the meeting leave by it now? Pause, policy and consent decide."""
        ...

    def sent(self, size: int, seconds: float) -> None:
        """So many bytes were written to a socket, carrying so many seconds of audio (0 for text).

        Negative where a connection broke before they had left.
        """
        ...


class Counted:
    """An `Outlet` before there is a meeting: what left is kept for the ledger of the one that follows."""

    def __init__(self) -> None:
        self.sendings: list[tuple[int, float]] = []
        """Bytes and seconds of sound of each."""

    @property
    def open(self) -> bool:
        return True

    def sent(self, size: int, seconds: float) -> None:
        self.sendings.append((size, seconds))

    @property
    def size(self) -> int:
        """Bytes of all."""
        return sum(size for size, _ in self.sendings)

    def enter(self) -> None:
        """Write all of it down in the branch that runs here, once."""
        way_out, sendings = current(), self.sendings
        if way_out is not None:
            self.sendings = []
            for size, seconds in sendings:
                way_out.sent(size, seconds)


class Outside:
    """What leaves the service for no meeting: notes that are indexed, traces, a model that is greeted.

    One object for all of it; a connection finds its own way out by the host it goes to.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()  # traces leave from a thread of their own
        self._left: Counter[str] = Counter()

    @property
    def open(self) -> bool:
        """Nothing of a meeting goes this way, so no pause holds it back."""
        return True

    def towards(self, host: str) -> _Towards:
        """The way out to one host."""
        return _Towards(self, host)

    def sent(self, size: int, _seconds: float, host: str = "elsewhere") -> None:
        with self._lock:
            self._left[host] += size

    def taken(self) -> dict[str, int]:
        """Host → bytes since the last call; whoever asks writes them down."""
        with self._lock:
            left, self._left = self._left, Counter()
        return {host: size for host, size in left.items() if size}


@dataclass(frozen=True, slots=True)
class _Towards:
    """`Outside`, to one host."""

    outside: Outside
    host: str

    @property
    def open(self) -> bool:
        return True

    def sent(self, size: int, seconds: float) -> None:
        self.outside.sent(size, seconds, self.host)


_OUTLET: ContextVar[Outlet | None] = ContextVar("outlet", default=None)


def current(host: str = "") -> Outlet | None:
    """The outlet of what runs here, for a connection to `host`; None where nobody keeps books."""
    found = _OUTLET.get()
    return found.towards(host) if host and isinstance(found, Outside) else found


@contextlib.contextmanager
def outlet(way_out: Outlet | None) -> Iterator[None]:
    """Everything opened inside leaves by `way_out`; None: nobody keeps books of it."""
    before = _OUTLET.set(way_out)
    try:
        yield
    finally:
        _OUTLET.reset(before)


async def first_through(way_out: Outlet, stream: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
    """`stream`, whose request leaves by `way_out`. A generator runs in its caller's context, piece by piece."""
    async with contextlib.aclosing(stream):
        with outlet(way_out):
            piece = await anext(stream, None)
        while piece is not None:
            yield piece
            with outlet(way_out):  # a request that is tried again
                piece = await anext(stream, None)
