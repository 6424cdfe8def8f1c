"""Frames are pushed to a socket as they are, a reader that does not read is seen, and a place is given back."""

from __future__ import annotations

import asyncio
import json
import socket
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from tests.support.http import http_client
from tests.support.until import until
from wingman.server.serving import serve
from wingman.server.uvicorn_seam import DOOR, EXTENSION, BoundedHttpProtocol, Push, abort

HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
Talk = Callable[[Push], Awaitable[None]]


def text(words: str) -> bytes:
    return Frame(Opcode.TEXT, words.encode()).serialize(mask=False)


@asynccontextmanager
async def served(talk: Talk | None = None) -> AsyncIterator[str]:
    """A small application on a port: one socket that `talk` speaks on, and a few addresses."""

    async def socket(ws: WebSocket) -> None:
        await ws.accept()
        push = Push.of(ws)
        assert push is not None
        if talk is not None:
            await talk(push)
        try:
            await ws.receive_text()
        except WebSocketDisconnect:
            return

    async def length(request: Request) -> Response:
        return PlainTextResponse(str(len(await request.body())))

    async def headers(request: Request) -> Response:
        await request.body()
        return PlainTextResponse(",".join(request.headers))

    async def drop(request: Request) -> Response:
        await abort(request.scope)
        return PlainTextResponse("still here")

    app = Starlette(
        routes=[
            WebSocketRoute("/ws", socket),
            Route("/length", length, methods=["POST"]),
            Route("/headers", headers, methods=["POST"]),
            Route("/drop", drop),
        ]
    )
    async with running(app) as address:
        yield address


@asynccontextmanager
async def running(app: Starlette) -> AsyncIterator[str]:
    """The application on a port."""
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(serve(app, "127.0.0.1", 0, ready.set_result))
        yield f"127.0.0.1:{await ready}"
        serving.cancel()


async def test_whoever_leaves_is_no_error_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """Before the answer, as it comes, and as the application speaks or closes."""
    moments: list[str] = []
    left = asyncio.Event()

    async def socket(ws: WebSocket) -> None:
        moment = ws.query_params["moment"]
        if moment in ("speaking", "closing"):
            await ws.accept()
            while (await ws.receive())["type"] != "websocket.disconnect":
                pass
        else:
            await left.wait()
        moments.append(moment)
        if moment == "refusing":
            await ws.send_denial_response(PlainTextResponse("no", 404))
        elif moment == "accepting":
            await ws.accept()
        elif moment == "closing":
            await ws.close()
        else:
            async with asyncio.TaskGroup() as group:
                group.create_task(ws.send_text("anybody?"))

    async with running(Starlette(routes=[WebSocketRoute("/ws", socket)])) as address:
        host, _, port = address.partition(":")
        for moment in ("refusing", "accepting"):
            _, writer = await asyncio.open_connection(host, int(port))
            writer.write(HANDSHAKE.format(path=f"/ws?moment={moment}", host=address).encode())
            await writer.drain()
            await asyncio.sleep(0.02)
            writer.close()
        await asyncio.sleep(0.02)
        left.set()
        for moment in ("speaking", "closing"):
            async with connect(f"ws://{address}/ws?moment={moment}", proxy=None):
                pass
        await until(lambda: len(moments) == 4)
        await asyncio.sleep(0.02)
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


async def test_frames_arrive_as_they_were_written_and_none_after_the_close() -> None:
    async def talk(push: Push) -> None:
        push.write(text("one") + text("zwei · 二"))
        push.close(4401, "gone")
        push.write(b"")

    async with served(talk) as address, connect(f"ws://{address}/ws", proxy=None) as ws:
        assert [await ws.recv(), await ws.recv()] == ["one", "zwei · 二"]
        with pytest.raises(ConnectionClosed) as closed:
            await ws.recv()
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4401, "gone")


async def test_whoever_reads_slowly_is_seen_and_waited_for() -> None:
    seen: list[bool] = []

    async def talk(push: Push) -> None:
        seen.append(push.writable)
        sent = 0
        while push.writable and sent < 1000:
            push.write(text("x" * 65_536))
            sent += 1
        seen.append(push.writable)
        await push.drained()
        seen.append(push.writable)
        push.write(text(f"{sent} before this"))

    async with served(talk) as address, connect(f"ws://{address}/ws", proxy=None) as ws:
        count = 0
        while (said := await ws.recv()) == "x" * 65_536:
            count += 1
        assert said == f"{count} before this"
    assert seen == [True, False, True]


async def test_a_connection_is_dropped_with_all_that_is_unsent() -> None:
    async def talk(push: Push) -> None:
        push.abort()
        push.write(text("too late"))

    async with served(talk) as address:
        with pytest.raises(ConnectionClosed) as closed:
            async with connect(f"ws://{address}/ws", proxy=None) as ws:
                await ws.recv()
        assert closed.value.rcvd is None, "no goodbye"
        async with http_client() as client:
            with pytest.raises(httpx.TransportError):
                await client.get(f"http://{address}/drop")


async def test_another_server_has_no_such_seam() -> None:
    async def nothing() -> None:
        raise AssertionError("nothing is said")

    others: list[dict[str, str]] = [{}, {EXTENSION: "not a push"}]
    for extensions in others:
        scope = {"type": "websocket", "extensions": extensions}
        assert Push.of(WebSocket(scope, nothing, nothing)) is None  # type: ignore[arg-type]  # never called
        await abort(scope)
    assert Push.of(WebSocket({"type": "websocket"}, nothing, nothing)) is None  # type: ignore[arg-type]  # likewise


async def test_a_place_is_held_while_a_connection_lasts_and_then_given_back() -> None:
    def held() -> tuple[int, int]:
        return DOOR.limits.waiting, DOOR.limits.asking

    waiting, asking = held()
    async with served() as address:
        async with connect(f"ws://{address}/ws", proxy=None):
            assert held() == (waiting, asking + 1)
        async with http_client() as client:
            assert (await client.post(f"http://{address}/length", content=b"abc")).text == "3"
            assert held() == (waiting + 1, asking), "kept open for the next question"
    assert held() == (waiting, asking)


async def test_a_websocket_keeps_nothing_of_the_request_it_began_with(monkeypatch: pytest.MonkeyPatch) -> None:
    protocols: list[weakref.ref[BoundedHttpProtocol]] = []
    upgrade = BoundedHttpProtocol.handle_websocket_upgrade

    def seen(self: BoundedHttpProtocol) -> None:
        protocols.append(weakref.ref(self))
        upgrade(self)

    monkeypatch.setattr(BoundedHttpProtocol, "handle_websocket_upgrade", seen)
    async with served() as address, connect(f"ws://{address}/ws", proxy=None):
        (protocol,) = protocols
        assert protocol() is None


async def test_the_budget_of_a_head_is_not_the_bodys_and_questions_may_come_together() -> None:
    asking = DOOR.limits.asking
    async with served() as address:
        host, port = address.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        for size in (300_000, 7):
            head = f"POST /length HTTP/1.1\r\nHost: {address}\r\nContent-Length: {size}\r\n\r\n"
            writer.write(head.encode() + b"x" * size)
        told = []
        for _ in range(2):
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            told.append((answer[:15], await reader.readexactly(length)))
        assert told == [(b"HTTP/1.1 200 OK", b"300000"), (b"HTTP/1.1 200 OK", b"7")]
        await until(lambda: DOOR.limits.asking == asking)
        head = f"POST /length HTTP/1.1\r\nHost: {address}\r\nContent-Length: 1\r\n\r\n"
        writer.write(f"{head}x{head}".encode())
        await reader.readuntil(b"\r\n\r\n1")
        assert DOOR.limits.asking == asking + 1, "the second is not waited for as a new one is"
        writer.write(b"x")
        await reader.readuntil(b"\r\n\r\n1")
        writer.write(b"GET / HTTP/1.1\r\n" + b"X-Pad: " + b"x" * 60_000)
        refused = (await reader.read()).partition(b"\r\n\r\n")
        assert refused[0].startswith(b"HTTP/1.1 431 ")
        assert json.loads(refused[2])["error"]["code"] == "too_large"
        writer.close()
        await writer.wait_closed()


def asked(address: str, path: str, then: str = "", times: int = 1) -> socket.socket:
    """A client that has asked, and reads no more than it is told to."""
    host, port = address.split(":")
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect((host, int(port)))
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: {address}\r\n{then}\r\n".encode() * times)
    client.setblocking(False)
    return client


async def test_an_answer_is_there_while_it_is_read_and_given_up_when_it_is_not(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever the reader's line takes: a recording is megabytes, and what waits for a head has ten seconds."""
    for name in ("HEAD_SECONDS", "LINGER_SECONDS"):
        monkeypatch.setattr(f"wingman.server.uvicorn_seam.{name}", 0.02)
    whole = b"x" * 6 * 1024 * 1024

    begun: list[str] = []

    async def stream(request: Request) -> Response:
        begun.append(request.url.path)
        return StreamingResponse(whole[at : at + 65536] for at in range(0, len(whole), 65536))

    async def at_once(request: Request) -> Response:
        begun.append(request.url.path)
        return PlainTextResponse(whole)

    app = Starlette(routes=[Route("/whole", at_once), Route("/stream", stream)])
    cases = (("/whole", "", 1), ("/whole", "Connection: close\r\n", 1), ("/stream", "", 1), ("/stream", "", 9))
    loop = asyncio.get_running_loop()
    async with running(app) as address:
        asking = DOOR.limits.asking
        for case in cases[:3]:
            with asked(address, *case) as client:
                await asyncio.sleep(0.1)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
                got = 0
                while got < len(whole) and (piece := await loop.sock_recv(client, 1024 * 1024)):
                    got += len(piece)
                assert got >= len(whole), f"{case} was cut off"
        monkeypatch.setattr("wingman.server.uvicorn_seam.UNREAD_SECONDS", 0.02)
        unread = [asked(address, *case) for case in cases]
        await until(lambda: len(begun) >= 3 + len(cases))
        await until(lambda: DOOR.limits.asking == asking)
        for client in unread:
            client.close()
        assert "Exception" not in caplog.text


async def test_a_websocket_behind_an_untaken_answer_is_not_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    protocols: list[BoundedHttpProtocol] = []
    complete, upgrade = BoundedHttpProtocol.on_response_complete, BoundedHttpProtocol.handle_websocket_upgrade
    answered = asyncio.Event()

    def seen(self: BoundedHttpProtocol) -> None:
        upgrade(self)
        protocols.append(self)

    def done(self: BoundedHttpProtocol) -> None:
        complete(self)
        answered.set()

    monkeypatch.setattr(BoundedHttpProtocol, "handle_websocket_upgrade", seen)
    monkeypatch.setattr(BoundedHttpProtocol, "on_response_complete", done)

    async def whole(_: Request) -> Response:
        return PlainTextResponse(b"x" * 6 * 1024 * 1024)

    async with running(Starlette(routes=[Route("/whole", whole)])) as address:
        with asked(address, "/whole") as client:
            await answered.wait()
            client.sendall(HANDSHAKE.format(path="/none", host=address).encode())
            await until(lambda: protocols)
            (protocol,) = protocols
            assert protocol.flow.write_paused, "the answer is untaken"
            assert protocol._watch is None
            assert protocol.transport.get_write_buffer_size() > 0


async def test_what_comes_behind_a_body_is_no_header() -> None:
    async with served() as address:
        host, port = address.split(":")
        head = f"POST /headers HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n"
        head += "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n"
        for count in (1, 101):
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(head.encode() + b"X-Late: 1\r\n" * count + b"\r\n")
            answer = (await reader.read()).decode()
            assert answer.endswith("host,connection,transfer-encoding") or count > 100
            assert "x-late" not in answer
            writer.close()


async def test_a_handshake_that_nobody_reads_is_answered_and_gives_its_place_back() -> None:
    """The HTTP parser lets these pass, and the one of WebSockets does not."""
    asking = DOOR.limits.asking
    async with served() as address:
        host, port = address.split(":")
        opening = HANDSHAKE.format(path="/ws", host=address).removesuffix("\r\n")
        for odd in (
            HANDSHAKE.format(path="/ws?" + "x" * 9000, host=address),
            f"{opening}Cookie: {'x' * 9000}\r\n\r\n",
            f"{opening}Content-Length: 5\r\n\r\nhello",
            f"{opening}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ):
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(odd.encode())
            assert (await asyncio.wait_for(reader.read(), 30)).startswith(b"HTTP/1.1 400 "), odd[-60:]
            writer.close()
        await until(lambda: DOOR.limits.asking == asking)


async def test_a_request_names_one_host() -> None:
    async with served() as address:
        host, port = address.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"GET /drop HTTP/1.1\r\nHost: {address}\r\nHost: evil.example\r\n\r\n".encode())
        assert (await reader.read()).startswith(b"HTTP/1.1 400 ")
        writer.close()


@pytest.mark.parametrize("opcode", [Opcode.PING, Opcode.PONG, Opcode.CONT], ids=str)
async def test_a_flood_of_frames_ends_the_socket(opcode: Opcode) -> None:
    async with served() as url, connect(f"ws://{url}/ws", proxy=None) as socket:
        begin = Frame(Opcode.TEXT, b"a", fin=False).serialize(mask=True) if opcode is Opcode.CONT else b""
        one = Frame(opcode, b"", fin=opcode is not Opcode.CONT).serialize(mask=True)
        socket.transport.write(begin + one * 5000)
        await socket.wait_closed()
        assert socket.close_code == 4429


async def test_pings_and_pieces_as_people_send_them_are_answered() -> None:
    async with served() as url, connect(f"ws://{url}/ws", proxy=None) as socket:
        for _ in range(50):
            await (await socket.ping())
        await socket.send(["a"] * 200)


@pytest.mark.parametrize(
    "endless", [b"2;" + b"x" * 200_000, b"0\r\nX: " + b"y" * 200_000], ids=["extension", "trailer"]
)
async def test_what_stands_around_a_body_without_end_is_refused(endless: bytes) -> None:
    async with served() as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(
            b"POST /length HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n" + endless
        )
        async with asyncio.timeout(60):
            answer = await reader.read()
        writer.close()
        assert b" 200 " not in answer
