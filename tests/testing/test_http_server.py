"""A small HTTP server over a plain socket: every byte when it is written, and who leaves is noticed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from wingman.testing.http_server import LoopbackHttp, Reply, Request


@asynccontextmanager
async def client(server: LoopbackHttp) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        await asyncio.wait([asyncio.ensure_future(writer.wait_closed())])


class Echo:
    """Answers with the request's body and keeps what was asked."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    async def __call__(self, request: Request, reply: Reply) -> None:
        self.requests.append(request)
        await reply.whole(200, request.body, "text/plain")


async def test_a_request_is_read_whole_and_answered_with_its_length() -> None:
    echo = Echo()
    async with LoopbackHttp(echo) as server, client(server) as (reader, writer):
        writer.write(b"POST /a/b?x=1&y=%C3%A4&x=2 HTTP/1.1\r\nX-Odd:  v:w \r\nContent-Length: 5\r\n\r\nhe")
        writer.write(b"llo")
        head = await reader.readuntil(b"\r\n\r\n")
        assert await reader.readexactly(5) == b"hello"
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"content-length: 5\r\n" in head
    [request] = echo.requests
    assert (request.method, request.path, request.query) == ("POST", "/a/b", {"x": "2", "y": "ä"})
    assert (request.headers["x-odd"], request.body) == ("v:w", b"hello")


async def test_requests_may_share_a_connection_even_sent_at_once() -> None:
    echo = Echo()
    ask = b"GET /%d HTTP/1.1\r\n\r\n"
    async with LoopbackHttp(echo) as server:
        async with client(server) as (reader, writer):
            writer.write(ask % 1 + ask % 2)
            for _ in range(2):
                await reader.readuntil(b"\r\n\r\n")
        async with client(server) as (reader, writer):
            writer.write(ask % 3)
            await reader.readuntil(b"\r\n\r\n")
        assert server.connections == 2
    assert [(request.path, request.connection) for request in echo.requests] == [
        ("/1", 1),
        ("/2", 1),
        ("/3", 2),
    ]


async def test_a_streamed_answer_goes_out_piece_by_piece() -> None:
    go_on = asyncio.Event()

    async def stream(_request: Request, reply: Reply) -> None:
        await reply.begin(503, "text/event-stream")
        await reply.chunk(b"first piece")
        await go_on.wait()
        await reply.chunk(b"second")
        await reply.end()

    async with LoopbackHttp(stream) as server, client(server) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 503 Service Unavailable")
        assert await reader.readexactly(16) == b"b\r\nfirst piece\r\n"
        go_on.set()
        assert await reader.readuntil(b"0\r\n\r\n") == b"6\r\nsecond\r\n0\r\n\r\n"


async def test_who_leaves_early_is_noticed_and_the_answer_is_given_up() -> None:
    begun, given_up = asyncio.Event(), asyncio.Event()

    async def wait_for_ever(_request: Request, _reply: Reply) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            given_up.set()

    async with LoopbackHttp(wait_for_ever) as server:
        async with client(server) as (_, writer):
            writer.write(b"GET / HTTP/1.1\r\n\r\n")
            await begun.wait()
            assert server.open_connections == 1
        await given_up.wait()
        assert len(server.left) == 1


@pytest.mark.parametrize(
    "sent",
    [
        b"POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab",
        b"GET / HTTP",
        b"",
    ],
    ids=["too long", "cut in the body", "cut in the head", "nothing"],
)
async def test_what_cannot_be_read_is_hung_up_on(sent: bytes) -> None:
    echo = Echo()
    async with LoopbackHttp(echo, max_body=10) as server, client(server) as (reader, writer):
        writer.write(sent)
        writer.write_eof()
        assert await reader.read() == b""
    assert (echo.requests, server.left) == ([], [])


async def test_a_connection_can_be_broken_in_the_middle() -> None:
    async def break_off(_request: Request, reply: Reply) -> None:
        await reply.begin(200, "text/plain")
        await reply.chunk(b"and")
        reply.abort()

    async with LoopbackHttp(break_off) as server, client(server) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        assert await reader.read() == b"3\r\nand\r\n", "no last chunk, and no more"


async def test_the_end_of_the_server_cuts_whoever_is_connected() -> None:
    async with LoopbackHttp(Echo()) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
    assert await reader.read() == b""
    assert server.open_connections == 0
    writer.close()
    await writer.wait_closed()
