"""A recording becomes a meeting of its own, and says how far it is until it is done or has failed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.support import recordings
from wingman.app import Service, open_service
from wingman.audio.recording import probe
from wingman.config.settings import build
from wingman.core.errors import InputError
from wingman.core.events import MeetingEnded
from wingman.meeting.api import MeetingSpec
from wingman.meeting.imports import ImportOptions, RecordingImport
from wingman.report.record import read_all

TREE: dict[str, Any] = {"transcribe": {"provider": "off"}, "suggest": {"provider": "cues", "meaning": "off"}}


@pytest_asyncio.fixture
async def service() -> AsyncIterator[Service]:
    async with open_service(build(TREE), keep=False) as running:
        yield running


@pytest.fixture
def call(tmp_path: Path) -> Path:
    return recordings.cut(tmp_path / "call.wav", 0.0, 2.0)


async def test_it_is_played_to_its_end(service: Service, call: Path) -> None:
    told: list[float] = []
    job = RecordingImport(service.manager, probe(call), ImportOptions(on_progress=told.append))
    assert (job.status.state, job.status.meeting, job.status.duration) == ("reading", "", 2.0)
    meeting = await job.start(MeetingSpec(title="Call"))
    assert job.status.meeting == meeting.id
    await job.run()
    assert (job.status.state, job.status.detail, job.status.left_s) == ("done", "", None)
    assert told == sorted(told)
    assert job.status.seconds == told[-1] == pytest.approx(2.0, abs=0.1)
    await service.log.flush()
    events = await read_all(service.log, meeting.id)
    ended = [event.data for event in events if isinstance(event.data, MeetingEnded)]
    assert [(end.reason, end.seconds) for end in ended] == [("source_ended", 2.0)]


async def test_a_meeting_that_may_not_be_makes_no_job(service: Service, call: Path) -> None:
    done: list[bool] = []
    with pytest.raises(InputError):
        await service.imports.begin(
            probe(call), MeetingSpec(emotion_policy="counterpart"), lambda: done.append(True)
        )
    assert done == []
    assert service.manager.all_live() == ()


async def test_a_file_is_let_go_when_it_is_done(service: Service, call: Path) -> None:
    over = asyncio.Event()
    status = await service.imports.begin(probe(call), MeetingSpec(), over.set)
    assert status.state == "reading"
    async with asyncio.timeout(10):
        await over.wait()
    found = service.imports.status(status.meeting)
    assert found is not None
    assert found.state == "done"
    assert service.imports.status("m-none") is None


async def test_a_file_that_is_gone_is_a_failure_with_a_reason(service: Service, call: Path) -> None:
    recording = probe(call)
    os.remove(call)
    job = RecordingImport(service.manager, recording, ImportOptions())
    await job.start(MeetingSpec())
    await job.run()
    assert job.status.state == "failed"
    assert job.status.detail
    assert service.manager.all_live() == ()


async def test_it_has_to_be_started_first(service: Service, call: Path) -> None:
    with pytest.raises(RuntimeError, match="start"):
        await RecordingImport(service.manager, probe(call), ImportOptions()).run()
