"""What was done on one node can be read on every node, also when that node is gone."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.cluster.test_meeting_router import nodes as services
from tests.support.nats import Servers, nodes
from tests.support.until import until
from wingman.cluster.audit_trail import AuditTrail
from wingman.cluster.watch import Watch
from wingman.server.audit_log import unpacked
from wingman.server.grant_store import GrantStore

SECRET = b"the same on every node"
KEY = b"k" * 32


@contextlib.asynccontextmanager
async def trails(running: Servers, stores: list[GrantStore]) -> AsyncIterator[list[AuditTrail]]:
    async with nodes(running, len(stores)) as opened:
        pairs = zip(opened, stores, strict=True)
        yield [AuditTrail(node.jetstream, KEY, f"n{at}", store.audit) for at, (node, store) in enumerate(pairs)]
    for store in stores:
        store.close()


async def test_each_node_reads_the_entries_of_all_in_the_order_in_which_they_came(
    one_server: Servers, tmp_path: Path
) -> None:
    stores = [GrantStore(tmp_path / f"{n}.db", SECRET) for n in range(2)]
    async with trails(one_server, stores) as (one, other):
        for number in range(3):
            stores[0].audit.record("login", float(number))
            await one.tell()
            stores[1].audit.record("delete", float(number), meeting="m-1")
            await other.tell()
        for trail in (one, other):
            told = await trail.read(0, 100)
            assert [(node, unpacked(row).what) for _, node, row in told] == [
                ("n0", "login"),
                ("n1", "delete"),
            ] * 3
            assert await trail.broken_at() == 0
        place = (await one.read(0, 4))[-1][0]
        assert [unpacked(row).at for _, _, row in await one.read(place, 100)] == [2.0, 2.0]


async def test_a_node_that_is_back_goes_on_where_it_stopped(one_server: Servers, tmp_path: Path) -> None:
    store = GrantStore(tmp_path / "trust.db", SECRET)
    async with trails(one_server, [store, GrantStore(None, SECRET)]) as (one, other):
        store.audit.record("login", 1.0)
        await one.tell()
        store.audit.record("logout", 2.0)
        again = AuditTrail(one._jetstream, KEY, "n0", store.audit)
        await again.tell()
        await again.tell()
        assert [unpacked(row).what for _, _, row in await other.read(0, 100)] == ["login", "logout"]


async def test_an_entry_that_was_changed_or_left_out_shows(one_server: Servers, tmp_path: Path) -> None:
    path = tmp_path / "trust.db"
    store = GrantStore(path, SECRET)
    async with trails(one_server, [store]) as (one,):
        for number in range(3):
            store.audit.record("login", float(number))
        with contextlib.closing(sqlite3.connect(path)) as forged:
            forged.execute("DROP TRIGGER audit_stays")
            forged.execute("UPDATE audit SET what = 'logout' WHERE seq = 2")
            forged.commit()
        await one.tell()
        places = [place for place, _, _ in await one.read(0, 100)]
        assert await one.broken_at() == places[1]


async def test_it_is_told_over_http_by_every_node_and_dated_by_the_clock_they_share(
    one_server: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Watch, "now", lambda _: 1_234_567_890.0)
    async with (
        services(one_server, tmp_path, 2) as (owner, other),
        owner.client() as one,
        other.client() as two,
    ):
        meeting = (await one.post("/api/meetings", json={})).json()["id"]
        await until(lambda: owner.service.access.trail is not None)
        async with asyncio.timeout(30):
            while True:
                page = (await two.get("/api/audit")).json()
                if page["entries"]:
                    break
        assert page["broken_at"] == 0
        (made,) = [entry for entry in page["entries"] if entry["what"] == "meeting"]
        assert made["meeting"] == meeting
        assert made["node"] in ("n0", "n1")
        assert made["at"] == 1_234_567_890.0
        assert (await one.get("/api/audit", params={"after": page["entries"][-1]["seq"]})).json()[
            "entries"
        ] == []
