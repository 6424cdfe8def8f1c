"""Finding a meeting, live or stored."""

from __future__ import annotations

from dataclasses import dataclass, replace

from wingman.events.index import MeetingIndex, MeetingRow, unknown_meeting
from wingman.meeting.api import MeetingHandle, Meetings, MeetingStatus
from wingman.server.grants import Grant
from wingman.server.node_routing import Nodes


@dataclass(frozen=True, slots=True)
class Lookup:
    """Live meetings first, then the archive."""

    meetings: Meetings
    index: MeetingIndex
    nodes: Nodes | None = None
    """The other nodes; None for a service of one process."""

    def live(self, meeting: str) -> MeetingHandle | None:
        """The running meeting, or None."""
        for handle in self.meetings.all_live():
            if handle.id == meeting:
                return handle
        return None

    async def status(self, meeting: str) -> MeetingStatus:
        """Raises `InputError(status=404)` for a meeting never heard of."""
        handle = self.live(meeting)
        row = await self.index.meeting(meeting)
        if handle is not None:
            return running(handle, row)
        if row is None:
            raise unknown_meeting(meeting)
        if self.nodes is None or row.state == "ended":
            return stored(row)
        where, _ = await self.nodes.where(meeting)  # asked, not guessed: whoever feeds it waits for this
        return stored(row, where if where in ("orphaned", "ended") else "live")

    def stored(self, row: MeetingRow) -> MeetingStatus:
        """A meeting that does not run here."""
        return stored(row, self.nodes.state(row.id) if self.nodes and row.state != "ended" else "ended")

    async def must_exist(self, meeting: str) -> None:
        """Raises `InputError(status=404)` for a meeting never heard of."""
        if self.live(meeting) is None and await self.index.meeting(meeting) is None:
            raise unknown_meeting(meeting)

    def must_live(self, meeting: str) -> MeetingHandle:
        """Raises `InputError(status=404)` when it does not run here."""
        return self.meetings.live(meeting)


def running(handle: MeetingHandle, row: MeetingRow | None) -> MeetingStatus:
    """A meeting that runs here, under the name and tags it was given meanwhile."""
    status = handle.status()
    return replace(status, title=row.title or status.title, tags=row.tags) if row else status


def shown(status: MeetingStatus, grant: Grant) -> MeetingStatus:
    """As who asks may see it: whose a source is by id is for who may list grants, beside its own."""
    if not status.sources or grant.allows("GET", "/api/grants"):
        return status
    sources = tuple(one if one.by == grant.id else replace(one, by="") for one in status.sources)
    return replace(status, sources=sources)


def stored(row: MeetingRow, state: str = "ended") -> MeetingStatus:
    """A meeting that does not run here. One that was cut off by a crash has ended, too."""
    return MeetingStatus(
        id=row.id,
        title=row.title,
        state=state,
        started_at=row.started_at,
        seconds=row.seconds or max(0.0, row.last_at - row.started_at),
        playbook=row.playbook,
        emotion_policy=row.emotion_policy,
        tags=row.tags,
    )
