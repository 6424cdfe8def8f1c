"""Any node answers for any meeting: real HTTP and WebSockets over whole services and one NATS server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from aiortc import RTCSessionDescription

from tests.support.cluster import TOKEN, services
from tests.support.http import http_client
from tests.support.nats import Servers
from tests.support.until import until
from tests.support.whip import SDP, peer, until_connected
from wingman.app import Service
from wingman.app.http import application
from wingman.cluster.log import ClusterLog
from wingman.core.events import MeetingEnded, NoteAdded
from wingman.core.time import Channel
from wingman.meeting.api import MeetingSpec
from wingman.server.serving import serve


@dataclass(frozen=True)
class Node:
    service: Service
    port: int

    def client(self) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return http_client(f"http://127.0.0.1:{self.port}", headers=headers, timeout=10)

    def socket(self, path: str) -> Any:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return websockets.connect(f"ws://127.0.0.1:{self.port}{path}", additional_headers=headers, proxy=None)


@contextlib.asynccontextmanager
async def nodes(running: Servers, folder: Path, count: int, **more: Any) -> AsyncIterator[list[Node]]:
    async with services(running, folder, count, **more) as opened, asyncio.TaskGroup() as tasks:
        found, serving = [], []
        for service in opened:
            ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            serving.append(tasks.create_task(serve(application(service), "127.0.0.1", 0, ready.set_result)))
            found.append(Node(service, await ready))
        yield found
        for task in serving:
            task.cancel()


async def known(node: Node, meeting: str) -> None:
    log = node.service.log
    assert isinstance(log, ClusterLog)
    await until(lambda: log.owner_of(meeting) != "")


def ended(log: ClusterLog, meeting: str) -> bool:
    body = log._reader.known[meeting].body
    return body is not None and body.row.state == "ended"


async def row_of(log: ClusterLog, meeting: str, last: int) -> bool:
    row = await log.meeting(meeting)
    return row is not None and row.last >= last


async def begun(owner: Node, *others: Node) -> Any:
    meeting = await owner.service.manager.create(MeetingSpec(title="Renewal"))
    await owner.service.log.flush()
    for other in others:
        await known(other, meeting.id)
    return meeting


async def _given(answer: Any, _: object) -> Any:
    return answer


async def _unreadable_once(read: Callable[[str], Awaitable[Any]], asked: set[str], meeting: str) -> Any:
    known = meeting in asked
    asked.add(meeting)
    return await read(meeting) if known else None


async def orphaned(owner: Node, other: Node) -> Any:
    """A meeting whose owner has left, as `other` knows by now."""
    meeting = await begun(owner, other)
    assert owner.service.cluster is not None
    await owner.service.cluster.node.fall_silent()
    await owner.service.cluster.node.leave()
    assert other.service.cluster is not None
    other.service.cluster.node.others = tuple(await other.service.cluster.node.nodes())
    return meeting


async def test_what_is_asked_of_one_node_is_answered_by_the_owner(one_server: Servers, tmp_path: Path) -> None:
    async with nodes(one_server, tmp_path, 2) as (owner, other), other.client() as http:
        meeting = await begun(owner, other)
        address = f"/api/meetings/{meeting.id}"
        assert (await http.get(address)).json()["state"] == "live"
        assert [row["id"] for row in (await http.get("/api/meetings")).json()["meetings"]] == [meeting.id]
        assert [row["state"] for row in (await http.get("/api/meetings")).json()["meetings"]] == ["live"]
        assert (await http.post(f"{address}/pause")).status_code in (200, 204)
        await until(lambda: meeting.status().state == "paused")
        assert (await http.get(address)).json()["state"] == "paused"
        renamed = await http.patch(address, json={"title": "Renewal of Acme"})
        assert renamed.status_code == 200
        wrong = await http.post(f"{address}/control", json={"setting": "nothing", "value": 1})
        assert (wrong.status_code, "nothing" in wrong.text) == (400, True)
        export = await http.get(f"{address}/export", params={"format": "md"})
        assert "Renewal" in export.text
        assert (await http.get("/api/meetings/m-none")).status_code == 404
        assert (await http.post(f"{address}/end")).status_code in (200, 202, 204)
        await until(lambda: not owner.service.manager.live_ids())
        await owner.service.log.flush()
        assert (await http.delete(address)).status_code in (200, 204)
        assert (await http.get(address)).status_code == 404
        async with owner.client() as first:
            assert (await first.get(address)).status_code == 404


async def test_an_overlay_on_any_node_sees_everything_once_and_is_answered(
    one_server: Servers, tmp_path: Path
) -> None:
    async with nodes(one_server, tmp_path, 2) as (owner, other):
        meeting = await begun(owner, other)
        async with other.socket(f"/api/meetings/{meeting.id}/ws?after=0") as overlay:
            for number in range(20):
                meeting.note(f"note {number}")
            seqs: list[int] = []
            while len(seqs) < 20 or seqs[-1] < meeting_head(owner, meeting.id):
                event = json.loads(await asyncio.wait_for(overlay.recv(), 30))
                if event["type"] != "stream.caught_up":
                    seqs.append(event["seq"])
            assert seqs == list(range(1, len(seqs) + 1))
            await overlay.send(json.dumps({"type": "control", "setting": "mode", "value": "none", "ref": "a"}))
            refusal = json.loads(await asyncio.wait_for(overlay.recv(), 30))
            assert (refusal["type"], refusal["ref"]) == ("error", "a")
            await overlay.send(json.dumps({"type": "note", "text": "from afar", "ref": "b"}))
            kinds = [json.loads(await asyncio.wait_for(overlay.recv(), 30))["type"] for _ in range(2)]
            assert sorted(kinds) == ["note.added", "ok"]


def meeting_head(node: Node, meeting: str) -> int:
    log: Any = node.service.log
    return int(log._handed_on.upto(meeting))


async def test_who_watches_on_another_node_is_told_that_a_meeting_was_deleted(
    one_server: Servers, tmp_path: Path
) -> None:
    async with nodes(one_server, tmp_path, 2) as (owner, other), owner.client() as http:
        meeting = await begun(owner, other)
        async with other.socket(f"/api/meetings/{meeting.id}/ws?after=0") as overlay:
            assert json.loads(await overlay.recv())["type"] == "meeting.started"
            assert (await http.delete(f"/api/meetings/{meeting.id}")).status_code == 204
            await asyncio.wait_for(overlay.wait_closed(), 30)
            assert (overlay.close_code, overlay.close_reason) == (4404, "the meeting was deleted")


async def test_sound_travels_to_the_owner(one_server: Servers, tmp_path: Path) -> None:
    async with nodes(one_server, tmp_path, 2) as (owner, other), other.client() as http:
        meeting = await begun(owner, other)
        async with other.socket(f"/api/meetings/{meeting.id}/pcm?channel=tab&rate=16000") as pcm:
            for _ in range(25):
                await pcm.send(b"\x01\x00" * 640)
            await until(lambda: meeting.now(Channel.TAB) >= 1.0)
            status = (await http.get(f"/api/meetings/{meeting.id}")).json()
            whose = {"by": status["grant"], "name": "the service's token"}
            assert status["sources"] == [{"channels": ["tab"], "kind": "pcm", **whose}]
        await until(lambda: meeting.status().sources == ())
        assert other.service.manager.live_ids() == ()


async def test_an_orphan_is_503_to_commands_and_taken_up_by_whoever_brings_sound(
    one_server: Servers, tmp_path: Path
) -> None:
    async with nodes(one_server, tmp_path, 2) as (owner, other), other.client() as http:
        meeting = await orphaned(owner, other)
        address = f"/api/meetings/{meeting.id}"
        refused = await http.post(f"{address}/pause")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert (await http.get(address)).json()["state"] == "orphaned"
        async with (
            other.socket(f"{address}/ws?after=0") as overlay,
            other.socket(f"{address}/pcm?channel=tab&rate=16000") as pcm,
        ):
            await pcm.send(b"\x01\x00" * 640)
            seqs, kinds = [], []
            while "meeting.moved" not in kinds:
                event = json.loads(await asyncio.wait_for(overlay.recv(), 30))
                kinds.append(event["type"])
                if event["type"] != "stream.caught_up":
                    seqs.append(event["seq"])
            assert seqs == list(range(1, len(seqs) + 1))
            assert tuple(other.service.manager.live_ids()) == (meeting.id,)
        assert (await http.post(f"{address}/pause")).status_code in (200, 204)


async def test_an_orphan_is_ended_by_whoever_asks_for_its_end(one_server: Servers, tmp_path: Path) -> None:
    async with nodes(one_server, tmp_path, 2) as (owner, other), other.client() as http:
        meeting = await orphaned(owner, other)
        address = f"/api/meetings/{meeting.id}"
        ended = await http.post(f"{address}/end")
        assert (ended.status_code, ended.json()["state"]) == (200, "ended"), ended.text
        assert (await http.get(address)).json()["state"] == "ended"


async def test_sound_for_a_meeting_that_is_over_is_refused_for_good(
    one_server: Servers, tmp_path: Path
) -> None:
    async with (
        nodes(one_server, tmp_path, 2) as (owner, other),
        other.client() as http,
        owner.client() as there,
    ):
        meeting = await begun(owner, other)
        await meeting.end("stopped")
        await owner.service.log.flush()
        log = other.service.log
        assert isinstance(log, ClusterLog)
        await until(lambda: log._reader.known[meeting.id].head.count > 0)
        for client in (http, there):
            refused = await client.post(f"/whip?meeting={meeting.id}", content="v=0", headers=SDP)
            assert refused.status_code == 410, refused.text
            assert "retry-after" not in refused.headers
        for asked in (meeting.id, "m-nobody"):
            async with other.socket(f"/api/meetings/{asked}/pcm?channel=tab&rate=16000") as pcm:
                await asyncio.wait_for(pcm.wait_closed(), 30)
                assert pcm.close_code == 4404
        assert (await http.get(f"/api/meetings/{meeting.id}")).json()["state"] == "ended"


async def test_a_meeting_whose_end_is_on_its_way_is_over_and_no_orphan(
    one_server: Servers, tmp_path: Path
) -> None:
    async with nodes(one_server, tmp_path, 1) as (owner,), owner.client() as http:
        meeting = await begun(owner)
        one_server.pause()
        try:
            ended = await http.post(f"/api/meetings/{meeting.id}/end")
            assert ended.json()["state"] == "ended"
            refused = await http.post(f"/whip?meeting={meeting.id}", content="v=0", headers=SDP)
            assert refused.status_code == 410, refused.text
        finally:
            one_server.resume()
        await owner.service.log.flush()
        assert (await http.get(f"/api/meetings/{meeting.id}")).json()["state"] == "ended"


async def test_a_full_node_passes_new_meetings_on_and_says_when_all_are_full(
    one_server: Servers, tmp_path: Path
) -> None:
    async with nodes(one_server, tmp_path, 2, meeting={"most": 1}) as (one, other), one.client() as http:
        made = [await http.post("/api/meetings", json={}) for _ in range(2)]
        assert [answer.status_code for answer in made] == [201, 201]
        assert len(one.service.manager.live_ids()) == len(other.service.manager.live_ids()) == 1
        full = await http.post("/api/meetings", json={})
        assert full.status_code == 503
        assert "all nodes are full (2 of 2 meetings)" in full.text
        assert full.headers["retry-after"] == "5"


async def test_late_nodes_take_nothing_new_but_what_nobody_runs(one_server: Servers, tmp_path: Path) -> None:
    async with nodes(one_server, tmp_path, 3) as (owner, one, other), one.client() as http:
        first, second = await begun(owner, one, other), await begun(owner, one, other)
        members = [node.service.cluster for node in (owner, one, other)]
        gone, here, there = (member.node for member in members if member is not None)
        await gone.leave()
        here.load = there.load = lambda: (0, 9, True)
        router = one.service.nodes
        assert router is not None
        full = await http.post("/api/meetings", json={})
        assert (full.status_code, "all nodes are full" in full.text) == (503, True)
        await router.adopt(first.id)
        assert first.id in (*one.service.manager.live_ids(), *other.service.manager.live_ids())
        there.load = lambda: (1, 9, False)
        assert await router.adopt(second.id) == there.id
        assert second.id in other.service.manager.live_ids()


async def test_a_connection_whose_node_goes_away_is_closed_and_not_left_hanging(
    one_server: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wingman.cluster.relay.BEAT_S", 0.1)
    monkeypatch.setattr("wingman.cluster.relay.SILENT_S", 0.4)
    async with nodes(one_server, tmp_path, 2) as (owner, other):
        meeting = await begun(owner, other)
        async with other.socket(f"/api/meetings/{meeting.id}/pcm?channel=tab&rate=16000") as pcm:
            await pcm.send(b"\x01\x00" * 640)
            await until(lambda: meeting.now(Channel.TAB) > 0)
            member = owner.service.cluster
            assert member is not None
            member.relay._jetstream.tell = _nowhere  # type: ignore[method-assign]  # it never comes
            with pytest.raises(websockets.ConnectionClosed):
                await asyncio.wait_for(pcm.recv(), 30)
            assert pcm.close_code == 1012


async def _nowhere(*_: Any, **__: Any) -> None:
    """What a dead node says."""


async def test_an_offer_travels_and_the_media_goes_straight_to_the_owner(
    one_server: Servers, tmp_path: Path
) -> None:
    async with (
        nodes(one_server, tmp_path, 2) as (owner, other),
        other.client() as http,
        peer() as (ours, offer),
    ):
        meeting = await begun(owner, other)
        reply = await http.post(
            "/whip",
            content=offer,
            headers={"Content-Type": "application/sdp"},
            params={"meeting": meeting.id, "channels": "tab"},
        )
        assert (reply.status_code, reply.headers["x-wingman-meeting"]) == (201, meeting.id)
        assert reply.headers["location"].startswith(f"/whip/{owner.service.node}.")
        await ours.setRemoteDescription(RTCSessionDescription(reply.text, "answer"))
        await until_connected(ours)
        assert tuple(meeting.status().channels) == (Channel.TAB,)
        assert (await http.delete(reply.headers["location"])).status_code == 200
        assert other.service.manager.live_ids() == ()


async def test_a_meeting_nobody_came_back_to_is_ended_by_a_node_that_is_there(
    one_server: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with nodes(one_server, tmp_path, 2) as (owner, other):
        meetings = [await begun(owner, other) for _ in range(2)]
        router, log = other.service.nodes, other.service.log
        assert router is not None
        assert other.service.cluster is not None
        assert owner.service.cluster is not None
        assert isinstance(log, ClusterLog)
        for meeting, wrong in zip(
            meetings, (7200, -7200), strict=True
        ):  # its node's clock was ahead, or behind
            noted = owner.service.log.append(meeting.id, NoteAdded("n-1", "x", 0.0), at=time.time() + wrong)
            await owner.service.log.flush()
            await until(partial(row_of, log, meeting.id, noted.seq))
        assert await router.orphans(0.0) == []
        await owner.service.cluster.node.leave()
        other.service.cluster.node.others = ()
        right = time.time
        with monkeypatch.context() as ahead:
            ahead.setattr(time, "time", lambda: right() + 7200)
            assert await router.orphans(3600.0) == [], "this node's clock is ahead"
        assert await router.orphans(3600.0) == []
        with monkeypatch.context() as unreadable:
            rows, read = await log.meetings(), log._reader.body
            unreadable.setattr(log, "meetings", partial(_given, rows))
            unreadable.setattr(log._reader, "body", partial(_unreadable_once, read, set()))
            assert await router.orphans(0.0) == [], "it cannot be told how long"
        assert sorted(await router.orphans(0.0)) == sorted(meeting.id for meeting in meetings)
        ending = asyncio.ensure_future(other.service.manager.end_orphans(lambda: router.orphans(0.0), 0.05))
        try:
            await until(lambda: all(ended(log, meeting.id) for meeting in meetings))
        finally:
            ending.cancel()
            await asyncio.wait([ending])
        told = [event.data for event in await log.read(meeting.id) if isinstance(event.data, MeetingEnded)]
        assert [end.reason for end in told] == ["client_gone"]


async def test_a_whip_session_is_ended_from_any_node(one_server: Servers, tmp_path: Path) -> None:
    async with nodes(one_server, tmp_path, 2) as (owner, other), other.client() as http:
        gone = await http.delete(f"/whip/{owner.service.node}.unknown-session")
        assert gone.status_code == 404
        nobody = await http.delete("/whip/no-such-node.session")
        assert nobody.status_code == 503


async def deafened(node: Node) -> None:
    """From now on nothing that is stored is heard of there."""
    log = node.service.log
    assert isinstance(log, ClusterLog)
    reader = log._reader
    assert reader._deaf is not None
    await reader._deaf()
    reader._deaf = None


async def test_who_asks_before_its_node_has_heard_of_a_meeting_is_not_told_that_there_is_none(
    one_server: Servers, tmp_path: Path
) -> None:
    async with nodes(one_server, tmp_path, 2) as (owner, other), other.client() as http:
        await deafened(other)
        meeting = await owner.service.manager.create(MeetingSpec(title="Renewal"))
        answer = await http.get(f"/api/meetings/{meeting.id}")
        assert (answer.status_code, answer.json()["state"]) == (200, "live")
        async with other.socket(f"/api/meetings/{meeting.id}/ws?after=0") as overlay:
            assert json.loads(await asyncio.wait_for(overlay.recv(), 30))["type"] == "meeting.started"


async def test_a_record_that_nobody_was_told_of_is_read_a_little_later(
    one_server: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wingman.cluster.log_reader.MISSED_S", 0.05)
    async with nodes(one_server, tmp_path, 2) as (owner, other):
        meeting = await begun(owner, other)
        await deafened(other)
        async with other.socket(f"/api/meetings/{meeting.id}/ws?after=0") as overlay:
            meeting.note("nobody is told of this")
            kinds = []
            while "note.added" not in kinds:
                kinds.append(json.loads(await asyncio.wait_for(overlay.recv(), 30))["type"])


async def test_server_sent_events_go_on_at_another_node_by_their_last_id(
    one_server: Servers, tmp_path: Path
) -> None:
    async with (
        nodes(one_server, tmp_path, 2) as (owner, other),
        owner.client() as one,
        other.client() as two,
    ):
        meeting = await begun(owner, other)
        meeting.note("first")
        seen: list[str] = []
        for http, note in ((one, "first"), (two, "second"), (one, "third")):
            headers = {"Last-Event-ID": seen[-1]} if seen else {}
            where = f"/api/meetings/{meeting.id}/stream"
            async with asyncio.timeout(30), http.stream("GET", where, headers=headers) as stream:
                meeting.note(note) if seen else None
                kind, told = "", 0
                async for line in stream.aiter_lines():
                    name, _, value = line.partition(": ")
                    if name == "event":
                        kind = value
                    if name == "id":
                        told = int(value.split(".")[0])
                        assert value.split(".")[1] == "1", "the owner's epoch"
                        last = value
                    if name == "data":
                        assert kind != "stream.reset"
                        if kind != "stream.caught_up":
                            assert told == len(seen) + 1
                            seen.append(last)
                        if kind == "note.added" and note in line:
                            break


async def test_an_import_is_asked_about_at_any_node_and_told_when_its_node_is_gone(
    one_server: Servers, tmp_path: Path
) -> None:
    async with nodes(one_server, tmp_path, 2) as (owner, other), other.client() as http:
        reads = await owner.service.manager.create(MeetingSpec(title="A recording"), live=False)
        await owner.service.log.flush()
        await known(other, reads.id)
        assert (await http.get("/api/recordings/m-none")).status_code == 404
        assert (await http.get(f"/api/recordings/{reads.id}")).status_code == 404  # the owner's word
        member, router = owner.service.cluster, other.service.nodes
        assert member is not None
        assert router is not None
        await member.node.fall_silent()
        await member.node.leave()
        told = (await http.get(f"/api/recordings/{reads.id}")).json()
        assert told["state"] == "failed"
        assert "send the file again" in told["detail"]
        assert other.service.cluster is not None
        other.service.cluster.node.others = ()
        ending = asyncio.ensure_future(other.service.manager.end_orphans(lambda: router.orphans(0.0), 0.05))
        log = other.service.log
        assert isinstance(log, ClusterLog)
        await until(lambda: ended(log, reads.id))
        ending.cancel()
        await asyncio.wait([ending])
        told_end = [event.data for event in await log.read(reads.id) if isinstance(event.data, MeetingEnded)]
        assert [end.reason for end in told_end] == ["interrupted"]
