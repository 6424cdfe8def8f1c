from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from functools import partial
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.support.until import until
from wingman.core.errors import InputError
from wingman.server.client_address import Proxies
from wingman.server.connection_limits import WAITING_PER_ADDRESS, Budget, ConnectionLimits
from wingman.server.serving import serve
from wingman.server.uvicorn_seam import DOOR, Door


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
async def serving(door: Door = DOOR) -> AsyncIterator[int]:
    async def hello(request: Request) -> Response:
        return PlainTextResponse(f"hello {request.client and request.client.host}")

    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    app = Starlette(routes=[Route("/", hello, methods=["GET", "POST"])])
    task = asyncio.create_task(serve(app, "127.0.0.1", 0, port.set_result, door=door))
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
            assert (await reader.readuntil(b"hello 127.0.0.1")).startswith(b"HTTP/1.1 200")
        writer.write(b"GET / HTTP/1.1\r\nX: " + b"a" * 60_000)
        assert b" 431 " in await reader.read()
        writer.close()


async def test_each_answer_is_dated(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for now in (784_111_777.4, 784_111_778.2):
            monkeypatch.setattr("wingman.server.uvicorn_seam.time", SimpleNamespace(time=partial(float, now)))
            writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            told = await reader.readuntil(b"hello 127.0.0.1")
            assert f"date: Sun, 06 Nov 1994 08:49:{int(now) - 784_111_740} GMT\r\n".encode() in told
        writer.close()


async def test_silence_that_had_its_moment_is_dropped_for_those_who_ask(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("wingman.server.connection_limits.MOMENT_SECONDS", 0.0)
    door = Door()
    async with serving(door) as port:
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(WAITING_PER_ADDRESS + 20)]
        assert b"hello" in await answer(port, HEAD + b"\r\n")
        await until(lambda: all(reader.at_eof() for reader, _ in silent[:20]))
        for _, writer in silent:
            writer.close()
        await until(lambda: door.limits.waiting == 0)


async def test_many_who_come_at_once_are_all_answered() -> None:
    async with serving() as port:
        opened = []
        for _ in range(3 * WAITING_PER_ADDRESS):
            opened.append(await asyncio.open_connection("127.0.0.1", port))
            opened[-1][1].write(HEAD + b"\r\n")
        answers = await asyncio.gather(*(reader.read() for reader, _ in opened))
        assert all(b"hello" in told for told in answers)
        for _, writer in opened:
            writer.close()


async def test_who_is_refused_is_told_when_to_come_again() -> None:
    door = Door(ConnectionLimits(Budget(asking=2, asking_per_address=1, waiting=3)), Proxies.of(["127.0.0.1"]))
    slow = (
        b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\nX-Forwarded-For: %s\r\n\r\n"
    )
    async with serving(door) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        for (_, writer), client in zip(held, (b"203.0.113.1", b"203.0.113.2"), strict=True):
            writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: " + client + b"\r\n\r\n")
        told = [
            await reader.readuntil(client)
            for (reader, _), client in zip(held, (b"113.1", b"113.2"), strict=True)
        ]
        assert [b"hello 203.0.113." in one for one in told] == [True, True]
        door.limits._asking["203.0.113.1"] = 1
        refused = await answer(port, slow % b"203.0.113.1")
        assert refused.startswith(b"HTTP/1.1 503 ")
        assert b"\r\nRetry-After: 1\r\n" in refused
        assert b"hello 203.0.113.3" in await answer(port, (slow % b"203.0.113.3") + b"x" * 5)
        begun = []
        for _ in range(4):
            begun.append(await asyncio.open_connection("127.0.0.1", port))
            begun[-1][1].write(b"GET / HTTP/1.1\r\n")
            for _ in range(20):  # turns of the loop in which the service reads it
                await asyncio.sleep(0.001)
        assert (await begun[0][0].read()).startswith(b"HTTP/1.1 503 "), "a head that was begun is answered"
        for _, writer in (*held, *begun):
            writer.close()


async def test_a_head_has_to_come_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wingman.server.uvicorn_seam.HEAD_SECONDS", 0.1)
    async with serving() as port:
        assert b" 408 " in await answer(port, b"GET / HTTP/1.1\r\nHost:")
