"""The composition root: the only place that picks adapters and puts the rooms together.

settings ─→ choose ─→ parts of a meeting: transcriber · meter · correlator · coach
                          │
WHIP / file / PCM ─→ Meeting ─→ event log ─→ hub ─→ overlays (WebSocket, SSE)
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from wingman.accounts import AccountedModel, Accounts
from wingman.choose import Choices, Facts, choose
from wingman.config import Settings, changed, plain
from wingman.correlate.correlator import Correlator
from wingman.deliver.hub import Hub
from wingman.deliver.log import EventLog
from wingman.emotion.base import TextMeter, VoiceMeter
from wingman.line import Providers
from wingman.meeting import Meeting, Parts, Plan
from wingman.model.events import Media, ProviderStateChanged
from wingman.model.faults import Branch, Health, InputError, ProviderFault
from wingman.model.time import Channel
from wingman.observe import metrics
from wingman.observe.loop_watch import LoopWatch
from wingman.policy import check_policy, decide
from wingman.privacy.ledger import Ledger
from wingman.server.base import MeetingHandle, MeetingSpec
from wingman.suggest.base import SuggestionModel
from wingman.suggest.coach import Coach, CoachParts
from wingman.suggest.cost import CostMeter
from wingman.suggest.knowledge import Knowledge
from wingman.suggest.playbook import Playbook, load_playbook
from wingman.transcribe import moonshine
from wingman.transcribe.base import Transcriber

if TYPE_CHECKING:
    from starlette.applications import Starlette

log = structlog.get_logger(__name__)

SAMPLE = Path(__file__).parent / "samples" / "meeting.ogg"


def data_dir(settings: Settings) -> Path:
    """Where the event log lives."""
    if settings.deliver.data_dir:
        return Path(settings.deliver.data_dir).expanduser()
    root = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(root) / "wingman"


def facts(settings: Settings) -> Facts:
    """Look at this machine once."""
    return Facts(
        moonshine_model=moonshine.model_present(settings.transcribe.moonshine),
        pocketsphinx=importlib.util.find_spec("pocketsphinx") is not None,
    )


def build_model(settings: Settings, provider: str) -> SuggestionModel | None:
    """The language model of the process; None when playbook cues work alone."""
    section = settings.suggest
    match provider:
        case "gemini":
            from wingman.suggest.gemini import Gemini

            return Gemini(section.gemini)
        case "generativeai":
            from wingman.suggest.generativeai import GenerativeAiModel

            return GenerativeAiModel(section.gemini)
        case "openai":
            from wingman.suggest.openai_compatible import OpenAiModel

            return OpenAiModel(section.openai)
        case _:
            return None


class Registry:
    """The meetings of this process. Their tasks belong to the group it was given."""

    def __init__(
        self,
        settings: Settings,
        event_log: EventLog,
        tasks: asyncio.TaskGroup,
        knowledge: Knowledge,
        model: SuggestionModel | None,
    ) -> None:
        self._settings = settings
        self._log = event_log
        self._tasks = tasks
        self._knowledge = knowledge
        self._model = model
        self._model_health = Health.CONNECTING
        self._model_fault = ""
        self._live: dict[str, Meeting] = {}
        self.facts = facts(settings)
        """What this machine offers; looked up once."""

    async def probe_model(self) -> None:
        """Ask the language model, before anybody needs it, whether it will answer; tell running meetings."""
        if self._model is None:
            return
        try:
            await self._model.probe()
        except ProviderFault as fault:
            self._model_health, self._model_fault = Health.DOWN, str(fault)
            log.warning("the suggestion model will not answer", provider=self._model.name, reason=str(fault))
        else:
            self._model_health = Health.UP
        for meeting in self._live:
            self._report_model(meeting)

    async def create(
        self, spec: MeetingSpec, *, live: bool = True, meter: Callable[[], VoiceMeter] | None = None
    ) -> Meeting:
        """Start a meeting. Raises `InputError` when the spec or the configuration forbids it.

        `live=False` is for recordings played faster than real time; `meter` replaces the configured one.
        """
        settings = self._settings
        playbook = load_playbook(spec.playbook or settings.suggest.playbook)
        refusal = ""
        if playbook.voice_emotion == "refuse":
            refusal = playbook.voice_emotion_reason or f"the playbook {playbook.name} refuses voice emotion"
        wanted = check_policy(spec.emotion_policy or settings.emotion.policy)
        policy, reason = decide(wanted, consent=spec.consent, refused_because=refusal)
        choices = choose(settings, self.facts, policy)
        plan = Plan(spec, policy, reason, playbook.name, refusal, settings.ingest.tape_s, live)
        meeting_id = f"m-{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"

        def publish(payload: Any, media: Media | None) -> None:
            self._log.append(meeting_id, payload, media, at=time.time())

        parts = self._parts(spec, playbook, choices, publish)
        if meter is not None:
            parts = replace(parts, providers=replace(parts.providers, meter=meter))
        meeting = Meeting(meeting_id, plan, parts, publish)
        self._live[meeting_id] = meeting
        self._tasks.create_task(self._run(meeting))
        await meeting.started()
        self._report_model(meeting_id)
        return meeting

    def live(self, meeting: str) -> Meeting:
        try:
            return self._live[meeting]
        except KeyError:
            raise InputError(
                f"no meeting {meeting[:40]!r} is running here; list them with GET /api/meetings",
                field="meeting",
                status=404,
            ) from None

    def all_live(self) -> Sequence[MeetingHandle]:
        return tuple(self._live.values())

    async def end_all(self, reason: str) -> None:
        """End every meeting and wait for all of them."""
        async with asyncio.TaskGroup() as tasks:
            for meeting in self._live.values():
                tasks.create_task(meeting.end(reason))

    async def _run(self, meeting: Meeting) -> None:
        try:
            await meeting.run()
        except ExceptionGroup as broken:  # one meeting's bug ends that meeting, not its neighbours
            log.error("a meeting failed", meeting=meeting.id, exc_info=broken)
        finally:
            del self._live[meeting.id]

    def _report_model(self, meeting: str) -> None:
        if self._model is None:
            return
        state = ProviderStateChanged(
            Branch.SUGGEST, self._model.name, self._model_health, None, self._model_fault
        )
        self._log.append(meeting, state, at=time.time())

    def _parts(
        self,
        spec: MeetingSpec,
        playbook: Playbook,
        choices: Choices,
        publish: Callable[[Any, Media | None], None],
    ) -> Parts:
        settings = self._settings
        suggest = settings.suggest
        if spec.verbosity:
            suggest = changed(suggest, "verbosity", spec.verbosity)
        if spec.mode:
            suggest = changed(suggest, "mode", spec.mode)
        local = _Local(settings)
        accounts = Accounts(CostMeter(settings.suggest.cost), Ledger(publish, time.time), publish)
        model = None
        if self._model is not None and not self._model_fault:
            model = AccountedModel(self._model, accounts)
        extras = CoachParts(knowledge=self._knowledge, on_usage=accounts.tokens)
        return Parts(
            providers=Providers(
                transcriber=lambda: self._transcriber(choices.transcriber.provider, spec, local),
                meter=lambda: self._meter(local),
                text_meter=self._text_meter,
            ),
            correlator=Correlator(settings.correlate),
            coach=Coach(suggest, playbook, model, publish, brief=spec.brief, parts=extras),
            accounts=accounts,
            background=(local.run,),
            names={
                Branch.TRANSCRIBE: choices.transcriber.provider,
                Branch.EMOTION: choices.emotion.provider,
                Branch.SUGGEST: choices.suggester.provider,
            },
        )

    def _transcriber(self, provider: str, spec: MeetingSpec, local: _Local) -> Transcriber | None:
        section = self._settings.transcribe
        match provider:
            case "deepgram":
                from wingman.transcribe.deepgram import DeepgramTranscriber

                settings = section.deepgram
                if spec.language:
                    settings = changed(settings, "language", spec.language)
                if spec.keyterms:
                    settings = changed(settings, "keyterms", (*settings.keyterms, *spec.keyterms))
                return DeepgramTranscriber(settings)
            case "moonshine":
                return moonshine.build(local.worker(), section.moonshine)
            case "embedded":
                from wingman.transcribe.local import EmbeddedTranscriber

                return EmbeddedTranscriber(local.worker())
            case _:
                return None

    def _meter(self, local: _Local) -> VoiceMeter | None:
        """A meter for a voice that may be measured now; the policy may have changed since the start."""
        section = self._settings.emotion
        provider = section.provider
        if provider == "auto":
            provider = "hume" if section.hume.api_key else "prosody"
        match provider:
            case "hume":
                from wingman.emotion.hume import HumeMeter

                return HumeMeter(section.hume)
            case "hume-v0":
                from wingman.emotion.hume_v0 import HumeV0Meter

                return HumeV0Meter(section.hume_v0)
            case "prosody":
                from wingman.emotion.local import ProsodyMeter

                return ProsodyMeter(local.worker())
            case _:
                return None

    def _text_meter(self) -> TextMeter | None:
        section = self._settings.emotion
        if section.provider not in ("auto", "hume-v0") or not section.hume_v0.url:
            return None
        from wingman.emotion.hume_v0 import HumeV0TextMeter

        return HumeV0TextMeter(section.hume_v0)


class _Local:
    """The embedded worker of one meeting; it costs nothing until somebody opens a lane."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings.transcribe.embedded
        self._worker: Any = None
        self._wanted = asyncio.Event()

    def worker(self) -> Any:
        from wingman.embedded.process import EmbeddedWorker, WorkerRules

        if self._worker is None:
            rules = WorkerRules(self._settings.end_silence_ms, self._settings.max_utterance_s)
            self._worker = EmbeddedWorker(rules)
            self._wanted.set()
        return self._worker

    async def run(self) -> None:
        await self._wanted.wait()
        await self._worker.run()


@dataclass(frozen=True, slots=True)
class Service:
    """A running Wingman: everything a command or a test needs."""

    settings: Settings
    registry: Registry
    log: EventLog
    hub: Hub
    token: str
    loop_watch: LoopWatch

    def http(self) -> Starlette:
        """The HTTP application over this service."""
        from wingman.ingest import pcm_socket, whip
        from wingman.ingest.file import FileSource
        from wingman.server.app import build_app
        from wingman.server.rest import Offers
        from wingman.suggest.playbook import list_playbooks

        both = (Channel.TAB, Channel.MIC)
        offers = Offers(
            playbooks=lambda: [
                {"name": p.name, "title": p.title, "voice_emotion": p.voice_emotion} for p in list_playbooks()
            ],
            config=lambda: plain(self.settings),
            sample=lambda: FileSource(SAMPLE, channels=both),
            recording=lambda path: FileSource(path),
        )
        routes = [
            *whip.routes(self.registry, self.settings.ingest),
            *pcm_socket.routes(self.registry),
        ]
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
    provider = choose(settings, facts(settings), "off").suggester.provider
    async with contextlib.AsyncExitStack() as stack:
        event_log = await _open_log(settings, keep)
        stack.push_async_callback(event_log.aclose)
        hub = Hub(event_log)
        stack.callback(hub.close)
        hub.tap(metrics.count)
        loop_watch = LoopWatch()
        metrics.watch_loop(lambda: loop_watch.percentile(0.99))
        knowledge = stack.enter_context(_knowledge(settings))
        model = build_model(settings, provider)
        if model is not None:
            stack.push_async_callback(model.aclose)
        async with asyncio.TaskGroup() as tasks:
            registry = Registry(settings, event_log, tasks, knowledge, model)
            helpers = (tasks.create_task(loop_watch.run()), tasks.create_task(registry.probe_model()))
            token = settings.server.token.reveal() or secrets.token_urlsafe(18)
            try:
                yield Service(settings, registry, event_log, hub, token, loop_watch)
            finally:
                await registry.end_all("shutdown")
                for helper in helpers:
                    helper.cancel()


def _knowledge(settings: Settings) -> Knowledge:
    """The configured folder, indexed; an empty index without one. Raises `InputError`."""
    folder = settings.suggest.knowledge
    return Knowledge(Path(folder).expanduser() if folder else None)


async def _open_log(settings: Settings, keep: bool) -> EventLog:
    if not keep:
        from wingman.deliver.memory_log import MemoryLog

        return MemoryLog()
    from wingman.deliver.sqlite_log import SqliteLog

    folder = data_dir(settings)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as failed:
        raise InputError(
            f"cannot make the data folder {folder}: {failed.strerror}; set `deliver.data_dir`",
            field="deliver.data_dir",
        ) from None
    return await SqliteLog.open(folder / "wingman.db")
