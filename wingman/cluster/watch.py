"""What a node keeps an eye on: whether it is cut off from the servers, and whether a server lags behind."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from statistics import median_low

import structlog

from wingman.cluster import subjects
from wingman.cluster.jetstream import JetStream, UnavailableError, UnknownError
from wingman.core.steady_clock import passed
from wingman.observe import metrics

log = structlog.get_logger(__name__)

LOOK_S = 1.0
CUT_OFF_S = 15.0
"""A node without any connection for so long lets go of its meetings: others have them, or will. An election
(9 s at most) cuts nobody off: the connection stays."""
CLOCK_S = 0.1
"""Clocks that differ by more are said so: where a channel goes on is a matter of wall time."""
WRONG_S = 60.0
"""A clock that differs by more from what most servers say is not gone by for what all nodes share."""
FIRST = 3
"""Streams that are asked before anything is served: as many servers as there are, mostly, lead them."""
LAG_EVERY = 5
"""Looks between two questions for a stream's replicas."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a server's clock said."""

    ahead: float
    """Of one that is never set (`passed`)."""
    at: float
    """When, by that one."""


class Watch:
    """Run it for as long as the node serves."""

    def __init__(self, jetstream: JetStream, shards: int) -> None:
        self._jetstream = jetstream
        self._shards = shards
        self.on_cut_off: list[Callable[[], object]] = []
        """Called once each time the node has been without a connection for too long."""
        self.cut_off = False
        """It has been without a connection for too long, and still is."""
        self._apart: set[str] = set()
        """Servers whose clocks differed from its own when it last asked them: another one leads each stream."""
        self._ahead: dict[str, _Answer] = {}
        """What each server's clock said, of those that have answered lately."""
        self._servers = 1
        self._lead = time.time() - passed()
        """By how much this machine's clock was ahead of `passed` when all servers were asked last."""

    def now(self) -> float:
        """Unix seconds for what all nodes share: this machine's, unless most servers agree on another time."""
        wall = time.time()
        if not self._ahead:
            return wall
        told = [answer.ahead for answer in self._ahead.values()]
        ahead = median_low(told)
        most = 2 * sum(abs(one - ahead) <= WRONG_S for one in told) > max(self._servers, len(told))
        theirs = passed() + ahead
        return theirs if most and abs(theirs - wall) > WRONG_S else wall

    async def open(self) -> None:
        """Ask for the time, before anything goes by it."""
        for shard in range(min(FIRST, self._shards)):
            await self._look_at(shard)

    async def run(self) -> None:
        """Look until cancelled."""
        loop = asyncio.get_running_loop()
        since, looks = loop.time(), 0
        while True:
            await asyncio.sleep(LOOK_S)
            looks += 1
            if self._jetstream.connected:
                since, self.cut_off = loop.time(), False
                if looks % LAG_EVERY == 0:
                    await self._look_at(looks // LAG_EVERY % self._shards)
                await self._ask_again_if_set()
            elif not self.cut_off and loop.time() - since >= CUT_OFF_S:
                self.cut_off = True
                log.error("this node is cut off from the NATS servers: it lets go of its meetings")
                for callback in self.on_cut_off:
                    callback()

    async def _ask_again_if_set(self) -> None:
        """This machine's clock was set, or the machine stood still, which `passed` may not count: what servers
        said before holds no longer. Who does not answer now has no say."""
        began = passed()
        if abs(time.time() - began - self._lead) <= WRONG_S:
            return
        self._lead = time.time() - began
        for shard in range(self._shards):
            if not await self._look_at(shard):
                break
        self._forget_before(began)

    async def _look_at(self, shard: int) -> bool:
        """Ask for one stream; False when nobody answers."""
        name, asked = subjects.stream(shard), time.time()
        try:
            told = await self._jetstream.stream(name)
        except (UnavailableError, UnknownError):
            return False
        cluster = told.get("cluster", {})
        replicas = cluster.get("replicas") or ()
        self._servers = 1 + len(replicas)
        self._compare(name, str(cluster.get("leader", "")), asked, str(told.get("ts", "")), time.time())
        metrics.REPLICA_LAG.labels(name).set(max((int(one.get("lag", 0)) for one in replicas), default=0))
        metrics.REPLICAS_AWAY.labels(name).set(sum(not one.get("current", False) for one in replicas))
        return True

    def _compare(self, stream: str, server: str, asked: float, told: str, answered: float) -> None:
        """How far the clocks of this node and of the server that leads a stream are apart, whichever is wrong;
        what the answer took may be the whole difference."""
        try:
            theirs = datetime.fromisoformat(told).timestamp()
        except ValueError:  # a release that does not say
            return
        offset = (asked + answered) / 2 - theirs
        if server:  # else the stream has no leader just now
            self._ahead[server] = _Answer(theirs - passed(), passed())
        # who leads no stream any more is not asked: its clock may have been put right, it may be gone
        self._forget_before(passed() - 2 * self._shards * LAG_EVERY * LOOK_S)
        metrics.CLOCK_OFFSET.labels(stream).set(offset)
        if abs(offset) <= CLOCK_S + (answered - asked):
            self._apart.discard(server)
        elif server not in self._apart:
            self._apart.add(server)
            log.warning(
                "the clocks of this node and of a NATS server differ: see to NTP on both",
                server=server,
                ahead_s=round(offset, 3),
            )

    def _forget_before(self, moment: float) -> None:
        """Leave out what servers said before this, by `passed`."""
        self._ahead = {server: answer for server, answer in self._ahead.items() if answer.at >= moment}
