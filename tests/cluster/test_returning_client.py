"""A connection comes back whatever the server says, and whatever answers in its place for a while."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from tests.support.nats import KEY, Servers
from tests.support.until import until
from wingman.cluster import jetstream as jetstream_module
from wingman.cluster.jetstream import JetStream
from wingman.config.cluster import ClusterSettings
from wingman.config.section import Secret


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jetstream_module, "AGAIN_S", 0.01)


@dataclass
class Between:
    """A port in front of a server: `instead` is what connections get in its place, one each."""

    server: int
    instead: list[bytes] = field(default_factory=list)
    clients: list[asyncio.StreamWriter] = field(default_factory=list)
    url: str = ""

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.instead:
            writer.write(self.instead.pop())
            with contextlib.suppress(OSError):
                await writer.drain()
            writer.close()
            return
        up, down = await asyncio.open_connection("127.0.0.1", self.server)
        self.clients.append(writer)
        async with asyncio.TaskGroup() as group:
            group.create_task(_copied(reader, down))
            group.create_task(_copied(up, writer))

    def say(self, text: bytes) -> None:
        """As if the server had said it; it hangs up then."""
        self.clients[-1].write(text)
        self.clients[-1].close()


async def _copied(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(65_536):
            sink.write(data)
    sink.close()


@contextlib.asynccontextmanager
async def between(running: Servers) -> AsyncIterator[tuple[Between, JetStream]]:
    made = Between(running.all[0].port)
    listening = await asyncio.start_server(made.accept, "127.0.0.1", 0)
    made.url = f"nats://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    jetstream = await JetStream.open(ClusterSettings(url=made.url, key=Secret(KEY)), "test")
    try:
        yield made, jetstream
    finally:
        await jetstream.aclose()
        listening.close()


@pytest.mark.parametrize(
    "said",
    [
        "maximum connections exceeded",
        "maximum account active connections exceeded",
        "Authorization Violation",
        "User Authentication Expired",
        "Stale Connection",
        "what no release has said so far",
    ],
)
async def test_an_error_that_ends_the_connection_does_not_end_the_client(
    one_server: Servers, said: str
) -> None:
    returned = asyncio.Event()
    async with between(one_server) as (line, jetstream):
        jetstream.on_return(returned.set)
        line.say(f"-ERR '{said}'\r\n".encode())
        async with asyncio.timeout(30):
            await returned.wait()
        assert await jetstream.api("INFO")


@pytest.mark.parametrize("said", ["Permissions Violation for Publish to x", "maximum subscriptions exceeded"])
async def test_an_error_that_ends_nothing_keeps_the_connection(one_server: Servers, said: str) -> None:
    async with between(one_server) as (line, jetstream):
        with capture_logs() as told:
            line.clients[-1].write(f"-ERR '{said}'\r\n".encode())
            await until(lambda: any(said.lower() in entry["reason"].lower() for entry in told))
        assert await jetstream.api("INFO")
        assert len(line.clients) == 1


@pytest.mark.parametrize(
    "answer",
    [b"", b"INFO", b"INFO []\r\n", b"INFO {}\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"x" * 100_000],
    ids=["nothing", "cut short", "a list", "no fields", "HTTP", "a long line"],
)
async def test_what_is_no_server_is_tried_again(one_server: Servers, answer: bytes) -> None:
    returned = asyncio.Event()
    async with between(one_server) as (line, jetstream):
        jetstream.on_return(returned.set)
        line.instead = [answer] * 2
        line.clients[-1].close()
        async with asyncio.timeout(30):
            await returned.wait()
        assert line.instead == []
        assert await jetstream.api("INFO")


async def test_an_outage_is_told_once(one_server: Servers) -> None:
    """Not with each attempt, of which there are five a second."""
    async with between(one_server) as (line, jetstream):
        with capture_logs() as told:
            line.instead = [b"INFO nothing\r\n"] * 20
            line.clients[-1].close()
            await until(lambda: not line.instead and jetstream.connected)
        assert len([entry for entry in told if "json" in entry["reason"]]) == 1
