"""What a start finds of the service before it: meetings without an end, and ends without a summary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from wingman.core.errors import Branch
from wingman.core.events import (
    CaptureState,
    Envelope,
    Media,
    MeetingEnded,
    TranscriptGap,
    TranscriptPartial,
    UtteranceCreated,
)
from wingman.core.media import GapCause
from wingman.core.time import Channel, SampleTime, Span, samples, samples_of_ms
from wingman.core.time import seconds as seconds_of
from wingman.correlate.coverage import SpanSet
from wingman.events.index import MeetingIndex
from wingman.events.log import EventLog
from wingman.events.reached import UNWRITTEN_S, ReachedLog

PAGE = 200
EVENTS = 5000
"""Events read at a time."""
RECENT = 50
"""Meetings looked at for a summary that was not made any more."""
SHORTEST = samples_of_ms(150)
"""What was shown may end a little beside where it was settled; a word is longer."""
LIVE = ("capturing", "no_signal", "muted", "stalled", "paused")
"""States of a channel in which sound comes in."""


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
    channels: dict[Channel, _Channel] = {}
    seq = 0
    while events := await log.read(meeting, seq, EVENTS):
        for event in events:
            if event.media is not None:
                channels.setdefault(event.media.channel, _Channel()).note(event, event.media)
        seq = events[-1].seq
    if isinstance(log, ReachedLog):
        for name, reached in (await log.reached(meeting)).items():
            channels.setdefault(name, _Channel()).came_to(reached)
    length = seconds
    for name, channel in sorted(channels.items()):
        length = max(length, seconds_of(channel.end))
        for span in channel.untold():
            gap = TranscriptGap(name, Branch.TRANSCRIBE, GapCause.INTERRUPTED)
            log.append(meeting, gap, Media.of(name, span), at=at)
    log.append(meeting, MeetingEnded("interrupted", round(length, 3)), at=at)


class _Channel:
    """What the log of a meeting without an end says of one channel."""

    def __init__(self) -> None:
        self._known = SpanSet()
        """In an utterance, in a told gap, or in a pause."""
        self._shown = SpanSet()
        """What was shown as being said, settled or not."""
        self._settled: SampleTime = 0
        self._reached: SampleTime = 0
        self._state = ""
        self._state_since: SampleTime = 0

    @property
    def end(self) -> SampleTime:
        """How far the channel can have come. What was still coming in was written down a while ago."""
        live = self._state in LIVE
        return self._reached + (samples(UNWRITTEN_S) if live else 0)

    def note(self, event: Envelope, media: Media) -> None:
        """Take one event into account."""
        span = Span(samples(media.start), samples(media.end))
        self._reached = max(self._reached, span.end)
        match event.data:
            case TranscriptGap(branch=Branch.TRANSCRIBE):  # may lie behind words that were still owed
                self._known.add(span)
            case UtteranceCreated():
                self._known.add(span)
                self._settled = max(self._settled, span.end)
            case TranscriptPartial():
                self._shown.add(span)
            case CaptureState(state=state):
                self._paused_until(span.start)
                self._state, self._state_since = state, span.start
            case _:
                pass

    def came_to(self, reached: float) -> None:
        """So many seconds had been received when that was written down last."""
        self._reached = max(self._reached, samples(reached))

    def untold(self) -> list[Span]:
        """What was received, or shown as being said, and went with the process."""
        self._paused_until(self.end)
        shown = (part for span in self._shown.spans for part in self._known.missing(span.start, span.end))
        before = [span for span in shown if span.end <= self._settled and span.length >= SHORTEST]
        return [*before, *self._known.missing(self._settled, self.end)]

    def _paused_until(self, end: SampleTime) -> None:
        if self._state == "paused" and end > self._state_since:
            self._known.add(Span(self._state_since, end))
