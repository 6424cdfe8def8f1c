from __future__ import annotations

from tests.support import story
from wingman.core.events import Event, MeetingStarted, SummaryReady
from wingman.core.time import Channel
from wingman.events.memory import MemoryLog
from wingman.meeting.summary_on_end import sum_up
from wingman.report.record import read


async def test_the_summary_becomes_part_of_the_log_once() -> None:
    log = MemoryLog()
    for envelope in story.events():
        log.append(story.MEETING, envelope.payload(Event), envelope.media, at=envelope.at)
    written = await sum_up(log, story.MEETING, clock=lambda: 5.0)
    assert written is not None
    assert (await read(log, story.MEETING)).summary == written
    assert await sum_up(log, story.MEETING) is None
    kinds = [type(e.data) for e in await log.read(story.MEETING)]
    assert kinds.count(SummaryReady) == 1
    row = await log.meeting(story.MEETING)
    assert row is not None
    assert row.state == "ended"  # a summary after the end does not reopen the meeting


async def test_silence_is_not_summed_up() -> None:
    log = MemoryLog()
    log.append("m-1", MeetingStarted("x", (Channel.TAB,), "", "", "", "", "off"), at=1.0)
    assert await sum_up(log, "m-1") is None
