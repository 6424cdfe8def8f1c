"""What was written to a socket is written down, whatever became of the request; what was not is not."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.counting_relay import Bodies, Cut, relay
from tests.support.until import until
from wingman.egress.http import SECONDS, counting
from wingman.egress.outlet import outlet
from wingman.testing.http_server import LoopbackHttp, Reply, Request

BODY = b"x" * 100_000


class Way:
    """A way out that remembers what left."""

    def __init__(self, *, open: bool = True) -> None:
        self.open = open
        self.left = 0
        self.seconds = 0.0

    def sent(self, size: int, seconds: float) -> None:
        self.left += size
        self.seconds += seconds


async def _answered(request: Request, reply: Reply) -> None:
    status = int(request.path.rpartition("/")[2])
    await reply.whole(status, b"{}", "application/json")


async def _asked(way: Way, url: str, *, plain: bool = False, **given: object) -> None:
    timeout = httpx.Timeout(60.0, read=0.5)  # what is sent may take its time
    async with httpx.AsyncClient(transport=counting(plain=plain), timeout=timeout) as client:
        with outlet(way), contextlib.suppress(httpx.HTTPError):
            await client.post(url, content=BODY, **given)  # type: ignore[arg-type]  # extensions


@pytest.mark.parametrize("status", [200, 401, 500])
@pytest.mark.parametrize("cut", list(Cut), ids=[cut.name.lower() for cut in Cut])
async def test_the_ledger_is_what_the_receiver_got(cut: Cut, status: int) -> None:
    way = Way()
    async with LoopbackHttp(_answered) as server, relay(server.port, Bodies, cut) as receiver:
        await _asked(way, f"http://127.0.0.1:{receiver.port}/{status}")
        await until(lambda: way.left == receiver.payload)
    assert way.left == (0 if cut is Cut.REFUSED else len(BODY))


async def test_one_that_is_called_off_has_left() -> None:
    way = Way()
    async with LoopbackHttp(_answered) as server, relay(server.port, Bodies, Cut.SILENT) as receiver:
        asking = asyncio.create_task(_asked(way, f"http://127.0.0.1:{receiver.port}/200"))
        await until(lambda: receiver.payload == len(BODY))
        asking.cancel()
        await asyncio.wait([asking])
    assert way.left == receiver.payload == len(BODY)


async def test_a_closed_gate_lets_a_token_through_and_nothing_else() -> None:
    way = Way(open=False)
    async with LoopbackHttp(_answered) as server, relay(server.port, Bodies) as receiver:
        url = f"http://127.0.0.1:{receiver.port}/200"
        await _asked(way, url)
        assert (way.left, receiver.payload) == (0, 0)
        await _asked(way, url, plain=True)
    assert way.left == receiver.payload == len(BODY)


async def test_sound_is_counted_by_its_length() -> None:
    way = Way()
    async with LoopbackHttp(_answered) as server:
        await _asked(way, f"{server.url}/200", extensions={SECONDS: 3.0})
    assert way.seconds == pytest.approx(3.0)


async def test_pieces_are_counted_as_they_go() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"1234"
        raise OSError

    way = Way()
    async with LoopbackHttp(_answered) as server, httpx.AsyncClient(transport=counting()) as client:
        with outlet(way), contextlib.suppress(OSError):
            await client.post(f"{server.url}/200", content=pieces())
    assert way.left == 4
