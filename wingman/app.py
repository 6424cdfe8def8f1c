"""The composition root: the only place that picks adapters and puts the rooms together.

settings ─→ choose ─→ parts of a meeting: transcriber · meter · correlator · coach
                          │
WHIP / file / PCM ─→ Meeting ─→ event log ─→ hub ─→ overlays (WebSocket, SSE)
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import structlog

from wingman.archive.audio_store import AudioStore, KeyOf
from wingman.archive.private_folder import make_private
from wingman.archive.retention import Eraser, Forget, keep
from wingman.archive.storage import Storage, storage_of
from wingman.audio import sandboxed
from wingman.config.book import SettingsBook
from wingman.config.settings import Settings, fields_of, plain, without_credentials
from wingman.config.transports import IngestSettings
from wingman.core.addresses import is_remote
from wingman.core.errors import InputError, ProviderFault
from wingman.core.events import Envelope, MeetingEnded
from wingman.core.threads import in_thread
from wingman.core.time import Channel
from wingman.egress.outlet import outlet
from wingman.events.hub import Hub
from wingman.events.index import MeetingIndex
from wingman.events.log import EventLog
from wingman.events.sqlite import drivers
from wingman.events.telemetry import Telemetry
from wingman.events.webhook_store import DeliveryStore
from wingman.events.webhooks import Hook, Webhooks
from wingman.meeting.builder import MeetingBuilder
from wingman.meeting.import_journal import ImportJournals
from wingman.meeting.imports import Imports
from wingman.meeting.manager import MeetingManager
from wingman.meeting.moving import Arrivals
from wingman.meeting.process_model import ProcessModel
from wingman.meeting.providers import ProviderFactory
from wingman.meeting.self_test import Stage, judge, probe_of, self_test
from wingman.meeting.start_check import notes_folder
from wingman.meeting.user_library import UserLibrary
from wingman.meeting.workbench import Workbench
from wingman.observe import logs, metrics
from wingman.observe.loop_watch import LoopWatch
from wingman.observe.otlp import exporters, resource
from wingman.observe.otlp_logs import LogSender
from wingman.observe.otlp_metrics import MetricSender
from wingman.server import service_secret
from wingman.server.auth import LOOPBACK, Access
from wingman.server.client_address import Proxies
from wingman.server.grant_store import GrantStore
from wingman.server.outside_ledger import OutsideLedger
from wingman.suggest import coach
from wingman.suggest.gate.habit_file import HabitFile
from wingman.suggest.knowledge.embeddings import EmbeddingIndex
from wingman.suggest.knowledge.encoder import Encoder
from wingman.suggest.knowledge.http_encoder import HttpEncoder
from wingman.suggest.knowledge.index import Knowledge
from wingman.suggest.knowledge.library import NotesLibrary
from wingman.suggest.playbook.own import OwnPlaybooks

if TYPE_CHECKING:
    from wingman.cluster.front import Front
    from wingman.cluster.membership import Membership
    from wingman.server.app import Application, Routes

log = structlog.get_logger(__name__)

SHORTEST_TOKEN = 16
"""Characters of a configured token; shorter ones could be guessed, and are warned about."""
MEDIA_ON_LOOPBACK = ("127.0.0.1", "::1")
WARM_AFTER_S = 1.0
"""After somebody came: a page is shown first, and who begins a call at once loads what that needs."""
WATCHED_S = 10.0
"""The start of a service, in which much is loaded, says nothing about its load."""
LATE_S = 0.1
"""A node whose event loop runs this late takes no new meetings, and others only where all are late."""
ORPHANS_S = 30.0
"""How often a node looks for meetings that nobody came back to."""
PLAIN = ("ws://", "http://", "nats://")
"""How the addresses of links begin that everybody on the way can read."""
LAST_PUSHES_S = 2.0
"""How long clients may take to read the last events before a shutdown closes their connections."""
SAMPLE = Path(__file__).parent / "samples" / "meeting.ogg"


def data_dir(settings: Settings) -> Path:
    """Where the event log lives."""
    if settings.deliver.data_dir:
        return Path(settings.deliver.data_dir).expanduser()
    root = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(root) / "wingman"


@dataclass(frozen=True, slots=True)
class BackgroundServices:
    """Built by `open_background`."""

    log: EventLog
    webhooks: Webhooks | None
    retention_days: int
    audio_store: AudioStore | None = None
    """Where meetings' sound lies; None for a service that keeps nothing."""

    @property
    def forget(self) -> Sequence[Forget]:
        """What removes a deleted meeting's traces beside the log's rows."""
        rooms = (self.webhooks, self.audio_store)
        return tuple(room.forget for room in rooms if room is not None)

    async def deliver(self) -> None:
        """Send webhooks until cancelled."""
        if self.webhooks is not None:
            await self.webhooks.run()

    async def retain(self, live: Callable[[], Collection[str]]) -> None:
        """Remove what is older than the settings allow, now and every hour, until cancelled."""
        if isinstance(self.log, MeetingIndex):
            await keep(Eraser(self.log, self.forget), self.retention_days, live)


@contextlib.asynccontextmanager
async def open_background(
    settings: Settings, log: EventLog, hub: Hub, folder: Path | None, key: KeyOf | None = None
) -> AsyncIterator[BackgroundServices]:
    """`folder` is where the log lives; without one nothing is kept, and nothing is sent when it is over.

    `key` seals each meeting's sound, where each has a key of its own. Raises `InputError` when the settings
    of a webhook or of the store make no sense.
    """
    if folder is None:
        yield BackgroundServices(log, None, 0)
        return
    hooks = [Hook.of(name, hook) for name, hook in settings.report.webhooks.items()]
    days = settings.deliver.retention_days
    audio_store = AudioStore(sound_storage(settings, folder), key or settings.deliver.encryption_key.reveal())
    if not hooks:
        yield BackgroundServices(log, None, days, audio_store)
        return
    store = DeliveryStore(folder / "webhooks.db", settings.deliver.encryption_key.reveal())
    webhooks = Webhooks(hooks, log, store, apart=_apart(settings))
    hub.tap(webhooks.offer)
    try:
        yield BackgroundServices(log, webhooks, days, audio_store)
    finally:
        await webhooks.aclose()


def _apart(settings: Settings) -> bool:
    """Is it a node with a folder of its own, which stands in for others?"""
    return bool(settings.cluster.url) and not settings.cluster.one_folder


def sound_storage(settings: Settings, folder: Path) -> Storage:
    """Where stored sound lies. Raises `InputError`."""
    store = settings.deliver.store
    return storage_of(
        store.url,
        folder,
        endpoint_url=store.endpoint_url,
        region=store.region,
        access_key=store.access_key.reveal(),
        secret_key=store.secret_key.reveal(),
    )


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
    workbench: Workbench | None = None
    """Where keys, settings, notes and playbooks are changed; None for a service that keeps nothing."""
    cluster: Membership | None = None
    """Its place among other nodes; None for a service of one process."""
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

    def front(self) -> Front | None:
        """The other nodes, as the routes need them."""
        if (member := self.cluster) is None:
            return None
        from wingman.cluster.front import Front

        front = Front(member.node, member.log, member.relay, self.manager.adopt, self.manager.live_ids)
        front.cut_off = lambda: member.watch.cut_off
        return front

    def not_ready(self) -> str:
        """Why nobody should be sent here just now; empty when all is well."""
        if self.manager.closing:
            return "the service is stopping"
        if self.cluster is not None and not self.cluster.engine.connected:
            return "this node has no connection to the NATS servers"
        return ""

    def jobs(self) -> tuple[Coroutine[object, object, None], ...]:
        """What runs beside the meetings, until cancelled."""
        return (
            self.loop_watch.run(),
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
        if (front := self.front()) is not None:
            idle_s = self.settings.meeting.idle_end_s
            await self.manager.end_orphans(lambda: front.orphans(idle_s), ORPHANS_S)

    async def tell_owed(self) -> None:
        """Send the webhooks of ended meetings whose nodes are gone; nothing for one process."""
        front, webhooks = self.front(), self.background.webhooks
        while front is not None and webhooks is not None:
            await asyncio.sleep(ORPHANS_S)
            for meeting in await front.left_behind():
                webhooks.take_up(meeting)

    def http(self) -> Application:
        """The HTTP application over this service."""
        from wingman.server.app import build_app
        from wingman.server.routes.meetings import Offers
        from wingman.server.routes.recordings import recording_of
        from wingman.transports.file import FileSource

        offers = Offers(
            playbooks=lambda: [msgspec.to_builtins(row) for row in OwnPlaybooks(None).rows()],
            config=lambda: without_credentials(plain(self.manager.settings)),
            sample=lambda: FileSource(SAMPLE, channels=(Channel.TAB, Channel.MIC)),
            sample_sound=SAMPLE,
            recording=lambda wish: FileSource(recording_of(wish), decode=sandboxed.read),
            forget=self.background.forget,
            not_ready=self.not_ready,
            sound=self.background.audio_store,
            answer=self.manager.answer,
            nodes=self.front(),
        )
        return build_app(
            self.manager,
            self.log,
            self.hub,
            self.settings.server,
            access=self.access,
            extra_routes=[*self._media_routes(), *self._setup_routes()],
            offers=offers,
        )

    def _media_routes(self) -> Routes:
        """The ways in, and what is told when a meeting is over."""
        from wingman.server.routes import hume_tokens, pcm, recordings, whip
        from wingman.server.routes.webhooks import WebhookRoutes

        webhooks = self.background.webhooks
        return [
            *whip.routes(self.manager, _ingest(self.settings), self.access, self.arrivals, node=self.node),
            *pcm.routes(self.manager),
            *recordings.routes(self.imports),
            *hume_tokens.routes(self.manager.providers.gateway(), self.settings.emotion.hume_v0),
            *(WebhookRoutes(webhooks).routes() if webhooks is not None else ()),
        ]

    def _setup_routes(self) -> Routes:
        """Where keys, settings, notes and playbooks are changed; none for a service that keeps nothing."""
        from wingman.server.routes.briefs import BriefRoutes
        from wingman.server.routes.feedback import FeedbackRoutes
        from wingman.server.routes.notes import NotesRoutes
        from wingman.server.routes.playbooks import PlaybookRoutes
        from wingman.server.routes.providers import ProviderRoutes
        from wingman.server.routes.self_test import SelfTestRoutes
        from wingman.server.routes.settings import SettingsRoutes

        if (bench := self.workbench) is None:
            return []
        return [
            *SelfTestRoutes(self.self_test, partial(judge, self.manager, self.log)).routes(),
            *ProviderRoutes(bench).routes(),
            *SettingsRoutes(bench).routes(),
            *BriefRoutes(bench).routes(),
            *NotesRoutes(bench).routes(),
            *FeedbackRoutes(bench).routes(),
            *PlaybookRoutes(
                bench.playbooks, bench.rehearse, lambda: self.manager.settings.suggest.playbook
            ).routes(),
        ]

    async def self_test(self) -> Sequence[Stage]:
        """Speak a probe into a meeting of its own and judge, stage by stage, what came of it."""
        from wingman.transports.file import FileSource

        with tempfile.TemporaryDirectory(prefix="wingman-probe-") as folder:
            probe = await asyncio.to_thread(probe_of, SAMPLE, Path(folder))
            return await self_test(self.manager, self.log, FileSource(probe))

    async def serve(self, ready: Callable[[int], object], *, share: bool = False) -> None:
        """Answer HTTP until cancelled; meetings end before connections do. `ready` is told the port.

        With `share` other processes listen on it, too.
        """
        from wingman.server.serving import door_of, serve

        server = self.settings.server
        answering = serve(self.http(), server.host, server.port, ready, share=share, door=door_of(server))
        with outlet(self.outside.outlet):  # what a request sends belongs to no meeting, unless one says so
            serving = asyncio.create_task(answering)
        warming = asyncio.create_task(self.warm_up())
        try:
            await asyncio.wait([serving])
            serving.result()
        except asyncio.CancelledError:
            await self.drain()
            raise
        finally:
            serving.cancel()
            warming.cancel()
            await asyncio.wait([serving, warming])

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
    member = await _joined(settings, access.store, stack) if settings.cluster.url and keep else None
    event_log = member.log if member else await _open_log(settings, keep, stack)
    hub, loop_watch = Hub(event_log), LoopWatch()
    stack.callback(hub.close)
    with outlet(outside.outlet):
        counted = _observe(settings, hub, loop_watch, stack)
    hub.tap(partial(_links_end, access))
    return _Ground(access, outside, member, event_log, hub, loop_watch, counted)


@contextlib.asynccontextmanager
async def open_service(
    settings: Settings, *, keep: bool = True, book: SettingsBook | None = None
) -> AsyncIterator[Service]:
    """Everything but the HTTP socket. `keep=False` holds the events in memory only; `book` is where `settings`
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
            open_background(settings, event_log, hub, own, _sealing(member))
        )
        model = ProcessModel(providers.model(choices.suggester.provider))
        async with asyncio.TaskGroup() as tasks:
            builder = MeetingBuilder(providers, event_log, model, library, audio_store=background.audio_store)
            manager = MeetingManager(builder, model, event_log, tasks)
            metrics.watch_meetings(lambda: len(manager.live_ids()))
            if member is not None:
                _one_of_many(member, manager, ground)
                _shared_with_all(member, manager, ground, background, tasks)
            await manager.recover()
            book = book or SettingsBook(None, None, data_dir(settings))
            workbench = Workbench(manager, event_log, book, library) if keep else None
            imports = Imports(manager, tasks, _journals(settings, own))
            arrivals = Arrivals(member.moves, tasks, manager.adopt) if member else None
            shared = (settings, manager, event_log, hub, background, ground.access, ground.loop_watch)
            service = Service(*shared, imports, ground.outside, workbench, member, arrivals)
            warm = preload(choices.transcriber.provider, takes_over=_apart(settings))
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


def _observe(
    settings: Settings, hub: Hub, loop_watch: LoopWatch, stack: contextlib.AsyncExitStack
) -> MetricSender | None:
    """Count every event, show how late the loop is, and tell a collector, where one is configured.

    What is returned sends it the counts; it wants to be run.
    """
    hub.tap(metrics.count)
    metrics.watch_loop(lambda: loop_watch.percentile(0.99))
    if not settings.observe.otlp_url:
        return None
    to = exporters(settings.observe.otlp_url)
    suggest = settings.suggest
    models = {
        "gemini": suggest.gemini.model,
        "generativeai": suggest.gemini.model,
        "openai": suggest.openai.model,
    }
    telemetry, counted, logged = (
        Telemetry(to.spans, resource(), models, prompt_wait_s=settings.emotion.prompt_wait_ms / 1000),
        MetricSender(to.metrics),
        LogSender(to.logs),
    )
    for close in (telemetry.close, counted.close, logged.close):
        stack.callback(close)
    stack.callback(logs.tap(logged.hear))
    hub.tap(telemetry.hear)
    return counted


def open_access(settings: Settings, *, keep: bool = True) -> Access:
    """The grants of this service, kept in its data folder. Raises `InputError` when they cannot be had."""
    token = settings.server.token.reveal() or secrets.token_urlsafe(24)
    if len(token) < SHORTEST_TOKEN:
        log.warning("server.token is short enough to be guessed", use=f"{SHORTEST_TOKEN} or more characters")
    if not keep:
        return Access(token)
    folder = data_dir(settings)
    make_private(folder)
    key, cluster = settings.deliver.encryption_key.reveal(), settings.cluster
    secret = service_secret.load(folder)
    if cluster.url and not cluster.one_folder:  # what one node hands out opens every node
        secret = hmac.digest(cluster.key.reveal().encode(), b"wingman grants", "sha256")
    try:
        return Access(token, GrantStore(folder / "trust.db", secret, key))
    except drivers.Error as failed:
        raise InputError(
            f"the grants in {folder / 'trust.db'} cannot be had ({failed}); mend its permissions",
            field="deliver.data_dir",
            status=503,
        ) from None


def _ingest(settings: Settings) -> IngestSettings:
    """How sound comes in, where that follows from where the service listens.

    On loopback media sockets are bound there, too; a relay server would have to reach them from outside.
    """
    ingest, near = settings.ingest, settings.server.host in LOOPBACK
    if ingest.candidates == "auto":
        ingest = msgspec.structs.replace(ingest, candidates="near" if near else "any")
    if near and not (ingest.host_addresses or ingest.ice_servers):
        ingest = msgspec.structs.replace(ingest, host_addresses=MEDIA_ON_LOOPBACK)
    return ingest


def check_links(settings: Settings) -> None:
    """Raises `InputError` for a provider elsewhere without TLS: key and sound would be readable.

    And for a proxy that is named by no address.
    """
    Proxies.of(settings.server.trusted_proxies)
    if settings.server.plain_links:
        return
    for name, value in fields_of(settings):
        if not isinstance(value, str) or not name.endswith("url") or name == "server.public_url":
            continue
        if any(one.strip().startswith(PLAIN) and is_remote(one.strip()) for one in value.split(",")):
            raise InputError(
                f"`{name}` is on another machine and has no TLS; use wss://, https:// or tls://, or set "
                "server.plain_links",
                field=name,
            )


def _links_end(access: Access, batch: Sequence[Envelope]) -> None:
    for envelope in batch:
        if isinstance(envelope.data, MeetingEnded):
            access.ended(envelope.meeting)


def _sealing(member: Membership | None) -> KeyOf | None:
    """Among many nodes each meeting's sound has a key of its own."""
    return member.keys.blocking(asyncio.get_running_loop()) if member is not None else None


def _journals(settings: Settings, own: Path | None) -> ImportJournals | None:
    """Where imports say how far they are; None for a service that keeps nothing."""
    return ImportJournals(own, settings.deliver.encryption_key.reveal()) if own is not None else None


def _library(settings: Settings, own: Path | None, encoder: Encoder | None) -> UserLibrary:
    """What the user keeps in `own`. Notes are found by words; with embeddings or `encoder` by meaning, too."""
    embeddings = settings.suggest.embeddings

    def build(folders: Sequence[Path]) -> Knowledge:
        if folders and embeddings.url:
            return Knowledge(folders, EmbeddingIndex(HttpEncoder(embeddings), embeddings.at_least))
        return Knowledge(folders, EmbeddingIndex(encoder) if folders and encoder else None)

    return UserLibrary(
        NotesLibrary(own and own / "notes", notes_folder(settings), build),
        OwnPlaybooks(own and own / "playbooks"),
        HabitFile(own) if own else None,
    )


async def _joined(settings: Settings, grants: GrantStore, stack: contextlib.AsyncExitStack) -> Membership:
    """Be one of many nodes until the stack is left. Raises `InputError`, too where the extra is missing."""
    try:
        from wingman.cluster.membership import join
    except ModuleNotFoundError as missing:
        raise InputError(
            f"cluster.url needs the extra ({missing}): pip install 'wingman-sidecar[cluster]'",
            field="cluster.url",
        ) from None

    return await stack.enter_async_context(join(settings.cluster, grants))


def _room(live: int, most: int, loop_watch: LoopWatch) -> tuple[int, int, bool]:
    """Meetings that run here, how many can, and whether the event loop is late already."""
    return live, most, loop_watch.seconds >= WATCHED_S and loop_watch.percentile(0.9) > LATE_S


def _one_of_many(member: Membership, manager: MeetingManager, ground: _Ground) -> None:
    """What is run here is claimed, and what others store is shown here, too."""
    manager.owned_by(member.claims, member.moves)
    manager.on_lost.append(partial(ground.hub.end, reason="this meeting moved; connect again"))
    member.watch.on_cut_off.append(partial(ground.hub.close, "this node is cut off; connect again"))
    member.moves.serve(manager.departures)
    member.log.on_followed(ground.hub.followed)
    member.node.answer("drain", partial(_drained, member, manager))
    member.node.load = lambda: _room(len(manager.all_live()), manager.settings.meeting.most, ground.loop_watch)
    metrics.watch_cluster(lambda: member.node.row().load, lambda: member.engine.connected)
    ground.access.trail = member.trail
    ground.access.nodes = lambda: max(1, len(member.node.others))


def _shared_with_all(
    member: Membership,
    manager: MeetingManager,
    ground: _Ground,
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
        ground.hub.end(meeting, "the meeting was deleted")
        tasks.create_task(forget(meeting))

    member.keys.on_deleted(deleted)


async def _drained(member: Membership, manager: MeetingManager, _: bytes) -> bytes:
    """Somebody asks this node to let go of what it runs."""
    await member.node.drain()
    await manager.hand_over_all()
    return b"drained"


async def _open_log(settings: Settings, keep: bool, stack: contextlib.AsyncExitStack) -> EventLog:
    if not keep:
        from wingman.events.memory import MemoryLog

        return MemoryLog()
    from wingman.events.sqlite.log import SqliteLog

    folder = data_dir(settings)
    make_private(folder)
    deliver = settings.deliver
    key = deliver.encryption_key.reveal()
    opened = await SqliteLog.open(folder / "wingman.db", fsync=deliver.fsync, key=key)
    stack.push_async_callback(opened.aclose)
    return opened
