"""A socket sends at once, says in plain words why it could not connect, and lets content out by its gate."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from tests.support.certificates import certificate_pem, key_pem, self_signed
from wingman.core.errors import FaultKind, ProviderFault
from wingman.egress import http
from wingman.egress import outlet as egress
from wingman.link.socket import Closed, Refused, SocketTuning, fault_in, open_socket
from wingman.testing.virtual_time import run

Handler = Callable[[ServerConnection], Awaitable[None]]


class Gate:
    """An outlet that writes down what passes."""

    def __init__(self) -> None:
        self.open = True
        self.passed: list[tuple[int, float]] = []

    def sent(self, size: int, seconds: float) -> None:
        self.passed.append((size, seconds))


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)
        if message == "bye":
            await connection.close(4001, "as you wish")


@asynccontextmanager
async def peer(handler: Handler = echo, answer: Response | None = None) -> AsyncIterator[str]:
    def process(_: ServerConnection, __: Request) -> Response | None:
        return answer

    async with serve(handler, "127.0.0.1", 0, process_request=process, compression=None) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/listen?key=hidden"


def test_messages_go_and_come_until_the_peer_says_how_it_ended() -> None:
    async def main() -> None:
        async with peer() as url, await open_socket(url, {"X-Key": "k"}, "The peer") as socket:
            assert socket.is_open
            assert "sec-websocket-accept" in socket.headers
            socket.write(b"\xff\x00")
            socket.deliver("grüße", 0.0)
            await socket.ping()
            await socket.send("bye")
            assert [message async for message in socket.messages()] == [b"\xff\x00", "grüße".encode(), b"bye"]
            assert socket.closed == Closed(4001, "as you wish")
            socket.write("too late")
            assert not socket.is_open

    run(main())


def test_answers_that_come_together_are_taken_in_a_turn_of_the_loop_each() -> None:
    held: list[ServerConnection] = []

    async def hold(connection: ServerConnection) -> None:
        held.append(connection)
        await connection.wait_closed()

    async def main() -> None:
        turn, taken, loop = [0], list[int](), asyncio.get_running_loop()

        def count() -> None:
            turn[0] += 1
            if len(taken) < len(held):
                loop.call_soon(count)

        async def listen(url: str) -> None:
            async with await open_socket(url, {}, "The peer") as socket:
                async for _ in socket.messages():
                    taken.append(turn[0])
                    return

        async with peer(hold) as url, asyncio.TaskGroup() as tasks:
            for _ in range(5):
                tasks.create_task(listen(url))
            await asyncio.sleep(1.0)  # all listen by then: the clock stands still while there is work
            count()
            for connection in held:
                await connection.send("a word")
        assert len(set(taken)) == len(taken) == 5, taken

    run(main())


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_a_server_is_believed_that_the_machine_believes(
    known: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    files = {"crt": certificate_pem(self_signed(key, address="127.0.0.1")), "key": key_pem(key)}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(tmp_path / "crt", tmp_path / "key")
    if known:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "crt"))

    async def main() -> None:
        async with serve(echo, "127.0.0.1", 0, ssl=own) as server:
            url = f"wss://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/"
            async with await open_socket(url, {}, "The peer") as socket:
                assert socket.is_open

    http.trusted.cache_clear()
    try:
        with contextlib.nullcontext() if known else pytest.raises(ProviderFault):
            run(main())
    finally:
        http.trusted.cache_clear()


def test_content_passes_the_gate_and_only_while_it_is_open() -> None:
    async def main() -> None:
        gate = Gate()
        async with peer() as url:
            with egress.outlet(gate):
                socket = await open_socket(url, {}, "The peer")
            async with socket:
                socket.deliver("ä", 0.0)
                socket.deliver(bytes(320), 0.01)
                await socket.ping()
                gate.open = False
                assert not socket.may_leave
                socket.deliver(b"secret", 1.0)
                heard = [message async for message in socket.messages()]
                assert not socket.is_open, "its link would take for sent what nobody ever heard"
        assert heard == ["ä".encode(), bytes(320)]
        assert gate.passed == [(2, 0.0), (320, 0.01)]

    run(main())


@pytest.mark.parametrize("status", [401, 302, 503])
def test_an_http_answer_is_passed_on_and_no_redirect_followed(status: int) -> None:
    async def main() -> None:
        async with peer() as other:
            response = Response(status, HTTPStatus(status).phrase, _headers(other), b"why")
            async with peer(answer=response) as url:
                with pytest.raises(Refused) as refused:
                    await open_socket(url, {"X-Key": "k"}, "The peer")
        assert (refused.value.status, refused.value.headers["retry-after"]) == (status, "3")
        assert refused.value.body == b"why"

    run(main())


@pytest.mark.parametrize(
    ("url", "kind", "words"),
    [
        ("ws://127.0.0.1:1/?key=hidden", FaultKind.NETWORK, "could not be reached"),
        ("http://127.0.0.1/?key=hidden", FaultKind.BAD_REQUEST, "Check its url"),
        ("ws://127.0.0.1:99999/?key=hidden", FaultKind.BAD_REQUEST, "Check its url"),
        ("ws://[hidden", FaultKind.BAD_REQUEST, "Check its url"),
    ],
)
def test_why_it_could_not_connect_is_said_without_the_address(url: str, kind: FaultKind, words: str) -> None:
    with pytest.raises(ProviderFault, match=words) as fault:
        run(open_socket(url, {}, "The peer"))
    assert fault.value.kind is kind
    assert str(fault.value).isprintable()
    assert "hidden" not in str(fault.value)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (None, FaultKind.TIMEOUT),
        (b"SSH-2.0-x\r\n\r\n", FaultKind.PROTOCOL),
        (b"HTTP/1.1 101 Switching Pro", FaultKind.NETWORK),
        (b"", FaultKind.NETWORK),
    ],
)
def test_a_peer_that_speaks_something_else(answer: bytes | None, kind: FaultKind) -> None:
    over = asyncio.Event()

    async def odd(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if answer is None:
            await reader.read()
        else:
            writer.write(answer)
        writer.close()
        await writer.wait_closed()
        over.set()

    async def main() -> None:
        async with await asyncio.start_server(odd, "127.0.0.1", 0) as server:
            url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            with pytest.raises(ProviderFault) as fault:
                await open_socket(url, {}, "The peer", SocketTuning(open_s=2.0))
            await over.wait()
            assert fault.value.kind is kind

    run(main())


def test_the_fault_in_a_group_is_found_only_where_nothing_else_is() -> None:
    fault = ProviderFault("The line is down.", kind=FaultKind.NETWORK)
    assert fault_in(ExceptionGroup("outer", [ExceptionGroup("inner", [fault])])) is fault
    assert fault_in(ExceptionGroup("outer", [fault, KeyError("x")])) is None
    assert fault_in(ExceptionGroup("outer", [KeyError("x")])) is None


def _headers(location: str) -> Headers:
    return Headers({"Location": location, "Retry-After": "3", "Content-Length": "3"})
