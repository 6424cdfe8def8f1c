"""Whether it matters which of several processes a request reaches: lists, pairing, names, what is revoked."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from pathlib import Path

import httpx
from websockets.asyncio.client import ClientConnection, connect

from scripts.proofs._trust_service import Running, serving
from scripts.proofs.figures import Figure, progress

WORKERS = 2
TIMES = 12
"""Requests, each over a connection of its own: the kernel deals them out."""
EXTENSION = "chrome-extension://abcdefghijklmnop"


async def nodes() -> list[Figure]:
    progress(f"{WORKERS} processes of one service …")
    with tempfile.TemporaryDirectory() as name:
        async with serving(Path(name), "--workers", str(WORKERS)) as it:
            return [*await _one_service(it), *await _revoked(it)]


async def _ask(it: Running, method: str, path: str, **given: object) -> httpx.Response:
    """Over a connection of its own. Asks again where a meeting's node is not known yet."""
    for _ in range(40):
        async with it.client() as owner:
            answer = await owner.request(method, path, **given)  # type: ignore[arg-type]  # as httpx names them
        if answer.status_code != 503:
            break
        await asyncio.sleep(0.1)
    return answer


async def _one_service(it: Running) -> list[Figure]:
    made = [(await _ask(it, "POST", "/api/meetings", json={"title": f"m{n}"})).json()["id"] for n in range(6)]
    await asyncio.sleep(0.5)
    wrong = 0
    for _ in range(TIMES):
        listed = (await _ask(it, "GET", "/api/meetings")).json()
        seen = {row["id"] for row in (listed["meetings"] if isinstance(listed, dict) else listed)}
        wrong += not seen.issuperset(made)
    missed = 0
    for number in range(TIMES):
        meeting = made[number % len(made)]
        for path in (f"/api/meetings/{meeting}", f"/api/meetings/%6d{meeting[1:]}"):
            missed += (await _ask(it, "GET", path)).status_code != 200
    paired = 0
    for _ in range(6):
        code = (await _ask(it, "POST", "/api/pairing")).json()["code"]
        origin = {"Origin": EXTENSION}
        paired += (
            await _ask(it, "POST", "/api/pairing/redeem", json={"code": code}, headers=origin)
        ).is_success
    return [
        Figure("lists_of_meetings_that_miss_one", wrong, 0, "==", note=f"{TIMES} asked, {len(made)} meetings"),
        Figure("meetings_not_found_by_their_name", missed, 0, "=="),
        Figure("pairings_redeemed", paired, 6, "=="),
    ]


async def _revoked(it: Running) -> list[Figure]:
    """Sockets on every process, closed by a request that one of them answers."""
    meeting = (await _ask(it, "POST", "/api/meetings", json={})).json()["id"]
    made = (await _ask(it, "POST", "/api/grants", json={"name": "w", "scopes": ["watch", "read"]})).json()
    sockets = [await _watching(it, meeting, made["token"]) for _ in range(TIMES)]
    begin = time.perf_counter()
    await _ask(it, "DELETE", f"/api/grants/{made['id']}")
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(10):
            await asyncio.gather(*(one.wait_closed() for one in sockets))
    took = time.perf_counter() - begin
    opens = 0
    for _ in range(TIMES):
        async with it.client(made["token"]) as gone:
            opens += (await gone.get("/api/meetings")).status_code == 200
    return [
        Figure("sockets_closed_on_every_process", took, 1.0, unit="s", note=f"{TIMES} sockets"),
        Figure("requests_with_a_revoked_grant", opens, 0, "=="),
    ]


async def _watching(it: Running, meeting: str, token: str) -> ClientConnection:
    return await connect(f"ws://127.0.0.1:{it.port}/api/meetings/{meeting}/ws?token={token}", proxy=None)
