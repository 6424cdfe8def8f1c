"""One route per address: a wrong method is told the right ones."""

from __future__ import annotations

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from wingman.server.routing import ApiRoute


async def show(_: Request) -> Response:
    return PlainTextResponse("shown")


async def make(_: Request) -> Response:
    return PlainTextResponse("made", 201)


async def test_each_method_has_its_handler() -> None:
    app = Starlette(routes=[ApiRoute("/a", GET=show, POST=make)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://w") as client:
        assert (await client.get("/a")).text == "shown"
        assert (await client.post("/a")).status_code == 201
        assert (await client.head("/a")).status_code == 200
        wrong = await client.delete("/a")
    assert wrong.status_code == 405
    assert set(wrong.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}
