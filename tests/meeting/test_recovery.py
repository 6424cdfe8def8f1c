"""A start gives every meeting of the process before it an end, and tells what went with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from wingman.core.errors import Branch
from wingman.core.events import (
    Media,
    MeetingEnded,
    MeetingStarted,
    TranscriptGap,
    TranscriptPartial,
    UtteranceCreated,
)
from wingman.core.media import GapCause
from wingman.core.time import Channel
from wingman.core.utterance import EmotionReading, ReadingStatus
from wingman.events.sqlite.log import SqliteLog
from wingman.meeting.recovery import close_interrupted, unsummed

STARTED = MeetingStarted("t", tuple(Channel), "sales", "deepgram", "off", "cues", "off")
SAID = UtteranceCreated("tab-0", "tab", "hello", 1.0, 0, EmotionReading(ReadingStatus.OFF))


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[SqliteLog]:
    opened = await SqliteLog.open(tmp_path / "wingman.db")
    yield opened
    await opened.aclose()


async def test_an_interrupted_meeting_gets_its_end_and_its_gap(log: SqliteLog) -> None:
    log.append("m-1", STARTED, at=1.0)
    log.append("m-1", SAID, Media(Channel.TAB, 0.0, 2.0), at=2.0)
    log.append("m-1", TranscriptPartial(Channel.TAB, "tab", "and then"), Media(Channel.TAB, 2.0, 5.5), at=3.0)
    log.append("m-2", STARTED, at=1.0)
    log.append("m-2", MeetingEnded("stopped", 9.0), at=2.0)
    await log.flush()
    assert await close_interrupted(log, 100.0) == ["m-1"]
    await log.flush()
    gap, ended = (await log.read("m-1"))[-2:]
    assert gap.data == TranscriptGap(Channel.TAB, Branch.TRANSCRIBE, GapCause.INTERRUPTED)
    assert gap.media == Media(Channel.TAB, 2.0, 5.5)
    assert ended.data == MeetingEnded("interrupted", 5.5)
    assert await close_interrupted(log, 101.0) == []
    row = await log.meeting("m-1")
    assert row is not None
    assert (row.state, row.seconds) == ("ended", 5.5)


async def test_what_has_no_summary_yet_is_found(log: SqliteLog) -> None:
    for meeting in ("m-1", "m-2"):
        log.append(meeting, STARTED, at=1.0)
        log.append(meeting, MeetingEnded("shutdown", 9.0), at=2.0)
    log.append("m-2", SAID, at=3.0)
    await log.flush()
    assert await unsummed(log) == ["m-1"]
