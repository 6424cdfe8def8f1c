"""What the log keeps about a meeting beside its events: one row to list, and the words to search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wingman.core.events import (
    Envelope,
    MeetingEnded,
    MeetingRenamed,
    MeetingStarted,
    MeetingTagged,
    NoteAdded,
    PolicyApplied,
    SuggestionCompleted,
    SummaryReady,
    TranscriptEdited,
    UtteranceCreated,
)
from wingman.events.index import MeetingRow


@dataclass(frozen=True, slots=True)
class Searchable:
    """Text of one event that the search may find."""

    text: str
    channel: str = ""
    start: float = 0.0


def first_row(envelope: Envelope) -> MeetingRow:
    """The row of a meeting whose first event this is."""
    return MeetingRow(
        id=envelope.meeting,
        title="",
        state="open",
        started_at=envelope.at,
        last_at=envelope.at,
        seconds=0.0,
        playbook="",
        emotion_policy="off",
        last=0,
    )


TELLING = (MeetingStarted, MeetingRenamed, MeetingTagged, PolicyApplied, MeetingEnded)
"""Events that change more of a row than which one is the newest."""


def advance(row: MeetingRow, envelope: Envelope) -> MeetingRow:
    """The row after one more event."""
    data = envelope.data
    row = replace(row, last=envelope.seq, last_at=envelope.at)
    if isinstance(data, MeetingStarted):
        return replace(
            row, title=data.title, playbook=data.playbook, emotion_policy=data.emotion_policy, state="open"
        )
    if isinstance(data, MeetingRenamed):
        return replace(row, title=data.title)
    if isinstance(data, MeetingTagged):
        return replace(row, tags=data.tags)
    if isinstance(data, PolicyApplied):
        return replace(row, emotion_policy=data.emotion_policy)
    if isinstance(data, MeetingEnded):
        return replace(row, state="ended", seconds=data.seconds)
    return row


def after(row: MeetingRow, envelopes: Sequence[Envelope]) -> MeetingRow:
    """The row after more events, oldest first; only the newest, and what tells more, is looked at."""
    for envelope in envelopes:
        if envelope is envelopes[-1] or isinstance(envelope.data, TELLING):
            row = advance(row, envelope)
    return row


def searchable(envelope: Envelope) -> Searchable | None:
    """The words of this event that a search should find; None when there are none."""
    data = envelope.data
    if isinstance(data, UtteranceCreated):
        media = envelope.media
        return Searchable(data.text, media.channel if media else "", media.start if media else 0.0)
    if isinstance(data, (MeetingStarted, MeetingRenamed)):
        return Searchable(data.title) if data.title else None
    if isinstance(data, MeetingTagged):
        return Searchable(" ".join(data.tags)) if data.tags else None
    if isinstance(data, NoteAdded):
        return Searchable(data.text, "", data.at)
    if isinstance(data, TranscriptEdited):
        return Searchable(data.text) if data.text else None
    if isinstance(data, SuggestionCompleted):
        return Searchable(data.text) if data.text else None
    if isinstance(data, SummaryReady):
        return Searchable("\n".join((data.text, *data.decisions, *data.actions, *data.questions)))
    return None
