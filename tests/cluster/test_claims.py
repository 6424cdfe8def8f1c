"""A meeting outlives its node: whole services over one NATS server."""

from __future__ import annotations

import asyncio
import gc
import time
import weakref
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.cluster import Tone, services
from tests.support.nats import Servers
from tests.support.until import until
from wingman.app import Service
from wingman.cluster.log import ClusterLog
from wingman.core.errors import InputError
from wingman.core.events import Envelope, MeetingEnded, MeetingMoved, MeetingStarted, NoteAdded, TranscriptGap
from wingman.core.time import Channel
from wingman.meeting import handover
from wingman.meeting.api import MeetingHandle, MeetingSpec


async def events(service: Service, meeting: str) -> Sequence[Envelope]:
    await service.log.flush()
    return await service.log.read(meeting, 0, 10_000)


async def known(service: Service, meeting: str) -> None:
    """Wait until a node has heard of a meeting."""
    log = service.log
    assert isinstance(log, ClusterLog)
    await until(lambda: log.owner_of(meeting) != "")


async def is_gone(service: Service) -> None:
    """As after kill -9, as far as others can tell: nobody answers."""
    assert service.cluster is not None
    await service.cluster.node.fall_silent()


async def test_another_node_goes_on_with_all_that_was_agreed(one_server: Servers, tmp_path: Path) -> None:
    async with services(one_server, tmp_path, 2) as (one, other):
        spec = MeetingSpec(title="Renewal", playbook="support", brief="Ada is cross", keyterms=("Acme",))
        meeting = await one.manager.create(spec)
        await meeting.attach(tone := Tone())
        await until(lambda: meeting.now(Channel.TAB) > 0.3)
        meeting.control("verbosity", "quiet")
        meeting.control("speaker_name", {"speaker": "tab", "name": "Ada"})
        meeting.control("brief", "Ada is very cross")
        meeting.pause()
        meeting.resume()
        meeting.pause()
        await one.log.flush()
        await known(other, meeting.id)
        with pytest.raises(InputError, match="another node runs") as refused:
            await other.manager.adopt(meeting.id)
        assert refused.value.status == 409
        reached = meeting.now(Channel.TAB)
        await is_gone(one)
        adopted = await other.manager.adopt(meeting.id)
        assert adopted.id == meeting.id
        assert await other.manager.adopt(meeting.id) is adopted
        status = adopted.status()
        assert (status.title, status.playbook, status.state) == ("Renewal", "support", "paused")
        assert adopted.brief == "Ada is very cross"
        assert adopted._plan.spec.keyterms == ("Acme",)
        assert adopted._plan.spec.verbosity == "quiet"
        adopted.resume()
        await adopted.attach(Tone())
        await until(lambda: adopted.now(Channel.TAB) > reached + 0.2)
        await until(lambda: meeting.reason == "moved")
        await adopted.end()
        told = await events(other, meeting.id)
        assert [event.seq for event in told] == list(range(1, len(told) + 1))
        kinds = [type(event.data) for event in told]
        assert kinds.count(MeetingStarted) == kinds.count(MeetingMoved) == kinds.count(MeetingEnded) == 1
        (moved,) = (event.data for event in told if isinstance(event.data, MeetingMoved))
        assert (moved.epoch, moved.reason) == (2, "lost")
        assert tone.recorded is False


async def test_the_time_goes_on_and_what_is_missing_is_told(one_server: Servers, tmp_path: Path) -> None:
    async with services(one_server, tmp_path, 2) as (one, other):
        meeting = await one.manager.create(MeetingSpec())
        await meeting.attach(Tone())
        await until(lambda: meeting.now(Channel.TAB) > 0.5)
        meeting.note("here")
        await one.log.flush()
        reached = meeting.now(Channel.TAB)
        await known(other, meeting.id)
        await is_gone(one)
        await asyncio.sleep(0.3)
        adopted = await other.manager.adopt(meeting.id)
        await adopted.attach(Tone())
        await until(lambda: adopted.now(Channel.TAB) > reached + 0.25)
        assert adopted.now(Channel.TAB) < reached + 60
        await adopted.end()
        told = await events(other, meeting.id)
        gaps = [e.media for e in told if isinstance(e.data, TranscriptGap) and e.media is not None]
        assert len(gaps) == 1
        assert gaps[0].start == pytest.approx(reached, abs=0.2)  # as of the newest record
        assert gaps[0].end > reached + 0.25


async def test_a_node_that_stops_hands_its_meetings_over(
    one_server: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "MOVE_S", 0.1)  # no client comes to fetch it
    async with services(one_server, tmp_path, 2) as (one, other):
        meeting = await one.manager.create(MeetingSpec())
        await meeting.attach(Tone())
        await until(lambda: meeting.now(Channel.TAB) > 0.2)
        await one.drain()
        assert one.manager.all_live() == ()
        await known(other, meeting.id)
        adopted = await other.manager.adopt(meeting.id)
        told = await events(other, meeting.id)
        assert not [e for e in told if isinstance(e.data, MeetingEnded)]
        assert [e.data.reason for e in told if isinstance(e.data, MeetingMoved)] == ["drained"]
        with pytest.raises(InputError) as stopping:
            await one.manager.create(MeetingSpec())
        assert stopping.value.status == 503
        await adopted.end()


async def test_only_a_meeting_that_runs_can_be_gone_on_with(one_server: Servers, tmp_path: Path) -> None:
    async with services(one_server, tmp_path, 2) as (one, other):
        meeting = await one.manager.create(MeetingSpec())
        await meeting.end()
        await one.log.flush()
        await known(other, meeting.id)
        with pytest.raises(InputError, match="has ended") as ended:
            await other.manager.adopt(meeting.id)
        assert ended.value.status == 410
        with pytest.raises(InputError) as unknown:
            await other.manager.adopt("m-never")
        assert unknown.value.status == 404


async def test_of_two_nodes_that_want_it_one_gets_it(one_server: Servers, tmp_path: Path) -> None:
    async with services(one_server, tmp_path, 3) as (one, *others):
        meeting = await one.manager.create(MeetingSpec())
        await one.log.flush()
        for other in others:
            await known(other, meeting.id)
        await is_gone(one)
        outcomes = await asyncio.gather(
            *(other.manager.adopt(meeting.id) for other in others), return_exceptions=True
        )
        refused = [outcome for outcome in outcomes if isinstance(outcome, InputError)]
        assert [refusal.status for refusal in refused] == [409]


async def test_who_asks_while_a_meeting_is_taken_up_gets_the_same_one(
    one_server: Servers, tmp_path: Path
) -> None:
    async with services(one_server, tmp_path, 2) as (one, other):
        meeting = await one.manager.create(MeetingSpec())
        await one.log.flush()
        await known(other, meeting.id)
        await is_gone(one)
        adopted = await asyncio.gather(*(other.manager.adopt(meeting.id) for _ in range(5)))
        assert len({id(each) for each in adopted}) == 1
        told = await events(other, meeting.id)
        assert [e.data.epoch for e in told if isinstance(e.data, MeetingMoved)] == [2]


async def test_a_claim_that_led_to_nothing_stands_in_nobodys_way(
    one_server: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with services(one_server, tmp_path, 2) as (one, other):
        meeting = await one.manager.create(MeetingSpec())
        await one.log.flush()
        await known(other, meeting.id)
        await is_gone(one)

        async def broken(*_: object) -> None:
            raise InputError("the playbook is gone", status=503)

        with monkeypatch.context() as patched:
            patched.setattr(other.manager.builder, "plan_on", broken)
            with pytest.raises(InputError, match="playbook"):
                await other.manager.adopt(meeting.id)
        assert (await other.manager.adopt(meeting.id)).id == meeting.id


async def _run(service: Service) -> tuple[weakref.ref[MeetingHandle], str]:
    meeting = await service.manager.create(MeetingSpec(title="Renewal"))
    await meeting.attach(Tone())
    await until(lambda: meeting.now(Channel.TAB) > 0.1)
    await meeting.end()
    return weakref.ref(meeting), meeting.id


async def test_a_node_keeps_no_meeting_that_is_over(one_server: Servers, tmp_path: Path) -> None:
    async with services(one_server, tmp_path, 1) as (one,):
        over, name = await _run(one)
        await until(lambda: not one.manager.live_ids())
        added = one.log.append(name, NoteAdded("n-1", "afterwards", 0.0), at=time.time())
        assert (await events(one, name))[-1].seq == added.seq
        await until(lambda: gc.collect() >= 0 and over() is None)
