"""A running service: what it does beside its meetings, and how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from wingman.app.background import BackgroundServices
from wingman.config.paths import SAMPLE
from wingman.config.settings import Settings
from wingman.core.errors import ProviderFault
from wingman.core.threads import in_thread
from wingman.events.hub import Hub
from wingman.events.log import EventLog
from wingman.meeting.admin import Admin
from wingman.meeting.handover import Arrivals
from wingman.meeting.imports import Imports
from wingman.meeting.manager import MeetingManager
from wingman.meeting.self_test import Stage, probe_of, self_test
from wingman.observe.loop_watch import LoopWatch
from wingman.server.auth import Access
from wingman.server.outside_ledger import OutsideLedger
from wingman.suggest import coach
from wingman.transports.file import FileSource

if TYPE_CHECKING:
    from wingman.cluster.meeting_router import MeetingRouter
    from wingman.cluster.membership import Membership

WARM_AFTER_S = 1.0
"""After somebody came: a page is shown first, and who begins a call at once loads what that needs."""
ORPHANS_S = 30.0
"""How often a node looks for meetings that nobody came back to."""
LAST_PUSHES_S = 2.0
"""How long clients may take to read the last events before a shutdown closes their connections."""


async def preload(transcriber: str, *, takes_over: bool) -> None:
    """Import what the first meeting would otherwise wait for, and so would all meetings that are taken over."""
    if transcriber == "deepgram":
        from wingman.stt.deepgram import transcriber as deepgram

        await deepgram.preload()
    if takes_over:
        await in_thread(partial(import_module, "wingman.transports.aiortc_seam"))


@dataclass(frozen=True, slots=True)
class Service:
    """A running Wingman: everything a command or a test needs."""

    settings: Settings
    manager: MeetingManager
    log: EventLog
    hub: Hub
    background: BackgroundServices
    access: Access
    loop_watch: LoopWatch
    imports: Imports
    outside: OutsideLedger
    """What leaves for no meeting."""
    admin: Admin | None = None
    """Where keys, settings, notes and playbooks are changed; None for a service that keeps nothing."""
    cluster: Membership | None = None
    """Its place among other nodes; None for a service of one process."""
    nodes: MeetingRouter | None = None
    """The other nodes, as the routes need them; None for a service of one process."""
    arrivals: Arrivals | None = None
    """Clients whose meetings are about to come here from another node."""

    @property
    def token(self) -> str:
        """The owner's token of this process: what it was configured with, or one nobody else is shown."""
        return self.access.token

    @property
    def node(self) -> str:
        """Its name among other nodes; empty for a service of one process."""
        return self.cluster.node.id if self.cluster else ""

    def not_ready(self) -> str:
        """Why nobody should be sent here just now; empty when all is well."""
        if self.manager.closing:
            return "the service is stopping"
        if self.cluster is not None and not self.cluster.jetstream.connected:
            return "this node has no connection to the NATS servers"
        return ""

    def jobs(self) -> tuple[Coroutine[object, object, None], ...]:
        """What runs beside the meetings, until cancelled."""
        return (
            self.loop_watch.run(lambda: bool(self.manager.live_ids())),
            self.manager.catch_up_summaries(),
            self.manager.probe_model(),
            self.background.deliver(),
            self.background.retain(self.manager.live_ids),
            self.access.watch(),
            self.outside.run(),
            self.tidy(),
            self.tell_owed(),
        )

    async def tidy(self) -> None:
        """End the meetings of nodes that are gone and that nobody came back to; nothing for one process."""
        if (nodes := self.nodes) is not None:
            idle_s = self.settings.meeting.idle_end_s
            await self.manager.end_orphans(lambda: nodes.orphans(idle_s), ORPHANS_S)

    async def tell_owed(self) -> None:
        """Send the webhooks of ended meetings whose nodes are gone; nothing for one process."""
        nodes, webhooks = self.nodes, self.background.webhooks
        while nodes is not None and webhooks is not None:
            await asyncio.sleep(ORPHANS_S)
            for meeting in await nodes.left_behind():
                webhooks.take_up(meeting)

    async def self_test(self) -> Sequence[Stage]:
        """Speak a probe into a meeting of its own and judge, stage by stage, what came of it."""
        with tempfile.TemporaryDirectory(prefix="wingman-probe-") as folder:
            probe = await asyncio.to_thread(probe_of, SAMPLE, Path(folder))
            return await self_test(self.manager, self.log, FileSource(probe))

    async def warm_up(self) -> None:
        """Load what the first call would otherwise wait for, once somebody has come who may begin one."""
        await self.access.visited.wait()
        await asyncio.sleep(WARM_AFTER_S)
        await in_thread(partial(import_module, "wingman.transports.aiortc_seam"))
        await in_thread(coach.warm_up)
        if (encoder := self.manager.providers.encoder) is not None:
            with contextlib.suppress(ProviderFault):  # a meeting that needs it says so
                await encoder.load()

    async def drain(self) -> None:
        """No new meetings; the running ones say their last words and end, and every client hears it."""
        if self.cluster is not None:  # the others send nothing here any more
            await self.cluster.node.drain()
        await self.manager.close("shutdown")
        await self.log.flush()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_PUSHES_S):
                while self.hub.lagging:  # noqa: ASYNC110 - clients read at their own pace
                    await asyncio.sleep(0.02)
