"""What a start finds of the service before it: meetings without an end, and ends without a summary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from wingman.core.errors import Branch
from wingman.core.events import Envelope, Media, MeetingEnded, TranscriptGap, UtteranceCreated
from wingman.core.media import GapCause
from wingman.core.time import Channel
from wingman.events.index import MeetingIndex
from wingman.events.log import EventLog

PAGE = 200
EVENTS = 5000
"""Events read at a time."""
RECENT = 50
"""Meetings looked at for a summary that was not made any more."""


class StoredLog(EventLog, MeetingIndex, Protocol):
    """A log that keeps meetings beyond the process."""


async def close_interrupted(log: StoredLog, at: float) -> Sequence[str]:
    """End every meeting that has no end: nobody runs it any more. Returns their ids, oldest first.

    What was heard and not settled went with the process; it is told as a gap.
    """
    closed: list[str] = []
    before = ""
    while rows := await log.meetings(PAGE, before):
        for row in rows:
            if row.state != "ended":
                await _close(log, row.id, row.seconds, at)
                closed.append(row.id)
        before = rows[-1].id
    closed.reverse()
    return closed


async def unsummed(log: StoredLog) -> Sequence[str]:
    """Recent meetings whose last event is their end, oldest first: a summary may still be owed."""
    found = [
        row.id
        for row in await log.meetings(RECENT)
        if row.state == "ended"
        and any(isinstance(event.data, MeetingEnded) for event in await log.read(row.id, row.last - 1, 1))
    ]
    found.reverse()
    return found


async def _close(log: StoredLog, meeting: str, seconds: float, at: float) -> None:
    settled: dict[Channel, float] = {}
    reached: dict[Channel, float] = {}
    seq = 0
    while events := await log.read(meeting, seq, EVENTS):
        for event in events:
            _note(event, settled, reached)
        seq = events[-1].seq
    for channel, end in sorted(reached.items()):
        start = settled.get(channel, 0.0)
        if end > start:
            gap = TranscriptGap(channel, Branch.TRANSCRIBE, GapCause.INTERRUPTED)
            log.append(meeting, gap, Media(channel, start, end), at=at)
    length = max([seconds, *reached.values()])
    log.append(meeting, MeetingEnded("interrupted", round(length, 3)), at=at)


def _note(event: Envelope, settled: dict[Channel, float], reached: dict[Channel, float]) -> None:
    media = event.media
    if media is None:
        return
    reached[media.channel] = max(reached.get(media.channel, 0.0), media.end)
    told = isinstance(event.data, TranscriptGap) and event.data.branch is Branch.TRANSCRIBE
    if told or isinstance(event.data, UtteranceCreated):
        settled[media.channel] = max(settled.get(media.channel, 0.0), media.end)
