"""One node among several: says that it is there, asks who else is, and answers for the meetings it runs."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import time
from collections.abc import Awaitable, Callable
from typing import Literal

import msgspec
import structlog
from nats.aio.msg import Msg

from wingman import __version__
from wingman.cluster import subjects
from wingman.cluster.jetstream import TTL, JetStream, UnavailableError, UnknownError
from wingman.cluster.record import UnreadableError, seal, unseal
from wingman.config.cluster import ClusterSettings

log = structlog.get_logger(__name__)

FULL = 1.0
"""The load of a node that takes nothing."""
KEPT_FREE = 0.3
"""Share of each node that is kept for the meetings of nodes that fail."""
MOST_ASKED = 256
"""Questions answered at a time; who asks more is not answered, and asks again."""
RENEWALS = 5
"""A node says that it is there so many times within its lease."""
ASK_S = 0.8
"""What a node that is there takes to answer at most; one that was killed is told by the server at once."""
PATIENT_S = 1.6
"""Who did not answer by then is asked once more, for so long: a busy node is not gone."""
SILENT_S = 0.5
"""Who is not there is taken for gone for so long, and who did not answer for `PATIENT_S`: all that ran there is
asked for at once."""

State = Literal["up", "draining"]


class NodeRow(msgspec.Struct, frozen=True):
    """What a node says of itself."""

    id: str
    name: str
    state: State = "up"
    version: str = ""
    live: int = 0
    """Meetings it runs."""
    most: int = 0
    """Meetings it takes."""
    at: float = 0.0
    """Wall time of this."""
    late: bool = False
    """Its event loop runs late: it takes nothing new."""

    @property
    def load(self) -> float:
        """0 is idle, 1 is full."""
        return self.live / self.most if self.most and not self.late else FULL

    @property
    def has_room(self) -> bool:
        """Does it take a meeting whose node is gone? Also when it is late: nobody hears that meeting now."""
        return self.state == "up" and self.live < self.most

    @property
    def rank(self) -> tuple[bool, float]:
        """The lower, the better it can take one."""
        return self.late, self.live / max(1, self.most)

    def for_new(self, *, alone: bool) -> int:
        """How many meetings it runs before it takes no new one; the rest is for those whose node fails."""
        most = self.most if alone else self.most - int(self.most * KEPT_FREE)
        return min(most, self.live) if self.late else most

    def takes_new(self, *, alone: bool) -> bool:
        """Does it take a new meeting? `alone`: there is no other node whose meetings it would have to take."""
        return self.state == "up" and self.live < self.for_new(alone=alone)


Answer = Callable[[bytes], Awaitable[bytes]]


class Node:
    """This node. `run` it for as long as it serves."""

    def __init__(self, jetstream: JetStream, settings: ClusterSettings, key: bytes) -> None:
        self._jetstream = jetstream
        self._lease_s = settings.lease_s
        self._key = key
        self.name = settings.node or socket.gethostname()
        self.id = f"{subjects.token(self.name)}-{os.getpid()}-{secrets.token_hex(3)}"
        """Another one in each life: what a former life has left is not this one's."""
        self.state: State = "up"
        self.load: Callable[[], tuple[int, int, bool]] = lambda: (0, 0, False)
        """Meetings it runs, how many it takes, and whether its event loop runs late."""
        self.others: tuple[NodeRow, ...] = ()
        """Every node whose lease ran when this one last looked."""
        self._answers: dict[str, Answer] = {"status": self._status}
        self._deaf: Callable[[], Awaitable[None]] | None = None
        self._silent: dict[str, float] = {}
        """Nodes that did not answer a moment ago, and until when they are not asked again."""
        self._unsaid = False
        """It could not say that it is there when it last tried."""
        self._asking: set[asyncio.Task[None]] = set()

    def answer(self, what: str, answer: Answer) -> None:
        """Answer other nodes' questions of this kind."""
        self._answers[what] = answer

    def row(self) -> NodeRow:
        """What it says of itself now."""
        live, most, late = self.load()
        return NodeRow(
            id=self.id,
            name=self.name,
            state=self.state,
            version=__version__,
            live=live,
            most=most,
            at=time.time(),
            late=late,
        )

    async def open(self) -> None:
        """Be there: answer, and say so."""
        self._deaf = await self._jetstream.subscribe(subjects.ask(self.id), self._asked)
        await self.renew()
        self.others = tuple(await self.nodes())

    async def run(self) -> None:
        """Go on saying so until cancelled."""
        while True:
            await asyncio.sleep(self._lease_s / RENEWALS)
            await self.renew()
            self.others = tuple(await self.nodes())

    async def renew(self) -> None:
        """Say that it is there, for another lease."""
        lease = {TTL: str(max(1, round(self._lease_s)))}
        try:
            await self._jetstream.publish(
                subjects.node(self.id), msgspec.json.encode(self.row()), headers=lease
            )
        except (UnavailableError, UnknownError) as failed:
            if not self._unsaid:  # once for an outage
                log.warning("this node could not say that it is there", reason=str(failed))
            self._unsaid = True
        else:
            self._unsaid = False

    async def drain(self) -> None:
        """Say that it takes nothing any more and lets go of what it has."""
        self.state = "draining"
        await self.renew()

    async def fall_silent(self) -> None:
        """Answer nobody any more: the others take this node for gone."""
        if self._deaf is not None:
            await self._deaf()
            self._deaf = None
        for task in self._asking:
            task.cancel()
        if self._asking:
            await asyncio.wait(self._asking)

    async def leave(self) -> None:
        """Say that it is gone."""
        await self.fall_silent()
        try:
            await self._jetstream.purge(subjects.NODES, subjects.node(self.id))
        except (UnavailableError, UnknownError) as failed:
            log.warning("this node could not say that it leaves", reason=str(failed))

    async def nodes(self) -> list[NodeRow]:
        """Every node whose lease runs."""
        try:
            found = await self._jetstream.page(subjects.NODES, {"multi_last": ["node.>"]})
        except (UnavailableError, UnknownError):
            return [self.row()]
        rows = [_row(stored.body) for stored in found]
        return [row for row in rows if row is not None]

    async def there(self) -> list[NodeRow]:
        """What every node that answers says of itself now."""
        found = await asyncio.gather(*(self.look(row.id) for row in await self.nodes()))
        return [row for row in found if row is not None]

    async def alive(self, node: str) -> bool:
        """Is this node there, and does it keep what it has?"""
        now = asyncio.get_running_loop().time
        if now() < self._silent.get(node, 0.0):
            return False
        began = now()
        found = await self.look(node, ASK_S)
        frozen = now() - began >= ASK_S  # the server knows at once of one that was killed
        if found is None and frozen:
            found = await self.look(node, PATIENT_S)
        if found is None:
            self._silent = {one: until for one, until in self._silent.items() if until > now()}
            self._silent[node] = now() + (PATIENT_S if frozen else SILENT_S)
        return found is not None

    async def look(self, node: str, within_s: float = ASK_S) -> NodeRow | None:
        """What a node says of itself now; None when it does not answer in time."""
        if node == self.id:
            return self.row()
        return _row(await self.ask(node, "status", b"", within_s) or b"")

    async def ask(self, node: str, what: str, body: bytes, timeout: float = ASK_S) -> bytes | None:
        """Ask another node; None when it is not there, or does not answer in time."""
        subject = subjects.ask(node)
        sealed = seal(self._key, what.encode() + b"\0" + body, subject)
        answer = await self._jetstream.request(subject, sealed, timeout)
        try:
            return unseal(self._key, answer, f"{subject} answer") if answer is not None else None
        except UnreadableError:
            return None

    async def _asked(self, message: Msg) -> None:
        try:
            asked = unseal(self._key, bytes(message.data), message.subject)
        except UnreadableError:
            log.warning("a stranger asks this node", subject=message.subject)
            return
        what, _, body = asked.partition(b"\0")
        answer = self._answers.get(what.decode("utf-8", "replace"))
        if answer is None:  # a newer node asks for something that is not known here yet
            return
        if len(self._asking) >= MOST_ASKED:
            log.warning("too many questions at once", what=what.decode())
            return
        # none waits for another: what takes long must not make this node look dead
        task = asyncio.get_running_loop().create_task(self._answer(message, what.decode(), answer(body)))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def _answer(self, message: Msg, what: str, answer: Awaitable[bytes]) -> None:
        told = seal(self._key, await answer, f"{message.subject} answer")
        try:
            await self._jetstream.tell(message.reply, told)
        except UnavailableError:
            log.warning("an answer could not be sent", what=what)

    async def _status(self, _: bytes) -> bytes:
        return msgspec.json.encode(self.row())


def _row(body: bytes) -> NodeRow | None:
    try:
        return msgspec.json.decode(body, type=NodeRow)
    except msgspec.MsgspecError:
        return None
