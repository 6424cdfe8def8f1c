"""Requests are written down in the ledger of the meeting they come from."""

from __future__ import annotations

import contextlib

import httpx
import pytest

from wingman.core.egress import outlet
from wingman.llm.counting import CountingTransport


class Way:
    """A way out that remembers what left."""

    open = True

    def __init__(self) -> None:
        self.left = 0

    def sent(self, size: int, seconds: float) -> None:
        self.left += size


async def asked(handler: object) -> int:
    way = Way()
    transport = CountingTransport(httpx.MockTransport(handler))  # type: ignore[arg-type]  # a handler
    async with httpx.AsyncClient(transport=transport) as client:
        with outlet(way), contextlib.suppress(httpx.HTTPError):
            await client.post("http://model/v1", content=b"x" * 100)
    return way.left


def raising(error: Exception) -> object:
    def handler(_: httpx.Request) -> httpx.Response:
        raise error

    return handler


async def test_a_request_that_was_answered_has_left() -> None:
    assert await asked(lambda _: httpx.Response(200)) == 100
    assert await asked(lambda _: httpx.Response(500)) == 100


@pytest.mark.parametrize("error", [httpx.ReadTimeout("late"), httpx.RemoteProtocolError("broke")])
async def test_one_that_was_not_answered_has_left_as_well(error: Exception) -> None:
    assert await asked(raising(error)) == 100


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("no"), httpx.ConnectTimeout("no"), httpx.PoolTimeout("no")]
)
async def test_one_that_found_no_connection_has_not(error: Exception) -> None:
    assert await asked(raising(error)) == 0
