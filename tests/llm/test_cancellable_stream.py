from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from wingman.core.errors import FaultKind, ProviderFault
from wingman.llm.cancellable_stream import CancellableStream


class Source:
    """A stream that remembers how it ended."""

    def __init__(self, chunks: int = 3, fail: bool = False, stall: bool = False) -> None:
        self.chunks = chunks
        self.fail = fail
        self.stall = stall
        self.closed = False

    async def open(self) -> AsyncIterator[int]:
        return self._read()

    async def _read(self) -> AsyncIterator[int]:
        try:
            for number in range(self.chunks):
                await asyncio.sleep(0)
                yield number
            if self.fail:
                raise OSError("broke")
            if self.stall:
                await asyncio.Event().wait()
        finally:
            self.closed = True


async def drain(open_stream: Callable[[], Awaitable[AsyncIterator[int]]], into: list[int]) -> None:
    async with CancellableStream(open_stream) as pump:
        async for chunk in pump:
            into.append(chunk)


async def test_chunks_come_in_order_and_the_end_is_clean() -> None:
    source = Source(chunks=5)
    async with CancellableStream(source.open) as pump:
        assert [chunk async for chunk in pump] == [0, 1, 2, 3, 4]
    assert source.closed


async def test_what_broke_the_stream_is_raised_after_its_chunks() -> None:
    seen: list[int] = []
    with pytest.raises(OSError, match="broke"):
        await drain(Source(fail=True).open, seen)
    assert seen == [0, 1, 2]


async def test_a_stream_that_cannot_be_opened_is_raised() -> None:
    async def refuse() -> AsyncIterator[int]:
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        await drain(refuse, [])


async def test_leaving_ends_the_reader_wherever_it_waits() -> None:
    source = Source(stall=True)
    async with CancellableStream(source.open) as pump:
        async for _ in pump:
            break
    assert source.closed


async def test_an_error_nobody_waited_for_is_not_reported_as_lost() -> None:
    source = Source(chunks=1, fail=True)
    async with CancellableStream(source.open) as pump:
        async for _ in pump:
            await asyncio.sleep(0.01)  # the stream breaks meanwhile
            break


async def test_cancelling_the_consumer_ends_the_reader() -> None:
    source, begun = Source(stall=True), asyncio.Event()

    async def consume() -> None:
        async with CancellableStream(source.open) as pump:
            async for _ in pump:
                begun.set()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(consume())
        await begun.wait()
        task.cancel()
    assert source.closed


async def test_what_the_client_cannot_read_is_the_providers_fault() -> None:
    async def odd() -> AsyncIterator[int]:
        raise TypeError("argument of type 'int' is not iterable")

    with pytest.raises(ProviderFault, match="could not be read") as failed:
        await drain(odd, [])
    assert failed.value.kind is FaultKind.PROTOCOL
