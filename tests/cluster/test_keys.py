from __future__ import annotations

import asyncio

import pytest

from tests.support.nats import Servers, nodes, open_node
from tests.support.until import until
from wingman.cluster.keys import GoneError, derived
from wingman.core.errors import InputError


async def test_all_nodes_find_the_same_key(one_server: Servers) -> None:
    async with nodes(one_server, 3) as found:
        made = await asyncio.gather(*(node.keys.make("m-1") for node in found))
        assert len(set(made)) == 1
        assert await found[0].keys.get("m-2") is None


async def test_a_destroyed_key_is_gone_on_every_node_and_is_not_made_again(one_server: Servers) -> None:
    async with nodes(one_server, 2) as (one, other):
        key = await one.keys.make("m-1")
        assert await other.keys.get("m-1") == key
        told: list[str] = []
        other.keys.on_deleted(told.append)
        assert await one.keys.destroy("m-1")
        for node in (one, other):
            await until(lambda: one.keys.gone("m-1") and other.keys.gone("m-1"))
            with pytest.raises(GoneError):
                await node.keys.make("m-1")
        assert told == ["m-1"]
        assert not await one.keys.destroy("m-1")
        assert not await one.keys.destroy("m-2")


async def test_a_node_with_another_key_is_refused(one_server: Servers) -> None:
    async with nodes(one_server, 1):
        with pytest.raises(InputError, match="not the one this cluster was begun with") as refused:
            await open_node(one_server, "stranger", key="another key, long enough")
        assert refused.value.field == "cluster.key"


def test_a_short_key_is_refused() -> None:
    with pytest.raises(InputError, match="16 characters"):
        derived("short")
