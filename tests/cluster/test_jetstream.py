from __future__ import annotations

import asyncio
import socket

import pytest

from tests.support.nats import Servers, nodes
from wingman.cluster import jetstream as jetstream_module
from wingman.cluster.jetstream import JetStream, StaleError, UnavailableError
from wingman.cluster.nats_server import free_port
from wingman.config.cluster import ClusterSettings
from wingman.core.errors import InputError


async def test_a_guard_that_does_not_hold_is_stale(one_server: Servers) -> None:
    async with nodes(one_server, 1) as (node,):
        first = await node.jetstream.publish("log.0.x", b"1", expect=0)
        with pytest.raises(StaleError):
            await node.jetstream.publish("log.0.x", b"2", expect=0)
        second = await node.jetstream.publish("log.0.x", b"2", expect=first, headers={"a": "b c"})
        newest = await node.jetstream.newest("WM_LOG_00", "log.0.x")
        assert newest is not None
        assert (newest.seq, newest.body, newest.headers["a"]) == (second, b"2", "b c")
        assert await node.jetstream.newest("WM_LOG_00", "log.0.y") is None


async def test_what_no_stream_takes_is_unavailable(one_server: Servers) -> None:
    async with nodes(one_server, 1) as (node,):
        with pytest.raises(UnavailableError):
            await node.jetstream.publish("nobody.listens", b"")
        assert await node.jetstream.request("nobody.listens", b"", 0.5) is None


async def test_nobody_there_is_one_sentence_without_the_password() -> None:
    settings = ClusterSettings(url=f"nats://user:secret@127.0.0.1:{free_port()}")
    jetstream_module_s, jetstream_module.CONNECT_S = jetstream_module.CONNECT_S, 0.3
    try:
        with pytest.raises(InputError, match="no NATS server answers") as refused:
            await JetStream.open(settings, "test")
    finally:
        jetstream_module.CONNECT_S = jetstream_module_s
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("version", "sentence"), [("2.9.10", "version 2.9; this needs 2.11"), ("2.15.1", "has no JetStream")]
)
async def test_a_server_that_will_not_do_is_refused(version: str, sentence: str) -> None:
    """Debian's server is too old; one without JetStream keeps nothing."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        info = f'{{"server_id":"x","version":"{version}","max_payload":1048576,"headers":true}}'
        writer.write(f"INFO {info}\r\n".encode())
        while line := await reader.readline():
            if line.startswith(b"PING"):
                writer.write(b"PONG\r\n")
            elif line.startswith(b"PUB"):
                inbox = line.split()[2].decode()
                await reader.readline()
                writer.write(f"HMSG {inbox} 1 16 16\r\nNATS/1.0 503\r\n\r\n\r\n".encode())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, family=socket.AF_INET)
    port = server.sockets[0].getsockname()[1]
    try:
        with pytest.raises(InputError, match=sentence):
            await JetStream.open(ClusterSettings(url=f"nats://127.0.0.1:{port}"), "test")
    finally:
        server.close()
        await server.wait_closed()
