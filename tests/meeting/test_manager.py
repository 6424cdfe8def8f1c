"""Meetings are made with what is in force, refused when they may not be, and all end when the service does."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from wingman.app import Service, open_service
from wingman.archive.egress_ledger import account
from wingman.config.settings import build
from wingman.core.errors import InputError, ProviderFault
from wingman.core.events import MeetingEnded, MeetingStarted
from wingman.meeting.api import MeetingSpec
from wingman.report.record import read_all

TREE: dict[str, Any] = {
    "transcribe": {"provider": "off"},
    "suggest": {"provider": "cues", "meaning": "off"},
    "meeting": {"most": 2},
}


@pytest_asyncio.fixture
async def service() -> AsyncIterator[Service]:
    async with open_service(build(TREE), keep=False) as running:
        yield running


async def told(service: Service, meeting: str, kind: type[Any]) -> list[Any]:
    await service.log.flush()
    return [event.data for event in await read_all(service.log, meeting) if isinstance(event.data, kind)]


async def test_a_meeting_is_known_while_it_runs(service: Service) -> None:
    manager = service.manager
    meeting = await manager.create(MeetingSpec(title="Call", playbook="support"))
    assert manager.live(meeting.id) is meeting
    assert (tuple(manager.all_live()), tuple(manager.live_ids())) == ((meeting,), (meeting.id,))
    (started,) = await told(service, meeting.id, MeetingStarted)
    assert (started.title, started.playbook) == ("Call", "support")
    await meeting.end()
    await manager.summed_up(meeting.id)
    await manager.summed_up("m-none")
    assert manager.all_live() == ()
    with pytest.raises(InputError) as refused:
        manager.live(meeting.id)
    assert refused.value.status == 404


async def test_there_are_only_so_many_at_once(service: Service) -> None:
    first = await service.manager.create(MeetingSpec())
    await service.manager.create(MeetingSpec())
    with pytest.raises(InputError, match="2 meetings run already") as refused:
        await service.manager.create(MeetingSpec())
    assert refused.value.status == 429
    await first.end()
    await service.manager.summed_up(first.id)
    await service.manager.create(MeetingSpec())


@pytest.mark.parametrize(
    "spec",
    [
        MeetingSpec(playbook="no-such-playbook"),
        MeetingSpec(emotion_policy="everybody"),
        MeetingSpec(emotion_policy="counterpart"),
        MeetingSpec(emotion_policy="counterpart", consent="self@1"),
        MeetingSpec(emotion_policy="counterpart", consent="sample@1"),
        MeetingSpec(faces="tab"),
        MeetingSpec(faces="tab", faces_consent="faces-tab@1", playbook="hiring"),
    ],
)
async def test_what_may_not_be_leaves_no_meeting(service: Service, spec: MeetingSpec) -> None:
    with pytest.raises(InputError):
        await service.manager.create(spec)
    assert service.manager.all_live() == ()


async def test_new_settings_hold_for_the_next_meeting(service: Service) -> None:
    manager = service.manager
    before = await manager.create(MeetingSpec())
    manager.use(
        build(TREE | {"suggest": {"provider": "cues", "playbook": "support", "meaning": "off"}}),
        keep_model=True,
    )
    after = await manager.create(MeetingSpec())
    names = [(await told(service, each.id, MeetingStarted))[0].playbook for each in (before, after)]
    assert names == ["sales", "support"]


async def test_all_end_with_the_service_and_none_begins(service: Service) -> None:
    meetings = [await service.manager.create(MeetingSpec()) for _ in range(2)]
    assert not service.manager.closing
    await service.manager.end_all("shutdown")
    assert service.manager.closing
    assert service.manager.all_live() == ()
    for meeting in meetings:
        assert [end.reason for end in await told(service, meeting.id, MeetingEnded)] == ["shutdown"]
    with pytest.raises(InputError) as refused:
        await service.manager.create(MeetingSpec())
    assert refused.value.status == 503


async def test_other_settings_load_no_second_encoder() -> None:
    suggest = {"provider": "cues", "meaning": "auto"}
    with_meaning, without = build({**TREE, "suggest": suggest}), build(TREE)
    async with open_service(with_meaning, keep=False) as service:
        manager = service.manager
        first = manager.providers.encoder
        for settings in (with_meaning, without, with_meaning):
            manager.use(settings, keep_model=True)
        assert manager.providers.encoder is first
    if first is not None:
        with pytest.raises(ProviderFault, match="was closed"):
            await first.encode(["closed with the service"])


async def test_a_clock_that_is_set_moves_nothing_within_a_meeting(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, set_by = time.time, 0.0
    monkeypatch.setattr(time, "time", lambda: real() + set_by)
    meeting = await service.manager.create(MeetingSpec())
    for leap in (-3600.0, 86_400.0, -2 * 86_400.0, 20 * 365 * 86_400.0):
        meeting.pause()
        set_by += leap
        meeting.resume()
        set_by += leap
    await meeting.end()
    await service.manager.summed_up(meeting.id)
    await service.log.flush()
    events = await read_all(service.log, meeting.id)
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert events[-1].at - events[0].at < 60
    pauses = account(events).pauses
    assert len(pauses) == 4
    assert all(0 <= (pause.until or 0.0) - pause.since < 60 for pause in pauses)
