"""An emulated provider's socket: handshakes are numbered and kept, refused as scripted, and cut at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.http11 import Request, Response

from tests.support.until import until
from wingman.testing.connection import Wire
from wingman.testing.faults import Fault, FaultScript, Kind
from wingman.testing.socket_server import SocketEmulator, http_answer, query


class Provider(SocketEmulator):
    """Lets in who has the key, and answers every text with its connection's number."""

    async def admit(self, url: SplitResult, request: Request) -> Response | None:
        return None if request.headers.get("x-key") == "right" else self.refusal(401, None)

    def refusal(self, status: int, retry_after: float | None) -> Response:
        headers = {} if retry_after is None else {"Retry-After": f"{retry_after:g}"}
        return http_answer(status, b'{"no": 1}', headers)

    def channel_of(self, url: SplitResult) -> str:
        return query(url).get("channel", [""])[0]

    def greet(self, number: int) -> Mapping[str, str]:
        return {"x-number": str(number)}

    async def session(self, wire: Wire, url: SplitResult, number: int) -> None:
        async for frame in wire.incoming():
            wire.say("Heard", {"number": number, "path": url.path, "frame": str(frame)})


async def opened(provider: Provider, path: str = "/", key: str = "right") -> ClientConnection:
    return await connect(provider.url + path, additional_headers={"x-key": key}, proxy=None, compression=None)


async def refused(provider: Provider, **asked: Any) -> Response:
    with pytest.raises(InvalidStatus) as refusal:
        await opened(provider, **asked)
    return refusal.value.response


def listening(provider: Provider) -> bool:
    try:
        return provider.port > 0
    except RuntimeError:
        return False


async def test_every_handshake_has_a_number_and_its_query() -> None:
    async with Provider() as provider:
        for number, channel in enumerate(("tab", "mic", "tab"), 1):
            async with await opened(provider, f"/listen?channel={channel}&a=1&a=&b=%20") as socket:
                assert socket.response is not None
                assert socket.response.headers["x-number"] == str(number)
                await socket.send("hi")
                assert await socket.recv() == f'{{"number":{number},"path":"/listen","frame":"hi"}}'
        assert provider.connections == 3
    first, second, third = provider.traffic
    assert first.query == {"channel": ["tab"], "a": ["1", ""], "b": [" "]}
    assert [(each.channel, each.of_channel) for each in (first, second, third)] == [
        ("tab", 1),
        ("mic", 1),
        ("tab", 2),
    ]
    assert (first.said, first.texts, first.close_code) == (["Heard"], ["hi"], 1000)


async def test_who_is_not_admitted_is_refused_and_counted() -> None:
    async with Provider() as provider:
        response = await refused(provider, key="wrong")
        assert (response.status_code, response.body) == (401, b'{"no": 1}')
        assert response.headers["Content-Length"] == "9"
        async with await opened(provider):
            assert provider.connections == 2


async def test_a_scripted_refusal_meets_its_connection_alone() -> None:
    script = FaultScript((Fault(kind=Kind.REFUSE, channel="mic", on=2, status=429, retry_after=1.5),))
    async with Provider(script) as provider:
        for channel in ("mic", "tab", "tab"):
            async with await opened(provider, f"/?channel={channel}"):
                pass
        response = await refused(provider, path="/?channel=mic")
        assert (response.status_code, response.headers["Retry-After"]) == (429, "1.5")
        async with await opened(provider, "/?channel=mic"):
            assert provider.connections == 5


async def test_a_handshake_that_hangs_is_cut_when_the_service_stops() -> None:
    async with Provider(FaultScript((Fault(kind=Kind.HANG),))) as provider:
        waiting = asyncio.create_task(opened(provider))
        await until(lambda: provider.connections)
        async with await opened(provider):
            assert not waiting.done(), "the second was let in meanwhile"
    with pytest.raises(InvalidHandshake):
        await waiting


async def test_the_end_cuts_whoever_is_connected_without_a_goodbye() -> None:
    provider = Provider()
    with pytest.raises(RuntimeError, match="not running"):
        provider.url  # noqa: B018 - reading it is the point
    await provider.stop()
    await provider.start()
    port, socket = provider.port, await opened(provider)
    await provider.stop()
    await provider.stop()
    with pytest.raises(ConnectionClosed) as closed:
        await socket.recv()
    assert closed.value.rcvd is None
    await provider.start(port)
    async with await opened(provider):
        assert provider.port == port
    await provider.stop()


async def test_a_service_runs_until_it_is_cancelled() -> None:
    provider = Provider()
    serving = asyncio.create_task(provider.serve_forever(0))
    await until(lambda: listening(provider))
    async with await opened(provider):
        serving.cancel()
        await asyncio.wait([serving])
    assert serving.cancelled()
    assert not listening(provider)
