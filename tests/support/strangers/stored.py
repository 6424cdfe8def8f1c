"""A long meeting in a log, as if it had been held."""

from __future__ import annotations

from pathlib import Path

from wingman.core.events import Media, MeetingEnded, MeetingStarted, UtteranceCreated
from wingman.core.time import Channel
from wingman.core.utterance import EmotionReading, ReadingStatus
from wingman.events.sqlite.log import SqliteLog

WORDS = "we could ship the renewal at the old price if your team signs before the end of the quarter"


async def store_long_meeting(folder: Path, lines: int) -> str:
    """Write it; its id."""
    meeting = "m-long"
    log = await SqliteLog.open(folder / "wingman.db")
    started = MeetingStarted("long", tuple(Channel), "sales", "deepgram", "off", "cues", "off")
    log.append(meeting, started, at=0.0)
    off = EmotionReading(ReadingStatus.OFF)
    for number in range(lines):
        at, channel = number * 3.0, (Channel.TAB, Channel.MIC)[number % 2]
        line = UtteranceCreated(f"{channel}-{number}", channel, f"{WORDS} {number}", 0.9, 0, off)
        log.append(meeting, line, Media(channel, at, at + 2.5), at=at)
    log.append(meeting, MeetingEnded("stopped", lines * 3.0), at=lines * 3.0)
    await log.flush()
    await log.aclose()
    return meeting
