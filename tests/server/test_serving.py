from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from wingman.core.errors import InputError
from wingman.server.connection_limits import WAITING_PER_ADDRESS
from wingman.server.serving import serve
from wingman.server.uvicorn_seam import LIMITS


async def test_a_taken_port_is_said_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=rf"port {port} .* is taken.*server\.port") as refused:
            await serve(Starlette(), "127.0.0.1", port)
        assert refused.value.field == "server.port"


@pytest.mark.parametrize("host", ["203.0.113.7", "no such host.invalid"])
async def test_an_address_that_is_not_ours(host: str) -> None:
    with pytest.raises(InputError, match=r"server\.host"):
        await serve(Starlette(), host, 0)


@contextlib.asynccontextmanager
async def serving() -> AsyncIterator[int]:
    async def hello(_: Request) -> Response:
        return PlainTextResponse("hello")

    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    app = Starlette(routes=[Route("/", hello, methods=["GET", "POST"])])
    task = asyncio.create_task(serve(app, "127.0.0.1", 0, port.set_result))
    try:
        yield await port
    finally:
        task.cancel()
        await asyncio.wait([task])


async def answer(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        await writer.drain()
        return await reader.read()
    except ConnectionError:
        return b"cut off"
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


HEAD = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (HEAD + b"\r\n", 200),
        (HEAD + b"X: " + b"a" * 30_000 + b"\r\n\r\n", 200),
        (HEAD + b"".join(b"A%d: b\r\n" % n for n in range(90)) + b"\r\n", 200),
        (HEAD + b"".join(b"A%d: b\r\n" % n for n in range(101)) + b"\r\n", 431),
        (HEAD + b"X: " + b"a" * 33_000 + b"\r\n\r\n", 431),
        (HEAD + b"X: " + b"a" * 1_000_000, 431),
        (b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 431),
        (b"GET /" + b"a" * 3_000_000, 431),
        (b"a" * 100_000, 400),
    ],
    ids=lambda value: value if isinstance(value, int) else f"{len(value)} bytes",
)
async def test_a_head_has_a_budget(request_: bytes, status: int) -> None:
    async with serving() as port:
        assert (await answer(port, request_)).startswith(b"HTTP/1.1 %d " % status)
        assert b"hello" in await answer(port, HEAD + b"\r\n")


async def test_the_next_request_of_a_connection_has_the_same_budget() -> None:
    async with serving() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        keep = b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n" + b"b" * 9000
        for _ in range(5):
            writer.write(keep)
            assert (await reader.readuntil(b"hello")).startswith(b"HTTP/1.1 200")
        writer.write(b"GET / HTTP/1.1\r\nX: " + b"a" * 60_000)
        assert b" 431 " in await reader.read()
        writer.close()


async def test_silence_is_dropped_for_those_who_ask() -> None:
    async with serving() as port:
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(WAITING_PER_ADDRESS + 20)]
        assert b"hello" in await answer(port, HEAD + b"\r\n")
        await asyncio.sleep(0.05)
        assert sum(reader.at_eof() for reader, _ in silent[:20]) == 20
        for _, writer in silent:
            writer.close()
        await asyncio.sleep(0.05)
        assert LIMITS.waiting == 0


async def test_a_head_has_to_come_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wingman.server.uvicorn_seam.HEAD_SECONDS", 0.1)
    async with serving() as port:
        assert b" 408 " in await answer(port, b"GET / HTTP/1.1\r\nHost:")
