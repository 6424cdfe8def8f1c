"""What emulated models share: requests are kept in order, and each meets the fault that was scripted for it."""

from __future__ import annotations

import asyncio

import httpx

from tests.support.http import http_client
from tests.support.until import until
from wingman.testing.http_server import Reply, Request
from wingman.testing.model_server import ModelServer


class Model(ModelServer[int]):
    """A fault is the status it answers with; 0 waits for ever."""

    async def handle(self, request: Request, reply: Reply) -> None:
        fault = self.next_fault()
        if fault == 0:
            await asyncio.Event().wait()
        await reply.whole(fault or 200, request.body, "text/plain")


def http(model: Model) -> httpx.AsyncClient:
    return http_client(model.url)


async def test_faults_come_one_each_and_then_all_is_well() -> None:
    async with Model() as model, http(model) as client:
        model.play(503, None)
        model.play(429)
        statuses = [(await client.post("/v1/chat", content=b"hi")).status_code for _ in range(5)]
    assert statuses == [503, 200, 429, 200, 200]


async def test_every_request_is_kept_with_its_fault_or_without() -> None:
    async with Model() as model, http(model) as client:
        model.play(500)
        for number in range(3):
            await client.post(f"/v1/{number}", content=str(number))
        assert model.connections == 1
    assert [(request.path, request.body) for request in model.requests] == [
        ("/v1/0", b"0"),
        ("/v1/1", b"1"),
        ("/v1/2", b"2"),
    ]


async def test_who_leaves_without_an_answer_is_counted() -> None:
    async with Model() as model:
        model.play(0)
        _, writer = await asyncio.open_connection("127.0.0.1", int(model.url.rpartition(":")[2]))
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        await until(lambda: model.requests)
        writer.close()
        await writer.wait_closed()
        await until(lambda: model.left)
        assert model.left[0] >= model.requests[0].at


async def test_a_port_that_is_wanted_is_used_again() -> None:
    async with Model() as first:
        port = int(first.url.rpartition(":")[2])
    async with Model(port) as second, http(second) as client:
        assert second.url == f"http://127.0.0.1:{port}"
        assert (await client.get("/")).status_code == 200
