"""What two nodes say to each other while a meeting moves: an `events.claims.Moves` over NATS."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Protocol

import msgspec

from wingman.cluster.log import ClusterLog
from wingman.cluster.node import Node

ANSWER_S = 2.0


class Leaves(Protocol):
    """Who lets go of meetings on this node."""

    def goes_to(self, meeting: str) -> str:
        """The node a meeting is about to be let go to; empty when it stays."""
        ...

    def heard(self, meeting: str, since: float) -> bool:
        """Its client is heard there since this wall time. False when the meeting does not move."""
        ...


class NodeMoves:
    """One for each node."""

    def __init__(self, node: Node, log: ClusterLog, shared: Callable[[], float] = time.time) -> None:
        """`shared`: the wall time that all nodes go by."""
        self._node = node
        self._log = log
        self._shared = shared
        self._sent: Counter[str] = Counter()
        """Meetings sent to each node: what it says of itself is a little old."""

    @property
    def here(self) -> str:
        return self._node.id

    def serve(self, leaves: Leaves) -> None:
        """Answer the nodes that meetings of this one are to come to."""

        async def coming(body: bytes) -> bytes:
            return leaves.goes_to(body.decode()).encode()

        async def heard(body: bytes) -> bytes:
            meeting, since = msgspec.json.decode(body, type=tuple[str, float])
            return msgspec.json.encode(leaves.heard(meeting, since + time.time() - self._shared()))

        self._node.answer("coming", coming)
        self._node.answer("heard", heard)

    async def destination(self) -> str:
        there = [row for row in await self._node.there() if row.has_room and row.id != self._node.id]
        if not there:
            return ""
        chosen = min(there, key=lambda row: (row.late, (row.live + self._sent[row.id]) / row.most)).id
        self._sent[chosen] += 1
        return chosen

    async def coming(self, meeting: str) -> bool:
        owner = self._log.owner_of(meeting)
        answer = await self._node.ask(owner, "coming", meeting.encode()) if owner else None
        return answer is not None and answer.decode() == self._node.id

    async def heard(self, meeting: str, since: float) -> bool:
        told = msgspec.json.encode((meeting, since + self._shared() - time.time()))
        return await self._node.ask(self._log.owner_of(meeting), "heard", told, ANSWER_S) == b"true"

    async def released(self, meeting: str) -> bool:
        owner = self._log.owner_of(meeting)
        return await self._log.released(meeting) or not await self._node.alive(owner)
