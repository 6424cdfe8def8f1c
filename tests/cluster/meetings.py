"""A meeting of many nodes, for tests of what they store of it."""

from __future__ import annotations

from tests.support.nats import Node
from tests.support.until import until
from wingman.core.events import MeetingStarted, NoteAdded
from wingman.core.time import Channel
from wingman.events.index import MeetingRow

M = "m-1"


def started(title: str = "Call with Ada") -> MeetingStarted:
    return MeetingStarted(title, (Channel.TAB,), "sales", "local", "off", "cues", "off")


def note(text: str) -> NoteAdded:
    return NoteAdded(f"n-{text}", text, 0.0)


async def until_row(node: Node, last: int, meeting: str = M) -> MeetingRow:
    async def come() -> MeetingRow | None:
        row = await node.log.meeting(meeting)
        if row is None or min(row.last, await node.log.last_seq(meeting)) < last:
            return None  # events are read from here when they were handed on here: right after the row has come
        return row

    return await until(come)
