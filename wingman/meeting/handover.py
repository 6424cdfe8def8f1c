"""How a meeting moves to another process under its client: the second connection before the first ends.

here                                     there
meeting.move ──► the client ──► a second connection; what it brings is kept
waits for the end of a sentence  ◄────── heard, and since when
lets go ───────────────────────────────► claims the meeting, and goes on behind that sentence
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog

from wingman.audio.source import AudioSource, SourceOrigin
from wingman.core.errors import InputError
from wingman.events.claims import Moves
from wingman.link.branch_runner import behind_wall
from wingman.meeting.buffered_source import BufferedSource

log = structlog.get_logger(__name__)

MOVE_S = 15.0
"""What a client may take to be heard elsewhere; then its meeting is let go in any case."""
ASK_S = 5.0
"""Who is not heard there by then is asked again: the first attempt may have failed."""
AT_ONCE = 20
"""Meetings that are let go at a time; all wait for their clients together."""
LET_GO_S = 30.0
"""What whoever ran the meeting may take to let go of it, once its client is heard here."""
LOOK_S = 0.05


class Leaving(Protocol):
    """A meeting, as far as it has to be known to let go of it."""

    @property
    def id(self) -> str:
        """The meeting's id."""
        ...

    @property
    def fed(self) -> bool:
        """Is there a client that sends its sound as it is spoken?"""
        ...

    def ask_to_move(self, to: str, within_s: float) -> None:
        """Tell that client to send to the node `to` as well, within so many seconds."""
        ...

    async def hand_over(self, heard_since: float | None = None) -> None:
        """Settle what was heard and let go; the other node hears, too, from the wall time `heard_since` on."""
        ...


class Arrived(Protocol):
    """A meeting that runs here now."""

    async def attach(self, source: AudioSource, origin: SourceOrigin) -> None:
        """Listen to `source`. Raises `InputError` when the meeting has ended."""
        ...


class Departures:
    """Meetings that this process lets go of."""

    def __init__(self, moves: Moves | None = None) -> None:
        """Without `moves` nobody can be told: they are let go at once."""
        self._moves = moves
        self._going: dict[str, tuple[str, asyncio.Future[float]]] = {}
        self._room = asyncio.Semaphore(AT_ONCE)

    async def let_go(self, meeting: Leaving) -> None:
        """Let go of a meeting, where possible once its client is heard elsewhere."""
        to = await self._moves.destination() if self._moves is not None and meeting.fed else ""
        heard_since = await self._heard_elsewhere(meeting, to) if to else None
        async with self._room:
            try:
                async with asyncio.timeout(LET_GO_S):
                    await meeting.hand_over(heard_since)
            except TimeoutError:  # the others take it over when this process is gone
                log.error("a meeting could not be let go in time", meeting=meeting.id)

    async def _heard_elsewhere(self, meeting: Leaving, to: str) -> float | None:
        heard: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._going[meeting.id] = (to, heard)
        loop = asyncio.get_running_loop()
        until = loop.time() + MOVE_S
        try:
            while not heard.done() and (left := until - loop.time()) > 0:
                meeting.ask_to_move(to, left)
                await asyncio.wait([heard], timeout=min(ASK_S, left))
        finally:
            del self._going[meeting.id]
        if not heard.done():
            log.info("a meeting's client did not move in time", meeting=meeting.id, to=to)
            return None
        return heard.result()

    def goes_to(self, meeting: str) -> str:
        """The process a meeting is about to be let go to; empty when it stays."""
        return self._going[meeting][0] if meeting in self._going else ""

    def heard(self, meeting: str, since: float) -> bool:
        """Its client is heard there since this wall time. False when the meeting does not move (any more)."""
        if meeting not in self._going or self._going[meeting][1].done():
            return False
        self._going[meeting][1].set_result(since)
        return True


class Arrivals:
    """Clients whose meetings are about to come here."""

    def __init__(
        self, moves: Moves, tasks: asyncio.TaskGroup, adopt: Callable[[str], Awaitable[Arrived]]
    ) -> None:
        """`adopt` runs a meeting here that nobody runs any more."""
        self._moves = moves
        self._tasks = tasks
        self._adopt = adopt
        self._arriving: set[asyncio.Task[None]] = set()

    async def check(self, meeting: str, to: str) -> None:
        """Raises `InputError` (409) for a meeting that is not about to come here."""
        if to != self._moves.here or not await self._moves.coming(meeting):
            raise InputError("this meeting does not move to this node; leave `to` out", field="to", status=409)

    def expect(self, meeting: str, source: AudioSource, origin: SourceOrigin) -> BufferedSource:
        """Hear `source` from now on; the meeting is claimed once it can be heard, and goes on with it."""
        early = BufferedSource(source)
        early.begin(self._tasks)
        arriving = self._tasks.create_task(self._arrive(meeting, early, origin))
        self._arriving.add(arriving)
        arriving.add_done_callback(self._arriving.discard)
        return early

    async def close(self) -> None:
        """Expect nobody any more."""
        for arriving in self._arriving:
            arriving.cancel()
        if self._arriving:
            await asyncio.wait(self._arriving)

    async def _arrive(self, meeting: str, early: BufferedSource, origin: SourceOrigin) -> None:
        attached = False
        try:
            failure = await behind_wall(self._take_over(meeting, early, origin))
            attached = failure is None
            if failure is not None:
                reason = str(failure) or "not in time"
                log.warning("a meeting did not move here", meeting=meeting, reason=reason)
        finally:
            if not attached:
                await early.close()

    async def _take_over(self, meeting: str, early: BufferedSource, origin: SourceOrigin) -> None:
        if not await self._moves.heard(meeting, await _heard(early)):
            raise InputError("the meeting stays where it is", status=409)
        async with asyncio.timeout(LET_GO_S):
            while not await self._moves.released(meeting):  # noqa: ASYNC110 - another process does it
                await asyncio.sleep(LOOK_S)
        await (await self._adopt(meeting)).attach(early, origin)


async def _heard(early: BufferedSource) -> float:
    """Wait until every channel is heard, and return since when. Raises `TimeoutError` or `InputError`."""
    async with asyncio.timeout(MOVE_S):
        while (since := early.since) is None:
            if early.over:
                raise InputError("the client went away", status=409)
            await asyncio.sleep(LOOK_S)
    return since
