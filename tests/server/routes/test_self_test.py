"""The self-test tells each stage, runs once at a time, and is free again whatever came of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import httpx
import pytest

from tests.support.offered import offered
from wingman.core.errors import InputError
from wingman.meeting.self_test import Stage
from wingman.server.routes.self_test import SelfTestRoutes

GOOD = Stage("hear", "ok", "Every word arrived.")
REMARK = Stage("tone", "note", "Nobody reads the tone.")
BAD = Stage("write", "problem", "The model did not answer.")


async def judged(meeting: str) -> Sequence[Stage]:
    """Of one meeting only."""
    if meeting != "m-1":
        raise InputError("there is no such meeting", field="meeting", status=404)
    return (REMARK,)


@asynccontextmanager
async def running() -> AsyncIterator[tuple[httpx.AsyncClient, Callable[[], Awaitable[None]]]]:
    """A client whose test has begun, and what ends that well."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def run() -> Sequence[Stage]:
        begun.set()
        await go_on.wait()
        return (GOOD,)

    async with offered(SelfTestRoutes(run, judged).routes()) as client:
        first = asyncio.create_task(client.post("/api/self-test"))
        await begun.wait()

        async def end() -> None:
            go_on.set()
            assert (await first).json()["ok"]

        yield client, end


async def test_what_a_client_spoke_is_judged_beside_a_test_that_runs() -> None:
    async with running() as (client, end):
        told = (await client.post("/api/self-test", json={"meeting": "m-1"})).json()
        assert [stage["name"] for stage in told["stages"]] == ["tone"]
        refused = await client.post("/api/self-test", json={"meeting": "m-2"})
        assert (refused.status_code, refused.json()["error"]["field"]) == (404, "meeting")
        await end()


@pytest.mark.parametrize(
    ("stages", "ok"), [((GOOD, REMARK), True), ((GOOD, BAD), False), ((BAD,), False), ((GOOD,), True)]
)
async def test_a_remark_is_no_problem(stages: Sequence[Stage], ok: bool) -> None:
    async def run() -> Sequence[Stage]:
        return stages

    async with offered(SelfTestRoutes(run, judged).routes()) as client:
        told = (await client.post("/api/self-test")).json()
    assert told["ok"] is ok
    assert [(each["name"], each["level"], each["words"]) for each in told["stages"]] == [
        (each.name, each.level, each.words) for each in stages
    ]


async def test_two_at_once_are_refused_and_a_third_afterwards_is_not() -> None:
    async with running() as (client, end):
        second = await client.post("/api/self-test")
        assert (second.status_code, second.json()["error"]["field"]) == (409, "self-test")
        await end()
        assert (await client.post("/api/self-test")).status_code == 200


async def test_one_that_failed_or_was_given_up_does_not_block_the_next() -> None:
    outcomes: list[InputError | None] = [InputError("no meeting can be made", status=503), None]

    async def run() -> Sequence[Stage]:
        if failed := outcomes.pop(0):
            raise failed
        return (GOOD,)

    async with offered(SelfTestRoutes(run, judged).routes()) as client:
        refused = await client.post("/api/self-test")
        assert (refused.status_code, refused.json()["error"]["detail"]) == (503, "no meeting can be made")
        assert (await client.post("/api/self-test")).json()["ok"]


async def test_strangers_make_no_noise() -> None:
    async def run() -> Sequence[Stage]:
        raise AssertionError("nobody asked")

    async with offered(SelfTestRoutes(run, judged).routes()) as client:
        del client.headers["Authorization"]
        assert (await client.post("/api/self-test")).status_code == 401
