"""A recording becomes a meeting of its own, and says how far it is until it is done or has failed."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.support import recordings
from tests.support.media_files import THREE, Sound, tone, write
from tests.support.tone_transcriber import ToneTranscriber
from tests.support.until import until
from wingman.app import Service, open_service
from wingman.audio.recording import probe
from wingman.config.settings import build
from wingman.core.errors import InputError
from wingman.core.events import MeetingEnded, UtteranceCreated
from wingman.meeting.api import MeetingSpec
from wingman.meeting.imports import ImportOptions, ImportStatus, RecordingImport
from wingman.meeting.providers import ProviderFactory
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
    async with asyncio.timeout(30):
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


DIES = """
import asyncio, sys
from pathlib import Path
from tests.meeting.test_imports import resumable
from tests.support.tone_transcriber import ToneTranscriber
from wingman.audio.recording import probe
from wingman.meeting.api import MeetingSpec

async def main():
    ToneTranscriber.die_after = 2
    async with resumable(Path(sys.argv[1]), sys.argv[3]) as service:
        await service.imports.begin(probe(Path(sys.argv[2])), MeetingSpec(title="Call"), lambda: None)
        await asyncio.sleep(30)

asyncio.run(main())
"""


@asynccontextmanager
async def resumable(folder: Path, key: str) -> AsyncIterator[Service]:
    tree = {"data_dir": str(folder), "encryption_key": key}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ProviderFactory, "transcriber", lambda *_: ToneTranscriber())
        async with open_service(build({**TREE, "transcribe": {}, "deliver": tree})) as running:
            yield running


async def until_over(service: Service, meeting: str) -> ImportStatus:
    def over() -> ImportStatus | None:
        status = service.imports.status(meeting)
        assert status is not None
        return status if status.state in ("done", "failed") else None

    return await until(over, every=0.02)


@pytest.mark.parametrize("key", ["", "a long enough key"], ids=["plain", "sealed"])
async def test_an_import_that_was_killed_goes_on_when_the_file_is_given_again(tmp_path: Path, key: str) -> None:
    if key:
        pytest.importorskip("sqlcipher3")
    call = write(tmp_path / "call.wav", (tone(10, THREE, 16_000), Sound("pcm_s16le", 16_000)))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", DIES, tmp_path / "data", call, key), cwd=Path(__file__).parents[2]
    )
    assert await process.wait() == 9
    (journal,) = (tmp_path / "data" / "meetings").glob("*/import.journal")
    assert (b"Alpha" in journal.read_bytes()) is not bool(key)
    before = ToneTranscriber.heard_s
    async with resumable(tmp_path / "data", key) as service:
        begun = await service.imports.begin(probe(call), MeetingSpec(title="Call"), lambda: None)
        status = await until_over(service, begun.meeting)
        events = await read_all(service.log, begun.meeting)
    assert (status.state, status.detail, status.resumed) == ("done", "", 6.0)
    said = [event.data.text for event in events if isinstance(event.data, UtteranceCreated)]
    assert said == ["Alpha.", "Bravo.", "Charlie."]
    assert ToneTranscriber.heard_s - before <= 4.1
    assert not list((tmp_path / "data" / "meetings").glob("*/import.journal"))


@pytest.mark.parametrize(
    ("fault", "state", "words"),
    [
        ("deaf", "failed", "no words"),
        ("down", "failed", "the key is wrong"),
        ("gap", "done", "were not transcribed"),
    ],
)
async def test_nothing_heard_is_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str, state: str, words: str
) -> None:
    monkeypatch.setattr(ToneTranscriber, "fault", fault)
    call = write(tmp_path / "call.wav", (tone(10, THREE, 16_000), Sound("pcm_s16le", 16_000)))
    async with resumable(tmp_path / "data", "") as service:
        begun = await service.imports.begin(probe(call), MeetingSpec(), lambda: None)
        status = await until_over(service, begun.meeting)
    assert status.state == state
    assert words in status.detail
