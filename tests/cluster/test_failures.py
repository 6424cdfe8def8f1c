"""What goes wrong between machines, and what is promised then. Longer ones: `test_long_failures`."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cluster.test_claims import known as knows
from tests.cluster.test_meeting_router import begun, nodes
from tests.support.cable import cable
from tests.support.cluster import Tone, tree
from tests.support.nats import Servers, emptied
from tests.support.nats import nodes as logs
from tests.support.until import until
from tests.support.whip import SDP
from wingman.app import open_service
from wingman.cluster import watch
from wingman.cluster.appender import Pending
from wingman.cluster.claims import mark_of, positions_of
from wingman.cluster.log import ClusterLog
from wingman.cluster.node import Node
from wingman.cluster.record import HEAD, VERSION, Body, Mark, pack
from wingman.config.settings import build
from wingman.core import codec
from wingman.core.events import NoteAdded, StreamCaughtUp, StreamReset
from wingman.events.claims import Position
from wingman.meeting.api import MeetingSpec

ANSWERS_S = 0.3


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wingman.cluster.delivery.ANSWER_S", ANSWERS_S)
    monkeypatch.setattr(watch, "LOOK_S", 0.1)
    monkeypatch.setattr(watch, "CUT_OFF_S", 1.0)


# nats-py leaves the writer of a dial that failed to the garbage collector
@pytest.mark.filterwarnings("ignore:.*StreamWriter:pytest.PytestUnraisableExceptionWarning")
async def test_a_node_that_is_cut_off_lets_go_and_nobody_keeps_what_was_never_stored(
    one_server: Servers, tmp_path: Path
) -> None:
    await emptied(one_server)
    async with cable(one_server.all[0].port) as wire:
        settings = tree(one_server, tmp_path, "cut")
        settings["cluster"]["url"] = wire.url
        async with (
            open_service(build(settings)) as cut,
            open_service(build(tree(one_server, tmp_path, "whole"))) as whole,
        ):
            meeting = await cut.manager.create(MeetingSpec())
            await meeting.attach(Tone())
            meeting.note("stored")
            await cut.log.flush()
            await knows(whole, meeting.id)
            watching = cut.hub.subscribe(meeting.id)
            stored = [frame.seq for frame in await watching.catch_up()]
            epoch = watching.caught_up().envelope.payload(StreamCaughtUp).epoch
            wire.pull()
            meeting.note("in memory only")
            seen = await asyncio.wait_for(watching.read(), 30)
            assert seen[0].seq == stored[-1] + 1
            # nothing reaches its servers: it closes its peers, and who watched there is sent away
            await until(lambda: meeting.id not in cut.manager.live_ids())
            assert cut.not_ready()
            await until(lambda: bool(watching.ended))
            last = seen[-1].seq
            adopted = await whole.manager.adopt(meeting.id)
            for number in range(5):
                adopted.note(f"after {number}")
            await whole.log.flush()
            again = whole.hub.subscribe(meeting.id, last, epoch=epoch)
            (reset,) = await again.catch_up()
            assert isinstance(reset.envelope.data, StreamReset)
            assert "never stored" in reset.envelope.data.reason
            good = whole.hub.subscribe(meeting.id, stored[-1], epoch=epoch)
            assert (await good.catch_up())[0].seq == stored[-1] + 1
            wire.plug_in()
            await until(lambda: not cut.not_ready())
            told = await whole.log.read(meeting.id)
            notes = [event.data.text for event in told if isinstance(event.data, NoteAdded)]
            assert notes == ["stored", *(f"after {number}" for number in range(5))]
            assert isinstance(cut.log, ClusterLog)
            log = cut.log
            await until(lambda: log.owner_of(meeting.id) == whole.node)
            watching.close()
            again.close()
            good.close()


class OldMark(msgspec.Struct, frozen=True, array_like=True):
    """As it was before a mark told what is settled."""

    at: float = 0.0
    positions: dict[str, int] = {}


@given(
    at=st.floats(0, 2e9),
    reached=st.dictionaries(st.sampled_from(["tab", "mic"]), st.integers(0, 10**9)),
)
def test_an_old_and_a_new_node_read_each_others_marks(at: float, reached: dict[str, int]) -> None:
    old = msgspec.msgpack.encode(OldMark(at, reached))
    new = msgspec.msgpack.decode(old, type=Mark)
    assert positions_of(new) == {name: Position(count, 0, at) for name, count in reached.items()}
    told = mark_of({name: Position(count, count // 2, at - 1) for name, count in reached.items()}, at)
    back = msgspec.msgpack.decode(msgspec.msgpack.encode(told), type=OldMark)
    assert back == OldMark(at, reached)
    assert positions_of(told) == {name: Position(n, n // 2, at - 1) for name, n in reached.items()}
    for here, there in ((3600, 0), (0, 3600), (-86_400, 30)):  # ahead of what nodes share
        told = mark_of({name: Position(count, 0, at + 9 + here) for name, count in reached.items()}, at, here)
        for came in positions_of(told, there).values():
            assert came.at == pytest.approx(at + 9 + there, abs=0.001)


async def test_what_a_newer_node_wrote_is_left_to_newer_nodes(one_server: Servers, tmp_path: Path) -> None:
    async with nodes(one_server, tmp_path, 2) as (old, new), old.client() as http:
        meeting = await begun(new, old)
        other = await begun(new, old)
        member, log = new.service.cluster, old.service.log
        assert member is not None
        assert isinstance(log, ClusterLog)
        tip = await member.log.tip(meeting.id)
        key = await member.keys.make(meeting.id)
        future = replace(tip.head, first=tip.head.last + 1, count=0, number=10**6, version=VERSION + 1)
        sealed = pack(key, meeting.id, future, Body(tip.body.row, 0))
        await member.jetstream.publish(
            f"log.0.{meeting.id}", sealed, headers={HEAD: future.text}, expect=tip.seq
        )
        other.note("it goes on")
        await until(lambda: log.epoch(other.id) == 1)
        await member.node.fall_silent()
        await member.node.leave()
        refused = await http.post(f"/whip?meeting={meeting.id}", content="v=0", headers=SDP)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert "newer Wingman" in refused.text
        taken = await http.post(f"/whip?meeting={other.id}", content="v=0", headers=SDP)
        assert taken.status_code == 400, "this one it reads: only the offer is wrong"
        assert other.id in old.service.manager.live_ids()


async def test_a_question_this_version_does_not_know_is_no_harm(one_server: Servers) -> None:
    async with logs(one_server, 1) as (one,):
        first = Node(one.jetstream, one_server.settings(), b"k" * 32)
        second = Node(one.jetstream, one_server.settings(), b"k" * 32)
        await first.open()
        await second.open()
        assert await first.ask(second.id, "a question of the future", b"", 0.2) is None
        assert await first.alive(second.id)
        await first.leave()
        await second.leave()


async def test_a_slow_answer_makes_no_node_look_dead(one_server: Servers) -> None:
    async with logs(one_server, 1) as (one,):
        first = Node(one.jetstream, one_server.settings(), b"k" * 32)
        second = Node(one.jetstream, one_server.settings(), b"k" * 32)
        await first.open()
        await second.open()
        done = asyncio.Event()

        async def slow(_: bytes) -> bytes:
            await done.wait()
            return b"at last"

        second.answer("drain", slow)
        asked = asyncio.ensure_future(first.ask(second.id, "drain", b"", 5.0))
        await asyncio.sleep(0.05)
        assert await first.alive(second.id)
        done.set()
        assert await asked == b"at last"
        await first.leave()
        await second.leave()


async def test_a_busy_node_is_not_gone(one_server: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wingman.cluster.node.ASK_S", 0.1)
    async with logs(one_server, 1) as (one,):
        first = Node(one.jetstream, one_server.settings(), b"k" * 32)
        second = Node(one.jetstream, one_server.settings(), b"k" * 32)
        await first.open()
        await second.open()
        asked = 0

        async def busy(_: bytes) -> bytes:
            nonlocal asked
            asked += 1
            await asyncio.sleep(0.2)
            return msgspec.json.encode(second.row())

        second.answer("status", busy)
        assert await first.alive(second.id)
        assert asked == 2
        await second.leave()
        assert not await first.alive(second.id)
        assert not await first.alive(second.id)
        assert asked == 2
        await first.leave()


async def test_a_newer_nodes_events_are_told_by_older_ones_and_stay_as_they_are(
    one_server: Servers, tmp_path: Path
) -> None:
    """A type that nobody here knows, and a field that is new: told, counted, and kept for newer nodes."""
    async with nodes(one_server, tmp_path, 2) as (new, old), old.client() as http:
        meeting = await begun(new, old)
        await new.service.log.flush()
        member, log = new.service.cluster, old.service.log
        assert member is not None
        assert isinstance(log, ClusterLog)
        assert isinstance(new.service.log, ClusterLog)
        appender = new.service.log._writer._writing[meeting.id].appender
        tip = appender.tip
        assert tip is not None
        first = tip.head.last + 1
        lines = (
            b'{"v":1,"seq":%d,"type":"hologram.shown","meeting":"%s","at":1.0,"data":{"hue":7}}',
            b'{"v":1,"seq":%d,"type":"note.added","meeting":"%s","at":1.0,'
            b'"data":{"id":"n-1","text":"newer","at":0.0,"mood":"good"}}',
        )
        written = [line % (first + at, meeting.id.encode()) for at, line in enumerate(lines)]
        await appender.store(Pending([(codec.decode(line), line) for line in written], []))
        await member.node.fall_silent()
        await member.node.leave()
        async with old.socket(f"/api/meetings/{meeting.id}/ws?after={first - 1}") as overlay:
            told = [json.loads(await asyncio.wait_for(overlay.recv(), 30)) for _ in written]
        assert [(event["seq"], event["type"]) for event in told] == [
            (first, "hologram.shown"),
            (first + 1, "note.added"),
        ]
        assert told[0]["data"] == {"hue": 7}
        taken = await http.post(f"/whip?meeting={meeting.id}", content="v=0", headers=SDP)
        assert taken.status_code == 400, "it goes on here: only the offer is wrong"
        upto = log._reader.known[meeting.id].seq
        kept = [line async for _, body in log._reader.records(meeting.id, 1, upto) for line in body.lines]
        assert kept[first - 1 : first + 1] == written
