"""Who may append to a meeting, with several nodes that want to."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from tests.cluster.meetings import M, note, started, until_row
from tests.support.nats import Servers, nodes
from tests.support.until import until
from wingman.cluster import delivery, log_writer
from wingman.cluster.appender import FencedAppender, LostError, Pending
from wingman.cluster.record import Mark
from wingman.core.events import Envelope, MeetingEnded, MeetingRenamed, StorageState, SuggestionSkipped


async def test_the_old_owner_of_a_meeting_learns_that_it_lost_it(one_server: Servers) -> None:
    async with nodes(one_server, 2) as (one, other):
        lost: list[str] = []
        one.log.on_lost(lost.append)
        await one.log.own(M, b"the plan")
        one.log.append(M, started(), at=1.0)
        await one.log.flush()
        await until_row(other, 1)
        assert (await other.log.history(M, (await other.log.tip(M)).seq))[0] == b"the plan"
        await other.log.own(M, b"")
        other.log.append(M, note("from the new owner"), at=2.0)
        one.log.append(M, note("from the old one"), at=2.0)
        await asyncio.gather(one.log.flush(), other.log.flush())
        await until(lambda: bool(lost))
        assert lost == [M]
        await until_row(one, 2)
        texts = [event.data.text for event in await one.log.read(M, after=1)]  # type: ignore[union-attr]  # utterances alone
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
        assert sorted(e.data.title for e in events[2:]) == ["name 0", "name 1", "name 2"]  # type: ignore[union-attr]  # renamings alone


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


async def test_what_was_too_much_to_hold_is_said_to_be_lost_and_stored_when_there_is_room(
    one_server: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = asyncio.Event()
    store = FencedAppender.store
    sizes: dict[str, list[int]] = {}

    async def when_there_is_room(appender: FencedAppender, taken: Pending) -> None:
        await room.wait()
        sizes.setdefault(appender.place.meeting, []).append(taken.size)
        await store(appender, taken)

    monkeypatch.setattr(FencedAppender, "store", when_there_is_room)
    unhurried = delivery.ANSWER_S
    monkeypatch.setattr(delivery, "ANSWER_S", 0.02)
    monkeypatch.setattr(log_writer, "HELD_BYTES", 4000)
    monkeypatch.setattr(log_writer, "RECORD_BYTES", 1000)
    monkeypatch.setattr(log_writer, "FLUSH_S", 0.02)
    async with nodes(one_server, 2) as (node, other):
        told: list[Envelope] = []
        node.log.on_committed(told.extend)
        for meeting in (M, "m-2", "m-4"):
            await node.log.own(meeting, b"")
        for number in range(12):
            for meeting in (M, "m-2", "m-4"):
                node.log.append(meeting, note(f"{number} {'x' * 300}"), at=1.0)
        await until(lambda: {e.data.state for e in told if isinstance(e.data, StorageState)} >= {"lost"})
        assert "export it" in node.log.fault
        await node.log.own("m-3", b"")
        node.log.append("m-3", note("it begins meanwhile"), at=1.0)
        node.log.append("m-2", MeetingEnded("stopped", 1.0), at=2.0)
        await node.log.release("m-2")
        node.log.append("m-2", MeetingRenamed("while there is no room"), at=3.0)
        await node.log.release("m-4", handed_over=True)
        assert node.log.settling("m-2")
        monkeypatch.setattr(delivery, "ANSWER_S", unhurried)  # a busy machine takes longer than 20 ms
        room.set()
        await until(lambda: not node.log.fault)
        node.log.append("m-2", MeetingRenamed("when there is"), at=4.0)
        node.log.append(M, note("and on"), at=2.0)
        await node.log.flush()
        assert (await node.log.tip("m-4")).body.released, "by the last record of all"
        for meeting in (M, "m-2", "m-3", "m-4"):
            await until_row(other, await node.log.last_seq(meeting), meeting)
            stored = await other.log.read(meeting)
            assert stored == await node.log.read(meeting) == [e for e in told if e.meeting == meeting]
            assert [event.seq for event in stored] == list(range(1, len(stored) + 1))
            states = [event.data.state for event in stored if isinstance(event.data, StorageState)]
            if meeting in (M, "m-3"):
                assert states[-2:] == ["lost", "stored"]
        assert [event.type for event in await other.log.read("m-2")][-3:] == [
            "meeting.ended",
            "meeting.renamed",
            "meeting.renamed",
        ]
        assert max(size for caught_up in sizes.values() for size in caught_up[2:]) <= 1000


async def test_what_is_released_stays_so_whatever_comes_behind(
    one_server: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with nodes(one_server, 2) as (node, other):
        for meeting, first in (("m-1", "outage"), ("m-2", "release")):
            (await node.log.own(meeting, b"")).mark = lambda: Mark(1.0, {"tab": 5})
            node.log.append(meeting, started(), at=1.0)
            await node.log.flush()
            with monkeypatch.context() as impatient:
                impatient.setattr(delivery, "ANSWER_S", 0.02)  # only now: a busy machine needs longer to answer
                one_server.pause()
                try:
                    node.log.append(meeting, note("on its way"), at=2.0)
                    if first == "outage":
                        await until(lambda: bool(node.log.fault))
                    releasing = asyncio.create_task(node.log.release(meeting, handed_over=True))
                    await until(lambda: bool(node.log.fault))
                finally:
                    one_server.resume()
            await releasing
            await node.log.flush()
            assert not node.log.fault
            assert (await other.log.tip(meeting)).body.released
            states = ["storage.state"] if first == "outage" else []
            assert [e.type for e in await node.log.read(meeting)] == ["meeting.started", "note.added", *states]
            node.log.append(meeting, MeetingRenamed("from outside"), at=3.0)
            await node.log.flush()
            assert (await other.log.tip(meeting)).body.released
            other.log.append(meeting, MeetingRenamed("from another node"), at=3.0)
            await other.log.flush()
            assert (await other.log.tip(meeting)).body.mark.positions == {"tab": 5}, (
                "who goes on with it needs them"
            )


async def test_why_words_brought_no_card_is_stored_with_what_comes_next(one_server: Servers) -> None:
    skipped = SuggestionSkipped("no_reason", "tab-000000000")
    async with nodes(one_server, 1) as (node,):
        told: list[int] = []
        node.log.on_committed(lambda batch: told.extend(event.seq for event in batch))
        await node.log.own(M, b"")
        node.log.append(M, note("some words"), at=1.0)
        await until(lambda: told == [1])
        node.log.append(M, skipped, at=1.0)
        await asyncio.sleep(0.02)
        assert told == [1]
        node.log.append(M, note("more of them"), at=2.0)
        await until(lambda: told == [1, 2, 3])
        head = (await node.log.tip(M)).head
        assert (head.first, head.count) == (2, 2), "both in one record"
        node.log.append(M, skipped, at=2.0)
        node.log.append(M, SuggestionSkipped("nothing_to_say"), at=2.0)  # somebody asked for a card
        await until(lambda: told[-1] == 5)
        node.log.append(M, skipped, at=3.0)
        await node.log.flush()
        assert told[-1] == 6
        node.log.append(M, skipped, at=3.0)
        await node.log.release(M, handed_over=True)
        assert [event.seq for event in await node.log.read(M)] == list(range(1, 8))


async def test_it_is_stored_also_where_nothing_more_comes(
    one_server: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_writer, "UNHURRIED_S", 0.01)
    async with nodes(one_server, 2) as (node, other):
        told: list[int] = []
        node.log.on_committed(lambda batch: told.extend(event.seq for event in batch))
        await node.log.own(M, b"")
        node.log.append(M, SuggestionSkipped("no_reason", "tab-000000000"), at=1.0)
        await until(lambda: told == [1])
        monkeypatch.setattr(log_writer, "UNHURRIED_S", 60.0)
        node.log.append(M, SuggestionSkipped("no_reason", "tab-000000000"), at=1.0)
        await other.log.own(M, b"")
        other.log.append(M, note("the new owner's"), at=2.0)
        await until_row(node, 2)
        texts = [event.type for event in await node.log.read(M)]
        assert texts == ["suggestion.skipped", "note.added"], "who lost the meeting stores nothing more"


async def test_what_comes_as_the_log_is_closed_is_stored_or_said_to_be_lost(
    one_server: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_writer, "FLUSH_S", 0.1)
    monkeypatch.setattr(log_writer, "CLOSE_S", 0.1)
    skipped = SuggestionSkipped("no_reason", "tab-000000000")
    async with nodes(one_server, 1) as (node,):
        writer = node.log._writer
        await node.log.own(M, b"")
        one_server.pause()
        try:
            node.log.append(M, note("on its way"), at=1.0)
            await until(lambda: not writer._writing[M].pending.lines)
            closing = asyncio.create_task(writer.aclose())
            await asyncio.sleep(0)
            node.log.append(M, skipped, at=2.0)
            with capture_logs() as said:
                await closing
        finally:
            one_server.resume()
        assert [entry["events"] for entry in said if "not stored" in entry["event"]] == [2]
        assert writer._writing[M].hurry is None
        assert writer._writing[M].task not in asyncio.all_tasks()


async def test_what_was_on_its_way_as_a_meeting_was_lost_is_held_no_more(one_server: Servers) -> None:
    async with nodes(one_server, 1) as (node,):
        writer = node.log._writer
        await node.log.own(M, b"")
        one_server.pause()
        try:
            heard = node.log.keep_heard(M, b"heard")
            node.log.append(M, note("on its way"), at=1.0)
            await until(lambda: not writer._writing[M].pending.lines)
            writer.passed(M, "another")
            assert writer._held == 0
            assert heard.done()
        finally:
            one_server.resume()
