"""A body that is cut in its middle: what the ledger says is what the receiver's machine took, to the byte."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator

import httpx
import httpx2
import pytest

from tests.support.counting_relay import Bodies, Cut, relay
from tests.support.cutting_receiver import Ending, client_context, cutting
from wingman.egress.http import counting
from wingman.egress.outlet import outlet
from wingman.egress.stream import PIECE_BYTES, announced
from wingman.llm.gemini.client import Counting
from wingman.testing.http_server import LoopbackHttp, Reply, Request

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux's TCP says what has arrived")

BODY = bytes(range(256)) * 6000
"""More than any kernel takes for a receiver that does not read."""
SECONDS = 48.0
GIVES_UP_S, PATIENT_S = 0.3, 60.0


class Books:
    """An outlet that only counts."""

    open = True

    def __init__(self) -> None:
        self.bytes = 0
        self.seconds = 0.0

    def sent(self, size: int, seconds: float) -> None:
        self.bytes += size
        self.seconds += seconds


async def _pieces() -> AsyncIterator[bytes]:
    for at in range(0, len(BODY), 50_000):
        yield BODY[at : at + 50_000]


async def _sent(books: Books, url: str, ending: Ending, *, secure: bool, chunked: bool) -> None:
    """Of a receiver that reads, only the answer is given up."""
    verify = client_context() if secure else None
    write_s = GIVES_UP_S if ending is Ending.STALL else PATIENT_S
    timeout = httpx.Timeout(PATIENT_S, read=GIVES_UP_S, write=write_s)
    async with httpx.AsyncClient(transport=counting(verify), timeout=timeout) as client:
        content = _pieces() if chunked else BODY
        with outlet(books), contextlib.suppress(httpx.HTTPError):
            await client.post(url, content=content, extensions={"wingman.seconds": SECONDS})


HOW, AFTER = ("plain", "chunked", "tls", "tls-chunked"), (0, 1, 20_000)
CUTS = [
    pytest.param(ending, how, AFTER[(row + column + more) % 3], id=f"{ending.name.lower()}-{how}-{more}")
    for row, ending in enumerate(Ending)
    for column, how in enumerate(HOW)
    for more in ((0, 1) if how == "tls-chunked" else (0,))
]
"""Every two of how it ends, how it is sent and after how much it ends meet."""


@pytest.mark.parametrize(("ending", "how", "after"), CUTS)
async def test_the_ledger_is_what_the_receivers_machine_took(ending: Ending, how: str, after: int) -> None:
    books, secure = Books(), how.startswith("tls")
    async with cutting(ending, after, secure=secure) as receiver:
        url = f"http{'s' if secure else ''}://127.0.0.1:{receiver.port}/in"
        await _sent(books, url, ending, secure=secure, chunked="chunked" in how)
        await receiver.idle.wait()
    assert books.bytes == receiver.payload
    assert after <= books.bytes <= len(BODY)
    if ending is Ending.HALF and after:
        assert books.bytes == len(BODY)
    if "chunked" not in how:
        assert books.seconds == pytest.approx(SECONDS * books.bytes / len(BODY))


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("ending", list(Ending), ids=[ending.name.lower() for ending in Ending])
async def test_so_it_is_with_the_models_client(ending: Ending, secure: bool) -> None:
    books = Books()
    async with cutting(ending, 1000, secure=secure) as receiver:
        url = f"http{'s' if secure else ''}://127.0.0.1:{receiver.port}/in"
        way = Counting(httpx2.Limits(), client_context() if secure else None)
        async with httpx2.AsyncClient(
            transport=way, timeout=httpx2.Timeout(GIVES_UP_S, connect=PATIENT_S)
        ) as client:
            with outlet(books), contextlib.suppress(httpx2.HTTPError):
                await client.post(url, content=BODY)
        await receiver.idle.wait()
    assert books.bytes == receiver.payload > 0


async def test_one_that_is_called_off_in_its_middle_sends_no_more() -> None:
    books = Books()
    async with cutting(Ending.STALL, 5000) as receiver:
        receiver.patience_s = 60.0
        asking = asyncio.create_task(
            _sent(books, f"http://127.0.0.1:{receiver.port}/in", Ending.STALL, secure=False, chunked=False)
        )
        await asyncio.sleep(0.1)
        asking.cancel()
        await asyncio.wait([asking])
        said = books.bytes
        receiver.given_up.set()
        await receiver.idle.wait()
    assert said == books.bytes == receiver.payload < len(BODY)


async def test_many_requests_of_one_connection_are_counted_apart() -> None:
    async def answer(_: Request, reply: Reply) -> None:
        await reply.whole(200, b"", "text/plain")

    first, second = Books(), Books()
    async with LoopbackHttp(answer) as server, relay(server.port, Bodies, Cut.NEVER) as receiver:
        async with httpx.AsyncClient(transport=counting()) as client:
            for books, size in ((first, 100_000), (second, 7), (first, 1)):
                with outlet(books):
                    await client.post(f"http://127.0.0.1:{receiver.port}/", content=BODY[:size])
            await client.post(f"http://127.0.0.1:{receiver.port}/", content=b"nobody's")
        assert len(receiver.connections) == 1
    assert (first.bytes, second.bytes) == (100_001, 7)


async def test_a_body_goes_in_pieces_that_fit_a_record() -> None:
    books = Books()
    sizes = [len(piece) async for piece in announced(_pieces(), books, 1.0, len(BODY))]
    assert max(sizes) == PIECE_BYTES
    assert sum(sizes) == len(BODY)
    assert books.bytes == 0, "only a socket counts"
