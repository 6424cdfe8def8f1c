"""The composition root: the only place that picks adapters and puts the rooms together.

settings ─→ choose ─→ parts of a meeting: transcriber · meter · correlator · coach
                          │
WHIP / file / PCM ─→ Meeting ─→ event log ─→ hub ─→ overlays (WebSocket, SSE)
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wingman.config.settings import Settings, plain
from wingman.core.errors import InputError
from wingman.core.time import Channel
from wingman.events.hub import Hub
from wingman.events.log import EventLog
from wingman.meeting.capabilities import facts
from wingman.meeting.manager import Registry
from wingman.meeting.provider_choice import choose
from wingman.meeting.providers import build_model
from wingman.meeting.upkeep import Upkeep, open_upkeep, warm_up
from wingman.observe import metrics
from wingman.observe.loop_watch import LoopWatch
from wingman.suggest.knowledge.embeddings import Meaning
from wingman.suggest.knowledge.index import Knowledge

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.routing import BaseRoute

SAMPLE = Path(__file__).parent / "samples" / "meeting.ogg"


def data_dir(settings: Settings) -> Path:
    """Where the event log lives."""
    if settings.deliver.data_dir:
        return Path(settings.deliver.data_dir).expanduser()
    root = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(root) / "wingman"


@dataclass(frozen=True, slots=True)
class Service:
    """A running Wingman: everything a command or a test needs."""

    settings: Settings
    registry: Registry
    log: EventLog
    hub: Hub
    upkeep: Upkeep
    token: str
    loop_watch: LoopWatch

    def http(self) -> Starlette:
        """The HTTP application over this service."""
        from wingman.server.app import build_app
        from wingman.server.routes import hume_tokens, pcm, whip
        from wingman.server.routes.meetings import Offers
        from wingman.server.routes.webhooks import WebhookRoutes
        from wingman.suggest.playbook.playbook import list_playbooks
        from wingman.transports.file import FileSource

        both = (Channel.TAB, Channel.MIC)
        offers = Offers(
            playbooks=lambda: [
                {"name": p.name, "title": p.title, "voice_emotion": p.voice_emotion} for p in list_playbooks()
            ],
            config=lambda: plain(self.settings),
            sample=lambda: FileSource(SAMPLE, channels=both),
            recording=lambda path: FileSource(path),
            forget=self.upkeep.forget,
            sound=self.upkeep.shelf,
        )
        routes: list[BaseRoute] = [
            *whip.routes(self.registry, self.settings.ingest),
            *pcm.routes(self.registry),
            *hume_tokens.routes(self.registry.adapters.gateway, self.settings.emotion.hume_v0),
        ]
        if self.upkeep.webhooks is not None:
            routes += WebhookRoutes(self.upkeep.webhooks).routes()
        return build_app(
            self.registry,
            self.log,
            self.hub,
            self.settings.server,
            token=self.token,
            extra_routes=routes,
            offers=offers,
        )

    async def serve(self, ready: Callable[[int], object]) -> None:
        """Answer HTTP until cancelled; `ready` is told the port."""
        from wingman.server.serving import serve

        server = self.settings.server
        await serve(self.http(), server.host, server.port, ready)


@contextlib.asynccontextmanager
async def open_service(settings: Settings, *, keep: bool = True) -> AsyncIterator[Service]:
    """Everything but the HTTP socket. `keep=False` holds the events in memory only.

    Leaving ends every meeting, flushes the log and closes the model's connections.
    """
    choices = choose(settings, facts(settings), "off")
    async with contextlib.AsyncExitStack() as stack:
        event_log = await _open_log(settings, keep)
        stack.push_async_callback(event_log.aclose)
        hub = Hub(event_log)
        stack.callback(hub.close)
        hub.tap(metrics.count)
        loop_watch = LoopWatch()
        metrics.watch_loop(lambda: loop_watch.percentile(0.99))
        knowledge = stack.enter_context(_knowledge(settings))
        upkeep = Upkeep(event_log, None, 0)
        if keep:
            opening = open_upkeep(settings, event_log, hub, data_dir(settings))
            upkeep = await stack.enter_async_context(opening)
        model = build_model(settings, choices.suggester.provider)
        if model is not None:
            stack.push_async_callback(model.aclose)
        async with asyncio.TaskGroup() as tasks:
            registry = Registry(settings, event_log, tasks, knowledge, model, upkeep.shelf)
            jobs = (
                loop_watch.run(),
                registry.probe_model(),
                warm_up(choices.transcriber.provider),
                knowledge.run(),
                upkeep.deliver(),
                upkeep.retain(registry.live_ids),
            )
            beside = [tasks.create_task(job) for job in jobs]
            token = settings.server.token.reveal() or secrets.token_urlsafe(18)
            try:
                yield Service(settings, registry, event_log, hub, upkeep, token, loop_watch)
            finally:
                await registry.end_all("shutdown")
                for job in beside:
                    job.cancel()


def _knowledge(settings: Settings) -> Knowledge:
    """The configured folder, indexed; an empty index without one. Raises `InputError`."""
    folder, embeddings = settings.suggest.knowledge, settings.suggest.embeddings
    meaning = Meaning(embeddings) if folder and embeddings.url else None
    return Knowledge(Path(folder).expanduser() if folder else None, meaning)


async def _open_log(settings: Settings, keep: bool) -> EventLog:
    if not keep:
        from wingman.events.memory import MemoryLog

        return MemoryLog()
    from wingman.events.sqlite.log import SqliteLog

    folder = data_dir(settings)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as failed:
        raise InputError(
            f"cannot make the data folder {folder}: {failed.strerror}; set `deliver.data_dir`",
            field="deliver.data_dir",
        ) from None
    deliver = settings.deliver
    key = deliver.encryption_key.reveal()
    return await SqliteLog.open(folder / "wingman.db", fsync=deliver.fsync, key=key)
