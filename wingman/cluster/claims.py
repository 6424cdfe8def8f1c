"""Who runs which meeting: an `events.claims.Claims` on the meetings' own logs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from wingman.cluster.appender import FencedAppender, LostError
from wingman.cluster.keys import GoneError
from wingman.cluster.log import ClusterLog
from wingman.cluster.node import Node
from wingman.cluster.record import Mark, UnreadableError
from wingman.core.errors import InputError
from wingman.events.claims import Position, Positions, Taken
from wingman.events.index import unknown_meeting


class LogClaims:
    """Claims are records of a meeting's own log: see `wingman.cluster.appender` for why they hold."""

    def __init__(self, log: ClusterLog, node: Node, shared: Callable[[], float] = time.time) -> None:
        """`shared`: the wall time that all nodes go by."""
        self._log = log
        self._node = node
        self._shared = shared
        self._appenders: dict[str, FencedAppender] = {}
        log.ask_with(node.alive)

    async def claim(self, meeting: str, plan: bytes, positions: Positions) -> None:
        self._appenders[meeting] = await self._log.own(meeting, plan)
        self.runs(meeting, positions)

    async def take_over(self, meeting: str) -> Taken:
        try:
            tip = await self._log.tip(meeting)
        except GoneError:
            raise unknown_meeting(meeting) from None
        except UnreadableError as newer:
            raise InputError(
                f"this node cannot read the meeting ({newer}); upgrade it, or ask another one", status=503
            ) from None
        if not tip.seq:
            raise unknown_meeting(meeting)
        if tip.body.row.state == "ended":
            raise InputError("this meeting has ended; start a new one", field="meeting", status=410)
        owner = tip.head.node
        # an own claim that led to nothing here (the providers could not begin) stands in nobody's way
        if not tip.body.released and owner != self._node.id and await self._node.alive(owner):
            raise InputError("another node runs this meeting; ask again", field="meeting", status=409)
        try:
            appender = await self._log.own(meeting, b"", tip)
        except LostError:
            raise InputError("another node was faster; ask again", field="meeting", status=409) from None
        except GoneError:
            raise unknown_meeting(meeting) from None
        self._appenders[meeting] = appender
        reason = "drained" if tip.body.released else "lost"
        plan, events = await self._log.history(meeting, tip.seq)
        positions = positions_of(tip.body.mark, time.time() - self._shared())
        return Taken(plan, appender.epoch, positions, reason, events)

    def runs(self, meeting: str, positions: Positions) -> None:
        def mark() -> Mark:
            now = self._shared()
            return mark_of(positions(), now, time.time() - now)

        self._appenders[meeting].mark = mark

    def keep_plan(self, meeting: str, plan: bytes) -> None:
        self._log.keep_plan(meeting, plan)

    async def release(self, meeting: str, *, handed_over: bool) -> None:
        appender = self._appenders.pop(meeting, None)
        try:
            await self._log.release(meeting, handed_over=handed_over)
        finally:
            if appender is not None and appender.mark is not None:
                last = appender.mark()
                appender.mark = lambda: last  # the log keeps the appender: it must not keep the meeting

    def on_lost(self, callback: Callable[[str], None]) -> None:
        self._log.on_lost(callback)


def mark_of(positions: Mapping[str, Position], at: float, ahead: float = 0.0) -> Mark:
    """What is stored with each record at the time that nodes share; this machine's clock is `ahead` of it."""
    return Mark(
        at,
        {channel: position.reached for channel, position in positions.items()},
        {channel: position.settled for channel, position in positions.items()},
        {channel: position.at and position.at - ahead for channel, position in positions.items()},
    )


def positions_of(mark: Mark, ahead: float = 0.0) -> dict[str, Position]:
    """The inverse, by this machine's clock; what an older node has not told is not known."""
    came = {channel: mark.reached_at.get(channel, mark.at) for channel in mark.positions}
    return {
        channel: Position(reached, mark.settled.get(channel, 0), came[channel] and came[channel] + ahead)
        for channel, reached in mark.positions.items()
    }
