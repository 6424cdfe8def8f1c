"""Why an SDK stream is read by a task of its own.

The vendors' clients nest several async generators and only the innermost one closes the HTTP
response: leaving their loop, or closing the outer generator, leaves the request running until some
garbage collection. What does close it at once is a cancellation that arrives while the reader waits
for the next chunk. So the reader here never waits for anything else: it hands chunks over without
suspending, and ending the pump cancels it and waits until it is gone.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from types import TracebackType
from typing import Generic, TypeVar

from wingman.core.errors import FaultKind, ProviderFault

T = TypeVar("T")
UNREADABLE = (ValueError, TypeError, AttributeError, LookupError, RecursionError)
"""What the vendors' clients raise on an answer of another shape than they expect, such as a number for a text:
their models raise the first, their own code each of the others."""


class _End:
    """Marks the end of the stream in the hand-over queue."""


class CancellableStream(Generic[T]):
    """Owns the task that reads `open_stream()`; iterate it inside `async with`.

    The queue needs no bound: one answer is a few dozen chunks, limited by the output tokens asked for.
    """

    def __init__(self, open_stream: Callable[[], Awaitable[AsyncIterator[T]]]) -> None:
        self._open = open_stream
        self._chunks: asyncio.Queue[T | type[_End]] = asyncio.Queue()
        self._reader: asyncio.Task[None] | None = None

    async def __aenter__(self) -> CancellableStream[T]:
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        reader = self._reader
        if reader is None:
            return
        reader.cancel()
        # `wait` neither raises the reader's error nor swallows a cancellation meant for us
        await asyncio.wait((reader,))
        if not reader.cancelled():
            reader.exception()  # seen: whoever iterated got it, or nobody wants it any more

    def __aiter__(self) -> AsyncIterator[T]:
        return self._iterate()

    async def _iterate(self) -> AsyncIterator[T]:
        while True:
            chunk = await self._chunks.get()
            if isinstance(chunk, type):
                break
            yield chunk
        if self._reader is not None:
            await self._reader  # raises what ended the stream, if anything did

    async def _read(self) -> None:
        with contextlib.ExitStack() as always:
            always.callback(self._chunks.put_nowait, _End)
            try:
                async for chunk in await self._open():
                    self._chunks.put_nowait(chunk)
            except UNREADABLE as odd:
                raise ProviderFault(
                    f"the model's answer broke off or could not be read ({type(odd).__name__})",
                    kind=FaultKind.PROTOCOL,
                ) from None
