"""What can be asked about all meetings, past and present, apart from one meeting's events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from wingman.core.errors import InputError


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """One meeting as the log knows it, whether it still runs or not."""

    id: str
    title: str
    state: str
    """`open` while no `meeting.ended` is logged, else `ended`."""
    started_at: float
    """Wall time of the first event."""
    last_at: float
    """Wall time of the newest event."""
    seconds: float
    """Media time of the longest channel; 0 until the meeting ends."""
    playbook: str
    emotion_policy: str
    last: int
    """The newest `seq`."""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One place where the searched words were said or shown."""

    meeting: str
    title: str
    seq: int
    type: str
    channel: str
    """`tab`, `mic`, or empty when nobody said it."""
    start: float
    """Seconds of media time; 0 when it belongs to no moment."""
    snippet: str
    """The text around the hit; the words that matched stand between `[` and `]`."""


@runtime_checkable
class MeetingIndex(Protocol):
    """The meetings of a log. Newest first always means order of creation, never of the wall clock."""

    async def meetings(self, limit: int = 50, before: str = "") -> Sequence[MeetingRow]:
        """Newest first, those created before the meeting `before`."""
        ...

    async def meeting(self, meeting: str) -> MeetingRow | None:
        """One meeting's row; None for a meeting never heard of."""
        ...

    async def search(self, words: str, limit: int = 50) -> Sequence[SearchHit]:
        """Utterances, suggestions, summaries and titles that hold all `words`, best first."""
        ...

    async def delete(self, meeting: str) -> bool:
        """Remove every trace of a meeting; False when there was none. What is appended later is dropped."""
        ...


def unknown_meeting(meeting: str) -> InputError:
    """The refusal of a meeting nobody knows (404)."""
    return InputError(
        f"there is no meeting `{meeting[:80]}`; GET /api/meetings lists them", field="meeting", status=404
    )
