"""A start gives every meeting of the process before it an end, and tells what went with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from wingman.core.errors import Branch
from wingman.core.events import (
    CaptureState,
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
from wingman.events.reached import UNWRITTEN_S
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


def capture(state: str, at: float) -> tuple[CaptureState, Media]:
    return CaptureState(Channel.TAB, state), Media(Channel.TAB, at, at)


async def gaps(log: SqliteLog) -> list[tuple[float, float]]:
    """Close the meeting `m-1`, and say what was told as missed."""
    await log.flush()
    await close_interrupted(log, 100.0)
    await log.flush()
    return [
        (event.media.start, event.media.end)
        for event in await log.read("m-1")
        if isinstance(event.data, TranscriptGap) and event.data.cause is GapCause.INTERRUPTED and event.media
    ]


async def test_what_nobody_had_answered_for_is_told_up_to_the_kill(log: SqliteLog) -> None:
    """An outage says nothing while sound comes in; how far it had come is written down beside the events."""
    log.append("m-1", STARTED, at=1.0)
    log.append("m-1", *capture("capturing", 0.0), at=1.0)
    log.append("m-1", SAID, Media(Channel.TAB, 0.0, 2.0), at=2.0)
    log.keep_reached("m-1", {Channel.TAB: 31.0})
    assert await gaps(log) == [(2.0, 31.0 + UNWRITTEN_S)]
    assert await log.meeting("m-1")
    await log.delete("m-1")
    assert await log.reached("m-1") == {}


async def test_a_channel_that_had_ended_has_come_no_further(log: SqliteLog) -> None:
    log.append("m-1", STARTED, at=1.0)
    log.append("m-1", *capture("capturing", 0.0), at=1.0)
    log.append("m-1", *capture("ended", 7.0), at=8.0)
    log.keep_reached("m-1", {Channel.TAB: 7.0})
    assert await gaps(log) == [(0.0, 7.0)]


async def test_a_pause_is_no_loss_and_what_was_owed_before_it_is_one(log: SqliteLog) -> None:
    log.append("m-1", STARTED, at=1.0)
    log.append("m-1", *capture("capturing", 0.0), at=1.0)
    log.append("m-1", SAID, Media(Channel.TAB, 0.0, 2.0), at=2.0)
    log.append("m-1", *capture("paused", 4.0), at=4.0)
    log.keep_reached("m-1", {Channel.TAB: 60.0})
    assert await gaps(log) == [(2.0, 4.0)]


async def test_words_of_a_speaker_who_was_not_done_are_told(log: SqliteLog) -> None:
    """Somebody says a word between; the end of that word does not settle what the first speaker said."""
    log.append("m-1", STARTED, at=1.0)
    shown = TranscriptPartial(Channel.TAB, "tab:0", "a long story")
    log.append("m-1", shown, Media(Channel.TAB, 0.0, 6.0), at=2.0)
    log.append("m-1", SAID, Media(Channel.TAB, 6.2, 7.0), at=7.0)
    assert await gaps(log) == [(0.0, 6.0)]


async def test_what_has_no_summary_yet_is_found(log: SqliteLog) -> None:
    for meeting in ("m-1", "m-2"):
        log.append(meeting, STARTED, at=1.0)
        log.append(meeting, MeetingEnded("shutdown", 9.0), at=2.0)
    log.append("m-2", SAID, at=3.0)
    await log.flush()
    assert await unsummed(log) == ["m-1"]
