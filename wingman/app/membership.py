"""A service as one node of a cluster: what it claims, what it is told, what it lets go."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING

import structlog

from wingman.app.background import BackgroundServices
from wingman.archive.audio_store import KeyOf
from wingman.config.settings import Settings
from wingman.core.errors import InputError
from wingman.events.hub import Hub
from wingman.meeting.manager import MeetingManager
from wingman.observe import metrics
from wingman.observe.loop_watch import LoopWatch
from wingman.server.auth import Access
from wingman.server.grant_store import GrantStore

if TYPE_CHECKING:
    from wingman.cluster.meeting_router import MeetingRouter
    from wingman.cluster.membership import Membership

log = structlog.get_logger(__name__)

WATCHED_S = 10.0
"""The start of a service, in which much is loaded, says nothing about its load."""
LATE_S = 0.1
"""A node whose event loop runs this late takes no new meetings, and others only where all are late."""


async def joined(settings: Settings, grants: GrantStore, stack: contextlib.AsyncExitStack) -> Membership:
    """Be one of many nodes until the stack is left. Raises `InputError`, too where the extra is missing."""
    try:
        from wingman.cluster.membership import join
    except ModuleNotFoundError as missing:
        raise InputError(
            f"cluster.url needs the extra ({missing}): pip install 'wingman-sidecar[cluster]'",
            field="cluster.url",
        ) from None

    return await stack.enter_async_context(join(settings.cluster, grants))


def nodes_of(member: Membership, manager: MeetingManager) -> MeetingRouter:
    """The other nodes, as the routes need them."""
    from wingman.cluster.meeting_router import MeetingRouter

    router = MeetingRouter(
        member.node, member.log, member.relay, manager.adopt, manager.live_ids, member.watch.now
    )
    router.cut_off = lambda: member.watch.cut_off
    return router


def sealing(member: Membership | None) -> KeyOf | None:
    """Among many nodes each meeting's sound has a key of its own."""
    return member.keys.blocking(asyncio.get_running_loop()) if member is not None else None


def take_part(
    member: Membership, manager: MeetingManager, hub: Hub, access: Access, loop_watch: LoopWatch
) -> None:
    """What is run here is claimed, and what others store is shown here, too."""
    manager.owned_by(member.claims, member.moves)
    manager.on_lost.append(partial(hub.end, reason="this meeting moved; connect again"))
    member.watch.on_cut_off.append(partial(hub.close, "this node is cut off; connect again"))
    member.moves.serve(manager.departures)
    member.log.on_followed(hub.followed, hub.watchers)
    member.node.answer("drain", partial(_drained, member, manager))
    member.node.load = lambda: _room(len(manager.all_live()), manager.settings.meeting.most, loop_watch)
    metrics.watch_cluster(lambda: member.node.row().load, lambda: member.jetstream.connected)
    access.trail = member.trail
    access.clock = member.watch.now
    access.nodes = lambda: max(1, len(member.node.others))


def share(
    member: Membership,
    manager: MeetingManager,
    hub: Hub,
    background: BackgroundServices,
    tasks: asyncio.TaskGroup,
) -> None:
    """Receivers of webhooks are told by whoever runs a meeting.

    What is deleted on any node is gone here, too: who watches is told, and what lies beside the log goes.
    """
    if (webhooks := background.webhooks) is not None:
        manager.on_adopted.append(webhooks.take_up)
        manager.on_left.append(webhooks.let_go)

    async def forget(meeting: str) -> None:
        for room in background.forget:
            try:
                await room(meeting)
            except InputError as refused:  # without its key it is noise
                log.warning("what is left of a deleted meeting stays", meeting=meeting, reason=str(refused))

    def deleted(meeting: str) -> None:
        hub.end(meeting, "the meeting was deleted")
        tasks.create_task(forget(meeting))

    member.keys.on_deleted(deleted)


def _room(live: int, most: int, loop_watch: LoopWatch) -> tuple[int, int, bool]:
    """Meetings that run here, how many can, and whether the event loop is late already."""
    return live, most, loop_watch.seconds >= WATCHED_S and loop_watch.percentile(0.9) > LATE_S


async def _drained(member: Membership, manager: MeetingManager, _: bytes) -> bytes:
    """Somebody asks this node to let go of what it runs."""
    await member.node.drain()
    await manager.hand_over_all()
    return b"drained"
