"""The gate everything passes that leaves a meeting for somebody else, and where it is written down.

A branch runs with its `Outlet` in the task's context (`outlet`); whatever opens a connection below it, a
WebSocket or an HTTP client, finds it there. So no adapter can forget to ask, and what is counted is what was
written to a socket, not what was offered to an adapter. Pure: nothing here opens anything.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, AsyncIterable, Iterator
from contextvars import ContextVar
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


_OUTLET: ContextVar[Outlet | None] = ContextVar("outlet", default=None)


def current() -> Outlet | None:
    """The outlet of the branch that runs here; None outside a meeting."""
    return _OUTLET.get()


@contextlib.contextmanager
def outlet(way_out: Outlet | None) -> Iterator[None]:
    """Everything opened inside leaves by `way_out`; None: it belongs to no meeting."""
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


async def written(
    body: AsyncIterable[bytes], seconds: float = 0.0, size: int = 0
) -> AsyncGenerator[bytes, None]:
    """`body`, each piece written down in the current outlet once it has been written to the socket.

    A piece is asked for when the one before it has been written. `seconds` is how much sound a body of `size`
    bytes holds.
    """
    way_out = current()
    async for piece in body:
        yield piece
        if way_out is not None:
            way_out.sent(len(piece), seconds * len(piece) / size if size else 0.0)
