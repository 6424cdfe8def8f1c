"""Both logs keep the same promises."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from wingman.core.events import Envelope, MeetingEnded, MeetingStarted, TranscriptPartial
from wingman.core.time import Channel
from wingman.events.index import MeetingIndex
from wingman.events.log import EventLog
from wingman.events.memory import MemoryLog
from wingman.events.sqlite.log import SqliteLog


@pytest_asyncio.fixture(params=["memory", "sqlite"])
async def log(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[EventLog]:
    opened = MemoryLog() if request.param == "memory" else await SqliteLog.open(tmp_path / "events.db")
    yield opened
    await opened.aclose()


async def test_seq_counts_per_meeting_without_a_gap(log: EventLog) -> None:
    handed_on: list[Envelope] = []
    log.on_committed(handed_on.extend)
    for _ in range(5):
        for meeting in ("m-1", "m-2"):
            log.append(meeting, TranscriptPartial(Channel.TAB, "tab", "x"), at=1.0)
    await log.flush()
    for meeting in ("m-1", "m-2"):
        assert [e.seq for e in handed_on if e.meeting == meeting] == [1, 2, 3, 4, 5]
        assert [e.seq for e in await log.read(meeting)] == [1, 2, 3, 4, 5]
        assert [e.seq for e in await log.read(meeting, after=3)] == [4, 5]
        assert [e.seq for e in await log.read(meeting, after=1, limit=2)] == [2, 3]


async def test_closing_flushes(log: EventLog) -> None:
    handed_on: list[Envelope] = []
    log.on_committed(handed_on.extend)
    log.append("m-1", TranscriptPartial(Channel.TAB, "tab", "x"), at=1.0)
    await log.aclose()
    assert len(handed_on) == 1


async def test_the_archive_side(log: EventLog) -> None:
    assert isinstance(log, MeetingIndex)
    log.append("m-1", MeetingStarted("One", (Channel.TAB,), "sales", "", "", "", "off"), at=1.0)
    log.append("m-2", MeetingStarted("Two", (Channel.TAB,), "sales", "", "", "", "off"), at=2.0)
    log.append("m-1", MeetingEnded("stopped", 7.0), at=3.0)
    await log.flush()
    assert [row.id for row in await log.meetings()] == ["m-2", "m-1"]
    assert [row.id for row in await log.meetings(before="m-2")] == ["m-1"]
    assert [hit.meeting for hit in await log.search("two")] == ["m-2"]
    assert await log.delete("m-2")
    assert not await log.delete("m-2")
    assert list(await log.read("m-2")) == []


async def test_nothing_said_after_its_deletion_brings_a_meeting_back(log: EventLog) -> None:
    """A summary that was being written, a state that came late: what is gone stays gone."""
    assert isinstance(log, MeetingIndex)
    handed_on: list[Envelope] = []
    log.append("m-1", MeetingStarted("x", (Channel.TAB,), "", "", "", "", "off"), at=1.0)
    await log.flush()
    deleting = asyncio.ensure_future(log.delete("m-1"))
    await asyncio.sleep(0)
    log.on_committed(handed_on.extend)
    log.append("m-1", MeetingEnded("stopped", 1.0), at=2.0)
    assert await deleting
    log.append("m-1", MeetingEnded("stopped", 1.0), at=3.0)
    await log.flush()
    assert await log.meeting("m-1") is None
    assert list(await log.read("m-1")) == []
    assert handed_on == []
    assert not await log.delete("m-2")
    log.append("m-2", MeetingEnded("stopped", 1.0), at=3.0)  # one that never was may still begin
    await log.flush()
    assert await log.meeting("m-2") is not None
