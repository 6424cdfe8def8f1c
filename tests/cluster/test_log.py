"""One log, several nodes. What every log promises is in tests/events/test_log.py."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.support.nats import Node, Servers, nodes, until
from wingman.cluster.author import LostError
from wingman.core.events import Envelope, MeetingEnded, MeetingRenamed, MeetingStarted, NoteAdded, StorageState
from wingman.core.time import Channel
from wingman.events.index import MeetingRow

M = "m-1"


def started(title: str = "Call with Ada") -> MeetingStarted:
    return MeetingStarted(title, (Channel.TAB,), "sales", "local", "off", "cues", "off")


def note(text: str) -> NoteAdded:
    return NoteAdded(f"n-{text}", text, 0.0)


async def until_row(node: Node, last: int) -> MeetingRow:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        row = await node.log.meeting(M)
        if row is not None and row.last >= last:
            return row
        await asyncio.sleep(0.01)
    raise TimeoutError(f"{M} never came to {last}")


@pytest.mark.parametrize("servers", ["one_server", "three_servers"])
async def test_every_node_hears_what_one_stores_in_order(request: pytest.FixtureRequest, servers: str) -> None:
    async with nodes(request.getfixturevalue(servers), 2) as (one, other):
        heard: list[Envelope] = []
        other.log.on_followed(heard.extend)
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


async def test_the_old_owner_of_a_meeting_learns_that_it_lost_it(one_server: Servers) -> None:
    async with nodes(one_server, 2) as (one, other):
        lost: list[str] = []
        one.log.on_lost(lost.append)
        await one.log.own(M, b"the plan")
        one.log.append(M, started(), at=1.0)
        await one.log.flush()
        await until_row(other, 1)
        assert await other.log.plan(M) == b"the plan"
        await other.log.own(M, b"")
        other.log.append(M, note("from the new owner"), at=2.0)
        one.log.append(M, note("from the old one"), at=2.0)
        await asyncio.gather(one.log.flush(), other.log.flush())
        await until(lambda: bool(lost))
        assert lost == [M]
        await until_row(one, 2)
        texts = [event.data.text for event in await one.log.read(M, after=1)]  # type: ignore[union-attr]
        assert texts == ["from the new owner"]
        assert other.log.owner_of(M) == one.log.owner_of(M) == "node-1"


async def test_what_is_added_to_a_meeting_that_ended_is_numbered_after_what_others_added(
    one_server: Servers,
) -> None:
    async with nodes(one_server, 3) as found:
        await found[0].log.own(M, b"")
        found[0].log.append(M, started(), at=1.0)
        found[0].log.append(M, MeetingEnded("stopped", 1.0), at=2.0)
        await found[0].log.flush()
        await found[0].log.release(M)
        for node in found:
            await until_row(node, 2)
        for number, node in enumerate(found):
            node.log.append(M, MeetingRenamed(f"name {number}"), at=3.0)
        await asyncio.gather(*(node.log.flush() for node in found))
        events = await found[0].log.read(M)
        for node in found:
            await until_row(node, 5)
        events = await found[0].log.read(M)
        assert [event.seq for event in events] == [1, 2, 3, 4, 5]
        assert sorted(e.data.title for e in events[2:]) == ["name 0", "name 1", "name 2"]  # type: ignore[union-attr]


async def test_nothing_is_added_from_outside_to_a_meeting_that_runs_elsewhere(one_server: Servers) -> None:
    async with nodes(one_server, 2) as (one, other):

        async def alive(node: str) -> bool:
            return node == "node-0"

        other.log.ask_with(alive)
        await one.log.own(M, b"")
        one.log.append(M, started(), at=1.0)
        await one.log.flush()
        await until_row(other, 1)
        other.log.append(M, MeetingRenamed("from outside"), at=3.0)
        await other.log.flush()
        one.log.append(M, note("still mine"), at=3.0)
        await one.log.flush()
        assert [e.type for e in await one.log.read(M)] == ["meeting.started", "note.added"]
        assert await other.log.last_seq(M) <= 2


async def test_a_claim_that_comes_too_late_is_told_who_won(one_server: Servers) -> None:
    async with nodes(one_server, 2) as (one, other):
        tip = await other.log.tip(M)
        await one.log.own(M, b"")
        with pytest.raises(LostError) as lost:
            await other.log.own(M, b"", tip)
        assert lost.value.owner == "node-0"


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


async def test_a_record_that_was_not_heard_is_read(one_server: Servers) -> None:
    async with nodes(one_server, 2) as (one, other):
        heard: list[Envelope] = []
        other.log.on_followed(heard.extend)
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


async def test_while_no_server_answers_the_meeting_goes_on_in_memory(
    one_server: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wingman.cluster.log.ANSWER_S", 0.1)
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
