"""The composition root: the only place that picks adapters and puts the rooms together.

settings ─→ choose ─→ parts of a meeting: transcriber · meter · correlator · coach
                          │
WHIP / file / PCM ─→ Meeting ─→ event log ─→ hub ─→ overlays (WebSocket, SSE)
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from wingman.app.access import check_links, open_access
from wingman.app.background import open_background, stands_in
from wingman.app.membership import joined, nodes_of, sealing, share, take_part
from wingman.app.service import Service, preload
from wingman.app.telemetry import observe
from wingman.archive.private_folder import make_private
from wingman.config.paths import data_dir
from wingman.config.settings import Settings
from wingman.config.settings_store import SettingsStore
from wingman.core.events import Envelope, MeetingEnded
from wingman.egress.outlet import outlet
from wingman.events.hub import Hub
from wingman.events.log import EventLog, RefusableLog
from wingman.events.memory import MemoryLog
from wingman.events.sqlite.log import SqliteLog
from wingman.meeting.admin import Admin
from wingman.meeting.builder import MeetingBuilder
from wingman.meeting.handover import Arrivals
from wingman.meeting.import_journal import ImportJournals
from wingman.meeting.imports import Imports
from wingman.meeting.manager import MeetingManager
from wingman.meeting.providers import ProviderFactory
from wingman.meeting.shared_model import SharedModel
from wingman.meeting.start_check import notes_folder
from wingman.meeting.user_library import UserLibrary
from wingman.observe import metrics
from wingman.observe.loop_watch import LoopWatch
from wingman.observe.otlp_metrics import MetricSender
from wingman.server.auth import Access
from wingman.server.outside_ledger import OutsideLedger
from wingman.suggest.gate.habit_file import HabitFile
from wingman.suggest.knowledge.embeddings import EmbeddingIndex
from wingman.suggest.knowledge.encoder import Encoder
from wingman.suggest.knowledge.http_encoder import HttpEncoder
from wingman.suggest.knowledge.index import Knowledge
from wingman.suggest.knowledge.library import NotesLibrary
from wingman.suggest.playbook.user_playbooks import UserPlaybooks

if TYPE_CHECKING:
    from wingman.cluster.membership import Membership


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a service stands on."""

    access: Access
    outside: OutsideLedger
    member: Membership | None
    log: EventLog
    hub: Hub
    loop_watch: LoopWatch
    counted: MetricSender | None

    def jobs(self) -> list[Coroutine[object, object, None]]:
        """What runs as long as the service does."""
        return [] if self.counted is None else [self.counted.run()]


async def _ground(settings: Settings, keep: bool, stack: contextlib.AsyncExitStack) -> _Ground:
    """Who may ask, the other nodes, the log and who listens to it; all closed with the stack."""
    access = open_access(settings, keep=keep)
    stack.callback(access.store.close)  # after the log: its last events end links
    outside = OutsideLedger(access)
    stack.callback(outside.write)
    member = await joined(settings, access.store, stack) if settings.cluster.url and keep else None
    event_log = member.log if member else await _open_log(settings, keep, stack)
    hub, loop_watch = Hub(event_log), LoopWatch()
    stack.callback(hub.close)
    with outlet(outside.outlet):
        counted = observe(settings, hub, loop_watch, stack)
    if isinstance(event_log, RefusableLog):
        refusable: RefusableLog = event_log
        metrics.watch_log(lambda: refusable.fault)
    hub.tap(partial(_links_end, access))
    return _Ground(
        access=access,
        outside=outside,
        member=member,
        log=event_log,
        hub=hub,
        loop_watch=loop_watch,
        counted=counted,
    )


@contextlib.asynccontextmanager
async def open_service(
    settings: Settings, *, keep: bool = True, store: SettingsStore | None = None
) -> AsyncIterator[Service]:
    """Everything but the HTTP socket. `keep=False` holds the events in memory only; `store` is where `settings`
    came from, and lets them be changed.

    Leaving ends every meeting, flushes the log and closes the model's connections.
    """
    check_links(settings)
    providers = ProviderFactory(settings)
    choices = providers.choose("off")
    async with contextlib.AsyncExitStack() as stack:
        ground = await _ground(settings, keep, stack)
        member, event_log, hub = ground.member, ground.log, ground.hub
        if member is not None:
            providers.slots = member.slots.of
        own = data_dir(settings) if keep else None
        library = _library(settings, own, providers.encoder)
        stack.enter_context(library.notes.knowledge)
        background = await stack.enter_async_context(
            open_background(settings, event_log, hub, own, sealing(member))
        )
        model = SharedModel(providers.model(choices.suggester.provider))
        async with asyncio.TaskGroup() as tasks:
            builder = MeetingBuilder(providers, event_log, model, library, audio_store=background.audio_store)
            manager = MeetingManager(builder, model, event_log, tasks)
            metrics.watch_meetings(lambda: len(manager.live_ids()))
            if member is not None:
                take_part(member, manager, hub, ground.access, ground.loop_watch)
                share(member, manager, hub, background, tasks)
            await manager.recover()
            store = store or SettingsStore(None, None, data_dir(settings))
            admin = Admin(manager, event_log, store, library) if keep else None
            imports = Imports(manager, tasks, _journals(settings, own))
            nodes = nodes_of(member, manager) if member else None
            arrivals = Arrivals(member.moves, tasks, manager.adopt) if member else None
            shared = (settings, manager, event_log, hub, background, ground.access, ground.loop_watch)
            service = Service(*shared, imports, ground.outside, admin, member, nodes, arrivals)
            warm = preload(choices.transcriber.provider, takes_over=stands_in(settings))
            jobs = [*service.jobs(), *ground.jobs(), library.notes.run(), warm]
            async with _running(service, tasks, jobs):
                yield service


@contextlib.asynccontextmanager
async def _running(
    service: Service, tasks: asyncio.TaskGroup, jobs: Iterable[Coroutine[object, object, None]]
) -> AsyncIterator[None]:
    """Runs `jobs` beside the meetings. Leaving ends the meetings, and then what runs beside them."""
    with outlet(service.outside.outlet):
        beside = [tasks.create_task(job) for job in jobs]
    try:
        yield
    finally:
        if service.arrivals is not None:
            await service.arrivals.close()
        await service.manager.close("shutdown")
        await service.log.flush()  # whoever listens hears the last events before it is closed
        await service.manager.close_models()
        for job in beside:
            job.cancel()


def _library(settings: Settings, own: Path | None, encoder: Encoder | None) -> UserLibrary:
    """What the user keeps in `own`. Notes are found by words; with embeddings or `encoder` by meaning, too."""
    embeddings = settings.suggest.embeddings

    def build(folders: Sequence[Path]) -> Knowledge:
        if folders and embeddings.url:
            return Knowledge(folders, EmbeddingIndex(HttpEncoder(embeddings), embeddings.at_least))
        return Knowledge(folders, EmbeddingIndex(encoder) if folders and encoder else None)

    return UserLibrary(
        NotesLibrary(own and own / "notes", notes_folder(settings), build),
        UserPlaybooks(own and own / "playbooks"),
        HabitFile(own) if own else None,
    )


def _journals(settings: Settings, own: Path | None) -> ImportJournals | None:
    """Where imports say how far they are; None for a service that keeps nothing."""
    return ImportJournals(own, settings.deliver.encryption_key.reveal()) if own is not None else None


def _links_end(access: Access, batch: Sequence[Envelope]) -> None:
    for envelope in batch:
        if isinstance(envelope.data, MeetingEnded):
            access.ended(envelope.meeting)


async def _open_log(settings: Settings, keep: bool, stack: contextlib.AsyncExitStack) -> EventLog:
    if not keep:
        return MemoryLog()
    folder = data_dir(settings)
    make_private(folder)
    deliver = settings.deliver
    key = deliver.encryption_key.reveal()
    opened = await SqliteLog.open(folder / "wingman.db", fsync=deliver.fsync, key=key)
    stack.push_async_callback(opened.aclose)
    return opened
