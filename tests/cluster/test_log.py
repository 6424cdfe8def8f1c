"""One log, several nodes. What every log promises is in tests/events/test_log.py."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.cluster.meetings import M, note, started, until_row
from tests.support.cable import Cable, cable
from tests.support.nats import Servers, nodes, open_node
from tests.support.until import until
from wingman.cluster.jetstream import Stored
from wingman.cluster.record import Body, Head
from wingman.core.events import Envelope, MeetingEnded, StorageState


@pytest.mark.parametrize("servers", ["one_server", "three_servers"])
async def test_every_node_hears_what_one_stores_in_order(request: pytest.FixtureRequest, servers: str) -> None:
    async with nodes(request.getfixturevalue(servers), 2) as (one, other):
        heard: list[Envelope] = []
        other.log.on_followed(heard.extend, lambda _: 1)
        await one.log.own(M, b"plan")
        one.log.append(M, started(), at=1.0)
        for number in range(60):
            one.log.append(M, note(f"word {number}"), at=2.0)
            await asyncio.sleep(0.001)
        await one.log.flush()
        row = await until_row(other, 61)
        assert (row.title, row.last) == ("Call with Ada", 61)
        assert [event.seq for event in heard] == list(range(1, 62))
        assert list(await other.log.read(M)) == heard == list(await one.log.read(M))
        assert [hit.seq for hit in await other.log.search("word 17")] == [19]
        one.log.append(M, note("afterwards"), at=3.0)
        await one.log.flush()
        await until_row(other, 62)
        assert [hit.seq for hit in await other.log.search("afterwards")] == [62]
        assert [r.id for r in await other.log.meetings()] == [M]


@pytest.mark.parametrize("servers", ["one_server", "three_servers"])
async def test_a_deleted_meeting_is_on_no_disk_in_clear_and_unreadable_everywhere(
    request: pytest.FixtureRequest, servers: str
) -> None:
    running: Servers = request.getfixturevalue(servers)
    async with nodes(running, 2) as (one, other):
        await one.log.own(M, b"plan with xylophone")
        one.log.append(M, started("xylophone"), at=1.0)
        for number in range(50):
            one.log.append(M, note(f"xylophone secretword{number} marmalade"), at=1.0)
        await one.log.flush()
        await until_row(other, 51)
        await other.log.search("xylophone")
        for trace in (b"xylophone", b"secretword", b"marmalade"):
            assert trace not in running.everything
        assert await other.log.delete(M)
        await until(lambda: one.keys.gone(M))
        for node in (one, other):
            assert list(await node.log.read(M)) == []
            assert await node.log.meeting(M) is None
            assert list(await node.log.search("xylophone")) == []
            assert list(await node.log.meetings()) == []
            node.log.append(M, note("a late word"), at=9.0)
            await node.log.flush()
            assert await node.log.meeting(M) is None
        assert not await one.log.delete(M)


@pytest.mark.filterwarnings("ignore:.*StreamWriter:pytest.PytestUnraisableExceptionWarning")
async def test_a_node_that_was_away_when_a_meeting_was_deleted_neither_tells_nor_revives_it(
    one_server: Servers,
) -> None:
    async with nodes(one_server, 1) as (here,), cable(one_server.all[0].port) as wire:
        away = await open_node(by_way_of(one_server, wire), "away")
        try:
            await here.log.own(M, b"plan")
            here.log.append(M, started(), at=1.0)
            here.log.append(M, MeetingEnded("stopped", 1.0), at=2.0)
            await here.log.flush()
            await here.log.release(M)
            await until_row(away, 2)
            assert len(await away.log.read(M)) == 2, "it has the key"
            wire.pull()
            assert await here.log.delete(M)
            wire.plug_in()
            await until(lambda: away.keys.gone(M))
            assert list(await away.log.meetings()) == []
            assert list(await away.log.read(M)) == []
            away.log.append(M, note("a late word"), at=9.0)
            await away.log.flush()
            assert await here.jetstream.newest("WM_LOG_00", f"log.0.{M}") is None
        finally:
            await away.aclose()


def by_way_of(running: Servers, wire: Cable) -> Servers:
    """The same servers by way of a cable."""
    (server,) = running.all
    return Servers([replace(server, port=wire.port)])


async def test_a_record_that_was_not_heard_is_read(one_server: Servers) -> None:
    async with nodes(one_server, 2) as (one, other):
        heard: list[Envelope] = []
        other.log.on_followed(heard.extend, lambda _: 1)
        await one.log.own(M, b"")
        for number in range(3):
            one.log.append(M, note(str(number)), at=1.0)
            await one.log.flush()
        await until_row(other, 3)
        deafened = other.log._reader._heard
        other.log._reader._known[M].seq -= 1  # as if the last record had never come
        del heard[:]
        one.log.append(M, note("3"), at=1.0)
        await one.log.flush()
        await until_row(other, 4)
        assert deafened is not None
        assert [event.seq for event in heard][-1] == 4


async def test_what_nobody_here_watches_is_not_opened_and_can_be_read(one_server: Servers) -> None:
    async with nodes(one_server, 2) as (one, other):
        heard: list[Envelope] = []
        watchers = 0
        other.log.on_followed(heard.extend, lambda _: watchers)
        await one.log.own(M, b"")
        for number in range(3):
            one.log.append(M, note(str(number)), at=1.0)
            await one.log.flush()
        await until(lambda: M in other.log._reader.known and other.log._handed_on.upto(M) == 3)
        assert not heard
        assert other.log._reader.known[M].body is None
        watchers = 1  # somebody comes: what was before is read, what is stored from now on is told
        assert [event.seq for event in await other.log.read(M)] == [1, 2, 3]
        one.log.append(M, note("3"), at=1.0)
        await until(lambda: bool(heard))
        assert [event.seq for event in heard] == [4]


async def test_while_no_server_answers_the_meeting_goes_on_in_memory(
    one_server: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wingman.cluster.delivery.ANSWER_S", 0.1)
    async with nodes(one_server, 1) as (node,):
        handed_on: list[Envelope] = []
        node.log.on_committed(handed_on.extend)
        await node.log.own(M, b"")
        node.log.append(M, started(), at=1.0)
        await node.log.flush()
        one_server.pause()
        try:
            for number in range(20):
                node.log.append(M, note(str(number)), at=1.0)
            await until(lambda: bool(node.log.fault))
            await asyncio.sleep(0.02)
            told = [e.data for e in handed_on if isinstance(e.data, StorageState)]
            assert [t.state for t in told] == ["memory"]
            assert [e.seq for e in await node.log.read(M, after=1)] == list(range(2, 23))
        finally:
            one_server.resume()
        await node.log.flush()
        assert node.log.fault == ""
        assert [e.seq for e in await node.log.read(M)] == list(range(1, 24))
        states = [e.data.state for e in handed_on if isinstance(e.data, StorageState)]
        assert states == ["memory", "stored"]
        assert [e.seq for e in handed_on] == list(range(1, 24))


async def test_what_a_replica_does_not_have_yet_is_read_from_the_leader(
    three_servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with nodes(three_servers, 2) as (one, other):
        await one.log.own(M, b"plan")
        for number in range(3):
            one.log.append(M, note(str(number)), at=1.0)
            await one.log.flush()
        tip = await one.log.tip(M)

        async def lags(*_: object) -> list[Stored]:
            return []

        monkeypatch.setattr(other.jetstream, "page", lags)
        plan, events = await other.log.history(M, tip.seq)
        assert (plan, [event.seq for event in events]) == (b"plan", [1, 2, 3])


async def test_nothing_is_left_out_of_a_page_that_is_read_while_the_servers_come_and_go(
    one_server: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wingman.cluster.delivery.ANSWER_S", 0.1)
    async with nodes(one_server, 1) as (node,):
        log, reader = node.log, node.log._reader
        await log.own(M, b"")
        log.append(M, started(), at=1.0)
        await log.flush()
        one_server.pause()
        log.append(M, note("in memory"), at=1.0)
        await until(lambda: bool(log.fault))
        records = reader.records

        async def meanwhile(meeting: str, begin: int, upto: int) -> AsyncIterator[tuple[Head, Body]]:
            one_server.resume()
            async for record in records(meeting, begin, upto):
                yield record
            await log.flush()
            one_server.pause()
            log.append(M, note("in memory again"), at=1.0)
            await until(lambda: bool(log.fault))

        monkeypatch.setattr(reader, "records", meanwhile)
        try:
            seqs = [event.seq for event in await log.read(M)]
        finally:
            one_server.resume()
        assert seqs == list(range(1, len(seqs) + 1))
        assert len(seqs) >= 2
