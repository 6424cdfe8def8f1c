"""Several worker processes behind one port, with a real dispatcher and real sockets."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections import Counter
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import connect

from wingman.core.errors import WingmanError
from wingman.server.workers import Owners, key_of, workers

WORKER = """
import asyncio, os, sys
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from wingman.server.workers import serve_worker

number, control = int(sys.argv[1]), int(sys.argv[2])
live = []

async def create(request):
    live.append(f"m-{number}-{len(live)}")
    return JSONResponse({"id": live[-1], "worker": number}, 201)

async def whip(request):
    live.append(f"m-{number}-{len(live)}")
    return Response("", 201, headers={"Location": f"/whip/s-{number}-{len(live)}"})

async def who(request):
    return JSONResponse({"worker": number})

async def talk(socket):
    await socket.accept()
    await socket.send_json({"worker": number})
    await socket.close()

app = Starlette(routes=[
    Route("/api/meetings", create, methods=["POST"]),
    Route("/api/meetings/{id}", who),
    WebSocketRoute("/api/meetings/{id}/ws", talk),
    Route("/whip", whip, methods=["POST"]),
    Route("/whip/{session}", who, methods=["DELETE"]),
    Route("/overlay", who),
])
asyncio.run(serve_worker(app, lambda: live, control))
"""


def _listener() -> socket.socket:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    return listener


async def test_requests_reach_the_process_that_owns_the_meeting(tmp_path: Path) -> None:
    script = tmp_path / "worker.py"
    script.write_text(WORKER)

    def command(number: int, control: int) -> list[str]:
        return [sys.executable, str(script), str(number), str(control)]

    with _listener() as listener:
        async with workers(listener, 2, command) as dispatcher:
            running = asyncio.create_task(dispatcher.run())
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
                made = [(await http.post("/api/meetings")).json() for _ in range(6)]
                assert Counter(m["worker"] for m in made) == {0: 3, 1: 3}
                for meeting in made:
                    name = meeting["id"]
                    assert (await http.get(f"/api/meetings/{name}")).json()["worker"] == meeting["worker"]
                    seen = (await http.get("/overlay", params={"token": "x", "meeting": name})).json()
                    assert seen["worker"] == meeting["worker"]
                    async with connect(f"{url.replace('http', 'ws')}/api/meetings/{name}/ws") as talk:
                        assert f'"worker":{meeting["worker"]}' in str(await talk.recv())
                for _ in range(4):
                    resource = (await http.post("/whip")).headers["location"]
                    owner = int(resource.split("-")[1])
                    assert (await http.delete(resource)).json()["worker"] == owner
            running.cancel()
            await asyncio.wait([running])


async def test_a_worker_that_cannot_start_is_an_error() -> None:
    with _listener() as listener, pytest.raises(WingmanError, match="before it had started"):
        async with workers(listener, 1, lambda *_: [sys.executable, "-c", "raise SystemExit(3)"]):
            pass


async def test_a_worker_that_dies_ends_the_dispatcher(tmp_path: Path) -> None:
    script = tmp_path / "worker.py"
    script.write_text(WORKER.replace("async def who(request):", "async def who(request):\n    os._exit(5)"))
    with _listener() as listener:
        command = [sys.executable, str(script), "0"]
        async with workers(listener, 1, lambda _, fd: [*command, str(fd)]) as dispatcher:
            running = asyncio.create_task(dispatcher.run())
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
                with pytest.raises(httpx.HTTPError):
                    await http.get("/overlay")
            with pytest.raises(ExceptionGroup) as broken:
                await running
            assert broken.group_contains(WingmanError, match="status 5")


@pytest.mark.parametrize(
    ("head", "key"),
    [
        (b"GET /api/meetings/m-1/ws?after=3 HTTP/1.1", "m-1"),
        (b"GET /meetings/m-2 HTTP/1.1", "m-2"),
        (b"DELETE /whip/abc_- HTTP/1.1", "abc_-"),
        (b"POST /whip?channels=tab&meeting=m-3 HTTP/1.1", "m-3"),
        (b"GET /overlay?meeting=m-4 HTTP/1.1", "m-4"),
        (b"POST /whip HTTP/1.1", None),
        (b"GET /api/meetings?limit=3 HTTP/1.1", None),
        (b"GET / HTTP/1.1", None),
    ],
)
def test_the_key_is_in_the_request_line(head: bytes, key: str | None) -> None:
    assert key_of(head) == key


@given(st.binary(max_size=200))
def test_any_request_line_is_read(head: bytes) -> None:
    key = key_of(head)
    assert key is None or key


def test_new_meetings_go_to_the_emptiest_worker() -> None:
    owners = Owners([0, 0, 0])
    assert sorted(owners.choose(None, True) for _ in range(3)) == [0, 1, 2]
    owners.learn(1, ["m"], 0)
    assert owners.choose(None, True) == 1
    assert owners.choose("m", False) == 1
