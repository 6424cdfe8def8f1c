"""A grant that one node hands out, or takes back, holds on every node a moment later."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import websockets

from tests.cluster.test_meeting_router import Node, begun
from tests.cluster.test_meeting_router import nodes as services
from tests.support.background import beside
from tests.support.http import http_client
from tests.support.nats import Servers, nodes
from tests.support.until import until
from wingman.cluster import subjects
from wingman.cluster.jetstream import TTL
from wingman.cluster.replica import Replica
from wingman.server.auth import LOGIN_SECONDS, OWNER, Access
from wingman.server.budgets import MESSAGE_BURST
from wingman.server.grant_store import GrantStore
from wingman.server.grants import Role

SECRET = b"the same on every node"


@contextlib.asynccontextmanager
async def accesses(running: Servers, count: int) -> AsyncIterator[list[Access]]:
    """The grants of so many nodes."""
    async with nodes(running, count) as opened:
        found = [Access(f"token of node {number}", GrantStore(None, SECRET)) for number in range(count)]
        replicas = [
            Replica(node.jetstream, b"k" * 32, access.store) for node, access in zip(opened, found, strict=True)
        ]
        for replica in replicas:
            await replica.open()
        try:
            async with beside(*(replica.run() for replica in replicas)):
                yield found
        finally:
            for access in found:
                access.store.close()


async def test_what_one_hands_out_opens_the_other_until_either_takes_it_back(one_server: Servers) -> None:
    async with accesses(one_server, 2) as (one, other):
        grant, token = one.make(Role.EXTENSION, by=OWNER)
        await until(lambda: other.grant(token) is not None)
        viewer = other.viewer("m-1", by=grant)
        await until(lambda: one.grant(viewer) is not None)
        dropped: list[str] = []
        found = one.grant(viewer)
        assert found is not None
        with one.connected(found, lambda: dropped.append("viewer")):
            async with beside(one.watch()):
                assert set(other.revoke(grant.id)) == {grant.id, found.id}
                await until(lambda: bool(dropped))
        assert one.grant(token) is one.grant(viewer) is None


async def test_a_code_of_one_node_is_good_once_on_any(one_server: Servers) -> None:
    async with accesses(one_server, 2) as (one, other):
        code = one.login_code()
        await until(lambda: other.store.open_codes("login", 0.0) == 1)
        assert other.log_in(code) is not None
        await until(lambda: one.store.open_codes("login", 0.0) == 0)
        assert one.log_in(code) is None
        first, second = one.pair(), one.pair()
        await until(lambda: other.store.open_codes("pair", 0.0) == 1)
        assert first == second or not other.store.take_code(first, "pair", 0.0)
        assert other.store.take_code(second, "pair", 0.0)


async def test_a_revocation_is_not_undone_by_who_did_not_know_of_it(one_server: Servers) -> None:
    async with accesses(one_server, 2) as (one, other):
        grant, token = one.make(Role.EXTENSION, by=OWNER)
        await until(lambda: other.grant(token) is not None)
        one.store.revoke(grant.id, 5.0)
        other.store.renew(grant.id, 10.0, 1e12)
        await until(lambda: other.grant(token) is None and one.grant(token) is None)
        async with nodes_kept(one_server) as late:
            await until(lambda: late.grant(token) is None)
            assert [row.id for row in late.store.all()] == [grant.id]


async def test_a_row_is_kept_as_long_as_it_is_good_by_the_time_that_nodes_share(one_server: Servers) -> None:
    async with nodes(one_server, 1) as (node,):
        for off in (-3600.0, 3600.0):  # so far is what nodes share from this machine's clock

            def shared(off: float = off) -> float:
                return time.time() + off

            access = Access("token", GrantStore(None, SECRET))
            access.clock = shared
            replica = Replica(node.jetstream, b"k" * 32, access.store, shared)
            await replica.open()
            try:
                name = f"code.{access.store.digest(access.login_code()).hex()}"
                await replica._tell()
                stored = await node.jetstream.newest(subjects.TABLES, subjects.row(name))
                assert stored is not None
                assert abs(float(stored.headers.get(TTL, 0)) - LOGIN_SECONDS) < 30, off
            finally:
                access.store.close()


@contextlib.asynccontextmanager
async def nodes_kept(running: Servers) -> AsyncIterator[Access]:
    """A node that joins when all is over."""
    from tests.support.nats import open_node

    node = await open_node(running, "late")
    access = Access("token of a late node", GrantStore(None, SECRET))
    try:
        await Replica(node.jetstream, b"k" * 32, access.store).open()
        yield access
    finally:
        access.store.close()
        await node.aclose()


def client(node: Node, token: str) -> httpx.AsyncClient:
    return http_client(f"http://127.0.0.1:{node.port}", headers={"Authorization": f"Bearer {token}"})


async def test_a_shared_link_works_on_every_node_and_ends_everywhere(
    one_server: Servers, tmp_path: Path
) -> None:
    async with services(one_server, tmp_path, 2) as (one, other):
        meeting = await begun(one, other)
        token = one.service.access.viewer(meeting.id)
        access = other.service.access
        await until(lambda: access.grant(token) is not None)
        async with client(other, token) as http:
            assert (await http.get(f"/api/meetings/{meeting.id}")).status_code == 200
        url = f"ws://127.0.0.1:{other.port}/api/meetings/{meeting.id}/ws"
        async with websockets.connect(
            url, additional_headers={"Authorization": f"Bearer {token}"}, proxy=None
        ) as overlay:
            await overlay.recv()
            (known,) = [row for row in one.service.access.store.all() if row.meeting == meeting.id]
            one.service.access.revoke(known.id)
            async with asyncio.timeout(30):
                while True:
                    try:
                        await overlay.recv()
                    except websockets.ConnectionClosed:
                        break
        async with client(other, token) as http:
            assert (await http.get(f"/api/meetings/{meeting.id}")).status_code == 401


async def test_a_limit_is_one_limit_however_many_nodes_are_asked(one_server: Servers, tmp_path: Path) -> None:
    async with services(one_server, tmp_path, 2) as (one, other):
        meeting = await begun(one, other)
        for node in (one, other):
            assert node.service.cluster is not None
            node.service.cluster.node.others = tuple(await node.service.cluster.node.nodes())
        _, token = one.service.access.make(Role.EXTENSION, by=OWNER)
        access = other.service.access
        await until(lambda: access.grant(token) is not None)
        counts = await asyncio.gather(*(_answered(node, token, meeting.id) for node in (one, other)))
        assert sum(counts) < 1.5 * MESSAGE_BURST, counts
        assert min(counts) >= MESSAGE_BURST / 2, counts


async def _answered(node: Node, token: str, meeting: str) -> int:
    """How many messages a node answers before it closes."""
    url = f"ws://127.0.0.1:{node.port}/api/meetings/{meeting}/ws"
    answered = 0
    async with websockets.connect(
        url, additional_headers={"Authorization": f"Bearer {token}"}, proxy=None
    ) as overlay:
        with contextlib.suppress(websockets.ConnectionClosed):
            for _ in range(int(2 * MESSAGE_BURST)):
                await overlay.send('{"type": "ping"}')
            async with asyncio.timeout(30):
                while True:
                    answered += '"seq"' not in str(await overlay.recv())
    return answered
