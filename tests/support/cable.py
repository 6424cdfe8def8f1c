"""A cable between a node and a NATS server that can be pulled: what is sent into it is gone, without a word."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Cable:
    """Listens on `port` for one server."""

    def __init__(self, server: int) -> None:
        self._server = server
        self._listening: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._whole = asyncio.Event()
        self._whole.set()
        self.port = 0

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def pull(self) -> None:
        """Nothing passes any more; connections look open, and new ones get no answer."""
        self._whole.clear()

    def plug_in(self) -> None:
        """What was on the way when it was pulled is gone with its connections."""
        for end in self._ends:
            _drop(end)
        self._whole.set()

    async def open(self) -> None:
        self._listening = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._listening.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._listening is not None:
            self._listening.close()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        for end in self._ends:
            _drop(end)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._ends.add(writer)
        await self._whole.wait()
        try:
            up, down = await asyncio.open_connection("127.0.0.1", self._server)
        except OSError:
            _drop(writer)
            return
        self._ends.add(down)
        for source, sink in ((reader, down), (up, writer)):
            task = asyncio.get_running_loop().create_task(self._pass_on(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65_536):
                if not self._whole.is_set():
                    return  # it fell into the gap
                sink.write(data)
                await sink.drain()
        if self._whole.is_set():
            _drop(sink)


@contextlib.asynccontextmanager
async def cable(server: int) -> AsyncIterator[Cable]:
    """A cable to the server at this port."""
    made = Cable(server)
    await made.open()
    try:
        yield made
    finally:
        await made.close()


def _drop(end: asyncio.StreamWriter) -> None:
    end.close()
    end.transport.abort()
