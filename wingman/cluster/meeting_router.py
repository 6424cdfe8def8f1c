"""What the HTTP side of a node knows of the others: where a meeting runs, and how to have it answered there."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Collection
from functools import partial
from hashlib import blake2b

import msgspec

from wingman.cluster.log import ClusterLog
from wingman.cluster.node import Node
from wingman.cluster.relay import App, Receive, Relay, Scope, Send
from wingman.core.errors import InputError
from wingman.core.json import JsonObject

ANSWER_S = 3.0
ADOPT_S = 10.0
"""What another node may take to read a meeting and begin its providers."""
OWED_S = 6 * 3600.0
"""Longer than any webhook is tried."""
MOST = 10_000
"""Meetings looked through for those that nobody came back to."""


class MeetingRouter:
    """One for each node."""

    def __init__(
        self,
        node: Node,
        log: ClusterLog,
        relay: Relay,
        adopt: Callable[[str], Awaitable[object]],
        live: Callable[[], Collection[str]],
        shared: Callable[[], float] = time.time,
    ) -> None:
        """`adopt` runs a meeting here that nobody runs; `live` names those that run here; `shared`: see
        `LogClaims`."""
        self._node = node
        self._log = log
        self._relay = relay
        self._adopt = adopt
        self._live = live
        self._shared = shared
        self.cut_off: Callable[[], bool] = lambda: False
        """Is this node without the others, so that it knows nothing of what happens now?"""
        self._looked_after: set[tuple[str, str]] = set()
        """Meetings, and the nodes that had them."""

    @property
    def id(self) -> str:
        """This node."""
        return self._node.id

    async def where(self, meeting: str) -> tuple[str, str]:
        """`here`, `elsewhere` (and on which node), `orphaned`, `ended`, or `unknown` (also: deleted)."""
        if meeting in self._live():
            return "here", ""
        row = await self._log.meeting(meeting)
        if row is None or row.state == "ended":
            return "unknown" if row is None else "ended", ""
        owner = self._log.owner_of(meeting)
        if owner == self._node.id and self._log.settling(meeting):
            return "ended", ""  # its end is on its way to the servers
        if owner != self._node.id and await self._node.alive(owner) and not await self._log.released(meeting):
            return "elsewhere", owner
        return "orphaned", ""

    async def had(self, meeting: str) -> str:
        """The node that runs a meeting, or ran it to its end, while it is there; empty for this one."""
        owner = self._log.owner_of(meeting)
        return owner if owner and owner != self._node.id and await self._node.alive(owner) else ""

    def state(self, meeting: str) -> str:
        """`live` or `orphaned`: a meeting without an end that does not run here, as far as is known."""
        owner = self._log.owner_of(meeting)
        return "live" if any(row.id == owner for row in self._node.others) else "orphaned"

    async def adopt(self, meeting: str) -> str:
        """Have it run from now on where there is room, and return where (empty: here). Raises `InputError`."""
        here = self._node.row()
        if here.has_room and not here.late:
            await self._adopt(meeting)
            return ""
        for row in sorted(await self._node.there(), key=lambda row: row.rank):
            if row.has_room and row.id == self._node.id:
                await self._adopt(meeting)
                return ""
            if row.has_room:
                refused = await self._node.ask(row.id, "adopt", meeting.encode(), ADOPT_S)
                if refused is not None:
                    if refused:
                        told = msgspec.json.decode(refused, type=tuple[int, str])
                        raise InputError(told[1], field="meeting", status=told[0])
                    return row.id
        raise InputError("all nodes are full; this meeting goes on as soon as one has room", status=503)

    async def roomier(self) -> tuple[str, str]:
        """The node to begin a meeting on (empty: here); and a sentence when there is none."""
        alone = len(self._node.others) < 2
        if self._node.row().takes_new(alone=alone):
            return "", ""
        nodes = await self._node.there()
        if free := [row for row in nodes if row.takes_new(alone=len(nodes) < 2)]:
            return min(free, key=lambda row: row.rank).id, ""
        live, most = sum(row.live for row in nodes), sum(row.for_new(alone=len(nodes) < 2) for row in nodes)
        return "", f"all nodes are full ({live} of {most} meetings); try again in a moment"

    async def orphans(self, idle_s: float) -> list[str]:
        """Meetings without an end that nobody runs, and to which nothing was added for so long."""
        found: list[str] = []
        before = self._shared() - idle_s
        for row in await self._log.meetings(MOST):
            orphaned = row.state != "ended" and self.state(row.id) == "orphaned"
            told = await self._log.last_told(row.id) if orphaned else None
            if told is not None and told < before and (await self.where(row.id))[0] == "orphaned":
                found.append(row.id)
        return found

    async def left_behind(self) -> list[str]:
        """Meetings that ended not long ago, whose nodes are gone since, and that no other node looks after:
        each once."""
        found: list[str] = []
        there = [row.id for row in self._node.others]
        after = self._shared() - OWED_S
        for row in await self._log.meetings(MOST) if there else ():
            if row.state != "ended" or self.state(row.id) == "live":
                continue
            told = await self._log.last_told(row.id)
            if told is None or told < after:
                continue
            seen = (row.id, self._log.owner_of(row.id))
            if seen not in self._looked_after and min(there, key=partial(_rank, row.id)) == self._node.id:
                self._looked_after.add(seen)
                found.append(row.id)
        return found

    async def relay(self, node: str, scope: Scope, state: JsonObject, receive: Receive, send: Send) -> bool:
        """Have another node answer; False when it is not there."""
        return await self._relay.to(node, scope, state, receive, send)

    async def message(self, meeting: str, text: str, by: str) -> bytes | None:
        """Have a client's message answered where the meeting runs; None when nobody does."""
        owner = self._log.owner_of(meeting)
        if not owner or owner == self._node.id:
            return None
        return await self._node.ask(owner, "message", msgspec.json.encode([meeting, text, by]), ANSWER_S)

    def serve(self, app: App, answer: Callable[[str, str, str], bytes]) -> None:
        """Answer what other nodes pass on: requests with `app`, messages with `answer(meeting, text, by)`."""
        self._relay.serve(app)

        async def answered(body: bytes) -> bytes:
            meeting, text, by = msgspec.json.decode(body, type=tuple[str, str, str])
            return answer(meeting, text, by)

        async def adopted(body: bytes) -> bytes:
            try:
                await self._adopt(body.decode())
            except InputError as refused:
                return msgspec.json.encode((refused.status, str(refused)))
            return b""

        self._node.answer("message", answered)
        self._node.answer("adopt", adopted)


def _rank(meeting: str, node: str) -> bytes:
    """All nodes agree on which of them comes first for a meeting."""
    return blake2b(f"{meeting} {node}".encode(), digest_size=8).digest()
