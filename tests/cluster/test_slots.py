"""What a vendor's plan allows is counted over all nodes: two on each of two nodes are four."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from tests.support.background import beside
from tests.support.nats import Servers, nodes
from tests.support.until import until
from wingman.cluster import slots as slots_module
from wingman.cluster.jetstream import UnknownError
from wingman.cluster.slots import SlotLeases


@contextlib.asynccontextmanager
async def leases(running: Servers, count: int, lease_s: float = 20.0) -> AsyncIterator[list[SlotLeases]]:
    """One for each of so many nodes."""
    async with nodes(running, count) as opened:
        found = [SlotLeases(node.jetstream, f"n{number}", lease_s) for number, node in enumerate(opened)]
        for one in found:
            await one.open()
        async with beside(*(one.run() for one in found)):
            yield found


async def test_the_last_one_waits_until_another_node_gives_one_back(
    one_server: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slots_module, "LOOK_S", 0.02)
    monkeypatch.setattr(slots_module, "TELL_AFTER_S", 0.1)
    async with leases(one_server, 2) as (one, other):
        here, there = one.of("hume", 2), other.of("hume", 2)
        first, second = await here.take(), await there.take()
        told: list[str] = []
        waiting = asyncio.ensure_future(there.take(lambda: told.append("all in use")))
        await until(lambda: bool(told))
        assert here.wanted
        assert there.wanted
        assert not waiting.done()
        assert here.take_now() is None
        assert not one.of("another plan", 2).wanted
        first.release()
        first.release()
        third = await asyncio.wait_for(waiting, 30)
        for slot in (second, third):
            slot.release()
        again = [await asyncio.wait_for(here.take(), 30) for _ in range(2)]
        for slot in again:
            slot.release()


async def test_no_limit_asks_nobody(one_server: Servers) -> None:
    async with leases(one_server, 1) as (one,):
        free = one.of("hume", 0)
        assert not free.wanted
        now = free.take_now()
        assert now is not None
        now.release()
        (await free.take()).release()


async def test_a_node_that_dies_gives_back_what_it_had(
    one_server: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slots_module, "LOOK_S", 0.02)
    async with nodes(one_server, 2) as (dead, other):
        gone = SlotLeases(dead.jetstream, "dead", 1.0)  # nobody runs it: nothing is renewed
        await gone.of("hume", 1).take()
        alive = SlotLeases(other.jetstream, "alive", 1.0)
        slot = await asyncio.wait_for(alive.of("hume", 1).take(), 30)
        slot.release()


async def test_what_is_held_is_renewed(one_server: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots_module, "LOOK_S", 0.02)
    monkeypatch.setattr(slots_module, "RENEWALS", 30)
    async with leases(one_server, 2, lease_s=3.0) as (one, other):  # a machine may stand still for most of it
        slot = await one.of("hume", 1).take()
        waiting = asyncio.ensure_future(other.of("hume", 1).take())
        await asyncio.sleep(3.5)
        assert not waiting.done()
        slot.release()
        (await asyncio.wait_for(waiting, 30)).release()


async def test_servers_that_do_not_answer_leave_the_limit_to_the_vendor(
    one_server: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slots_module, "SILENT_S", 0.1)
    monkeypatch.setattr("wingman.cluster.jetstream.ANSWER_S", 0.1)
    async with nodes(one_server, 1) as (node,):
        found = SlotLeases(node.jetstream, "n", 20.0)
        monkeypatch.setattr(found, "take", unanswered)
        (await asyncio.wait_for(found.of("hume", 1).take(), 30)).release()


async def unanswered(_: str) -> bool:
    raise UnknownError("no answer")
