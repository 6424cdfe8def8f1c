"""Who reads a channel's tape, and whether they get on."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Coroutine, Iterator
from typing import TypeAlias

import structlog

from wingman.audio.tape import Cursor, Tape
from wingman.core.events import AudioState, Publish
from wingman.core.time import Channel, SampleTime
from wingman.link.branch_runner import behind_wall, kind_of
from wingman.meeting.channel_input import ChannelInput

log = structlog.get_logger(__name__)

Store: TypeAlias = Callable[[Channel, Cursor], Coroutine[object, object, None]]
"""Reads a channel's tape for as long as it runs, and stores its sound."""


class SlowReader:
    """Whether a reader gets on at all. One that does not must not hold up the others (times of the loop)."""

    PATIENCE_S = 10.0

    def __init__(self) -> None:
        self._since: float | None = None

    def got_on(self, now: float) -> None:
        """It began, or settled something."""
        self._since = now

    def stuck(self, now: float) -> bool:
        """It has settled nothing for a while."""
        return self._since is not None and now - self._since > self.PATIENCE_S


class ChannelReaders:
    """Who reads a channel's tape now."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._cursors: list[Cursor] = []

    @contextlib.contextmanager
    def reading(self, at: SampleTime) -> Iterator[Cursor]:
        """A cursor that begins at `at`; whoever leaves holds nobody up."""
        cursor = self._tape.cursor(at)
        self._cursors.append(cursor)
        try:
            yield cursor
        finally:
            cursor.close()
            self._cursors.remove(cursor)

    def lag(self, but: Cursor | None) -> int:
        """Samples by which the slowest of them is behind; `but` does not count."""
        return max((cursor.lag for cursor in self._cursors if cursor is not but), default=0)


async def store_sound(store: Store, channel: ChannelInput, readers: ChannelReaders, publish: Publish) -> None:
    """Store a channel's sound; a defect there costs the rest of the recording, and says so."""
    with readers.reading(channel.tape.start) as cursor:
        failure = await behind_wall(store(channel.channel, cursor))
    if failure is not None:
        log.error("the sound is not stored any more", exc_info=failure)
        detail = f"storing the sound stopped over a defect ({kind_of(failure)}); what was stored is kept"
        publish(AudioState("lost", detail), None)
