"""The meetings of one process: made from a spec and the configuration, kept until they end."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from functools import partial

import structlog

from wingman.archive.audio_store import AudioStore
from wingman.archive.egress_ledger import Ledger
from wingman.archive.provider_events import HeardWriter
from wingman.config.settings import Settings, changed
from wingman.core.emotion_policy import Consent, check_consent, check_policy, decide
from wingman.core.errors import Branch, Health, InputError, ProviderFault
from wingman.core.events import Event, Media, ProviderStateChanged, Publish, SettingChanged
from wingman.core.face_policy import check_face_consent, check_faces, decide_faces
from wingman.core.threads import in_thread
from wingman.correlate.correlator import Correlator
from wingman.emotion.base import VoiceAnalyzer
from wingman.events.claims import Claims, Moves
from wingman.events.index import MeetingIndex
from wingman.events.log import EventLog
from wingman.events.provider_log import ProviderLog
from wingman.events.reached import ReachedLog
from wingman.llm.base import SuggestionModel
from wingman.local.sentence_encoder import SentenceEncoder
from wingman.meeting.accounting import Accounting, MeteredKnowledge, MeteredModel
from wingman.meeting.api import MeetingHandle, MeetingSpec
from wingman.meeting.channel import Providers, Store
from wingman.meeting.continuation import HANDED_OVER, MOVED, Continued
from wingman.meeting.cost import CostTracker
from wingman.meeting.meeting import Meeting, Parts, Plan
from wingman.meeting.moving import Departures
from wingman.meeting.pipeline import Stages
from wingman.meeting.provider_builders import LocalWorker
from wingman.meeting.providers import Choices, ProviderFactory
from wingman.meeting.recording_correlator import RecordingCorrelator
from wingman.meeting.recovery import close_interrupted, unsummed
from wingman.meeting.resumption import Kept, Resumption, packed, unpacked
from wingman.meeting.spoken_languages import check_language
from wingman.meeting.summary_on_end import sum_up
from wingman.observe import metrics
from wingman.report.answer import Answer, answer
from wingman.report.record import Record
from wingman.stt.base import Transcriber
from wingman.suggest.coach import Coach, CoachParts
from wingman.suggest.gate.habit_file import HabitFile
from wingman.suggest.knowledge.index import Knowledge
from wingman.suggest.playbook.own import OwnPlaybooks
from wingman.suggest.playbook.playbook import Playbook

log = structlog.get_logger(__name__)

PAGE = 5000
"""Events read at a time of a meeting that goes on here."""
SUMMARIES_S = 20.0
"""What the summaries of meetings that a shutdown ended may take; the next start makes up what is missing."""


class MeetingManager:
    """The meetings of this process. Their tasks belong to the group it was given."""

    def __init__(
        self,
        providers: ProviderFactory,
        event_log: EventLog,
        tasks: asyncio.TaskGroup,
        knowledge: Knowledge,
        model: SuggestionModel | None,
        audio_store: AudioStore | None = None,
        playbooks: OwnPlaybooks | None = None,
    ) -> None:
        """`audio_store` is where meetings' sound is stored, if that is configured; None stores none."""
        self._settings = providers.settings
        self._log = event_log
        self._tasks = tasks
        self._knowledge = knowledge
        self._model = model
        self._audio_store = audio_store
        self._model_health = Health.CONNECTING
        self._model_fault = ""
        self._retired: list[SuggestionModel] = []
        """Models that were replaced while meetings may still ask them."""
        self._encoder: SentenceEncoder | None = None
        """The first one there was: settings may switch it off and on again, and it is loaded once."""
        self._playbooks = playbooks or OwnPlaybooks(None)
        self.habit: HabitFile | None = None
        """What feedback has taught, for all meetings; None keeps it in each."""
        self._live: dict[str, Meeting] = {}
        self._runs: dict[str, asyncio.Task[None]] = {}
        self._closing = False
        self._claims: Claims | None = None
        """Who runs what, where there are several processes."""
        self.departures = Departures()
        """How meetings are let go where others can go on with them."""
        self._over: set[asyncio.Task[None]] = set()
        self.providers = providers
        """The providers of this process, and what they share."""

    @property
    def log(self) -> EventLog:
        """Where every meeting's events go."""
        return self._log

    @property
    def settings(self) -> Settings:
        """What the next meeting is made with."""
        return self._settings

    @property
    def model_state(self) -> tuple[Health, str]:
        """What the language model said when it was asked whether it would answer."""
        return self._model_health, self._model_fault

    def use(
        self, settings: Settings, model: SuggestionModel | None = None, *, keep_model: bool = False
    ) -> None:
        """Make the next meetings with these; running ones keep what works for them, their model included."""
        self._settings = settings
        self._encoder = self._encoder or self.providers.encoder
        self.providers = ProviderFactory(settings, self._encoder, self.providers.slots)
        for meeting in self._live.values():
            meeting.renew()
        if keep_model:
            return
        if self._model is not None:
            self._retired.append(self._model)
        self._model = model
        self._model_health, self._model_fault = Health.CONNECTING, ""
        self._tasks.create_task(self.probe_model())

    async def close_models(self) -> None:
        """Close every language model there was, and the encoder. Call it when no meeting runs any more."""
        if (encoder := self._encoder or self.providers.encoder) is not None:
            encoder.close()
        for model in (*self._retired, *([self._model] if self._model is not None else [])):
            await model.aclose()

    def quote(self, knowledge: Knowledge) -> None:
        """Let the next meetings quote these notes."""
        self._knowledge = knowledge

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

    async def playbook(self, name: str) -> Playbook:
        """One's own playbook, or a shipped one. Raises `InputError`."""
        if self._playbooks.is_own(name):  # reading it may take a moment
            return await in_thread(partial(self._playbooks.load, name))
        return self._playbooks.load(name)

    async def create(
        self,
        spec: MeetingSpec,
        *,
        live: bool = True,
        meter: Callable[[], VoiceAnalyzer] | None = None,
        made_by_source: bool = False,
        around: Callable[[Transcriber], Transcriber] | None = None,
        consent: Consent | None = None,
    ) -> Meeting:
        """Start a meeting. Raises `InputError` when the spec or the configuration forbids it.

        `live=False` is for recordings played faster than real time; `meter` replaces the configured one;
        `made_by_source`: see `Meetings.create`; `around` wraps each channel's transcriber; `consent` is what a
        command line stands for.
        """
        if self._closing:
            raise InputError("the service is stopping; start the meeting again in a moment", status=503)
        settings = self._settings
        if len(self._live) >= settings.meeting.most:
            raise InputError(f"{settings.meeting.most} meetings run already; end some first", status=429)
        playbook = await self.playbook(spec.playbook or settings.suggest.playbook)
        consent = consent or check_consent(spec.consent, spec.by)
        plan = replace(self._plan(spec, playbook, consent), live=live, made_by_source=made_by_source)
        choices = self.providers.choose(plan.policy)
        check_language(choices.transcriber.provider, spec.language)
        meeting_id = f"m-{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"
        publish = self._publisher(meeting_id, spec)
        local = LocalWorker(settings, live=live)
        parts = self._parts(meeting_id, spec, playbook, choices, publish, local)
        parts = _replaced(parts, meter, around)
        meeting = Meeting(meeting_id, plan, parts, publish)
        if self._claims is not None:
            await self._claims.claim(meeting_id, packed(Kept(spec)), meeting.positions)
        return await self._start(meeting, parts)

    async def adopt(self, meeting_id: str) -> Meeting:
        """Go on with a meeting that another process ran, and nobody runs any more.

        Raises `InputError`: 404 for an unknown meeting, 410 for one that has ended, 409 when somebody runs it,
        503 when there is no room here.
        """
        if (running := self._live.get(meeting_id)) is not None:
            return running
        if self._claims is None or self._closing:
            raise InputError(f"no meeting {meeting_id[:40]!r} is running here", field="meeting", status=404)
        if len(self._live) >= self._settings.meeting.most:
            raise InputError(f"{self._settings.meeting.most} meetings run already; try again", status=503)
        began = time.monotonic()
        taken = await self._claims.take_over(meeting_id)
        state = Resumption()
        while page := await self._log.read(meeting_id, state.seq, PAGE):
            for event in page:
                state.add(event)
        spec = state.spec(unpacked(taken.plan).spec)
        playbook = await self.playbook(spec.playbook or self._settings.suggest.playbook)
        policy, faces = state.policies(playbook.refusal)
        plan = replace(
            self._plan(spec, playbook, None),
            policy=policy,
            faces=faces,
            consent=state.consent,
            face_consent=state.face_consent,
            continued=Continued(state, taken),
        )
        publish = self._publisher(meeting_id, spec)
        local = LocalWorker(self._settings)
        choices = self.providers.choose(policy)
        parts = self._parts(meeting_id, spec, playbook, choices, publish, local, cards=state.cards)
        meeting = Meeting(meeting_id, plan, parts, publish)
        self._claims.runs(meeting_id, meeting.positions)
        log.warning("a meeting moved here", meeting=meeting_id, epoch=taken.epoch, reason=taken.reason)
        running = await self._start(meeting, parts)
        metrics.TAKEOVER_SECONDS.observe(time.monotonic() - began)
        return running

    async def end_orphans(self, orphans: Callable[[], Awaitable[Sequence[str]]], every_s: float) -> None:
        """Go on with meetings that nobody came back to, so that they end as they ought to; until cancelled."""
        while True:
            await asyncio.sleep(
                every_s * (0.5 + secrets.randbelow(1000) / 1000)
            )  # nodes look at different times
            for meeting in await orphans():
                try:
                    adopted = await self.adopt(meeting)
                    await adopted.end("client_gone")
                except InputError as refused:  # another node was faster, or somebody came back after all
                    log.info("an orphan is somebody else's", meeting=meeting, reason=str(refused))

    def owned_by(self, claims: Claims, moves: Moves | None = None) -> None:
        """There are other processes: claim what is run, and let go of what one of them has claimed."""
        self._claims = claims
        self.departures = Departures(moves)
        claims.on_lost(self._lost)

    def _lost(self, meeting_id: str) -> None:
        if (meeting := self._live.get(meeting_id)) is not None:
            metrics.LOST.inc()
            self._tasks.create_task(meeting.abandon())

    def _publisher(self, meeting_id: str, spec: MeetingSpec) -> Publish:
        def publish(payload: Event, media: Media | None) -> None:
            self._log.append(meeting_id, payload, media, at=time.time())
            if self._claims is not None and isinstance(payload, SettingChanged) and payload.setting == "brief":
                kept = Kept(replace(spec, brief=self._live[meeting_id].brief))  # the event does not tell it
                self._claims.keep_plan(meeting_id, packed(kept))

        return publish

    async def _start(self, meeting: Meeting, parts: Parts) -> Meeting:
        self._live[meeting.id] = meeting
        running = self._runs[meeting.id] = self._tasks.create_task(self._run(meeting, parts.stages.accounting))
        self._over.add(running)
        running.add_done_callback(self._over.discard)
        running.add_done_callback(lambda _: self._runs.pop(meeting.id, None))
        await meeting.started()
        self._report_model(meeting.id)
        return meeting

    def _plan(self, spec: MeetingSpec, playbook: Playbook, consent: Consent | None) -> Plan:
        """What the spec asks for, as far as policy and consent allow it. Raises `InputError`."""
        settings = self._settings
        wanted = check_policy(spec.emotion_policy or settings.emotion.policy)
        decision = decide(wanted, consent, playbook.refusal)
        looks = check_faces(spec.faces or settings.emotion.faces)
        face_consent = check_face_consent(spec.faces_consent, spec.by)
        faces = decide_faces(looks, face_consent, playbook.refusal)
        if faces != "off":
            self.providers.face_analyzer(LocalWorker(settings))  # says at once when nobody can
        return Plan(
            spec=spec,
            policy=decision.policy,
            policy_reason=decision.reason,
            playbook=playbook.name,
            consent=consent,
            faces=faces,
            face_consent=face_consent,
            tape_s=settings.ingest.tape_s,
            life=settings.meeting,
        )

    async def summed_up(self, meeting: str) -> None:
        """Wait until a meeting is over and its summary, if there is to be one, is in its log."""
        if (run := self._runs.get(meeting)) is not None:
            await asyncio.wait([run])

    def live(self, meeting: str) -> Meeting:
        """The meeting that runs under this id. Raises `InputError` (404)."""
        try:
            return self._live[meeting]
        except KeyError:
            raise InputError(
                f"no meeting {meeting[:40]!r} is running here; list them with GET /api/meetings",
                field="meeting",
                status=404,
            ) from None

    def all_live(self) -> Sequence[MeetingHandle]:
        """Every meeting that runs here."""
        return tuple(self._live.values())

    def live_ids(self) -> Collection[str]:
        """Their ids."""
        return tuple(self._live)

    def _correlator(self, meeting_id: str) -> Correlator:
        """One that writes down what it is told, where the log can keep it: replays join from that."""
        settings = self._settings
        if settings.report.record_events and isinstance(self._log, ProviderLog):
            return RecordingCorrelator(settings.correlate, HeardWriter(self._log, meeting_id), time.time)
        return Correlator(settings.correlate)

    def _sound(self, meeting_id: str, publish: Publish) -> Store | None:
        """What stores a channel's sound; None unless that was asked for."""
        if self._audio_store is None or not self._settings.report.store_audio:
            return None
        from wingman.archive.audio_recorder import AudioRecorder

        return AudioRecorder(self._audio_store, meeting_id, publish).run

    def _accounted(self, accounting: Accounting) -> MeteredModel | None:
        """The process's model as one meeting uses it; None while it will not answer."""
        if self._model is None or self._model_fault:
            return None
        return MeteredModel(self._model, accounting)

    async def close(self, reason: str) -> None:
        """The process ends: so do its meetings, unless another process can go on with them."""
        if self._claims is None:
            await self.end_all(reason)
        else:
            await self.hand_over_all()

    async def hand_over_all(self) -> None:
        """Let go of every meeting when what was heard is settled; from here on none can be started."""
        self._closing = True
        async with asyncio.TaskGroup() as tasks:
            for meeting in self._live.values():
                tasks.create_task(self.departures.let_go(meeting))
        if self._over:
            await asyncio.wait(self._over, timeout=SUMMARIES_S)

    async def answer(self, record: Record, question: str) -> Answer:
        """What a stored meeting says to a question; what the model is sent stands in that meeting's ledger."""

        def publish(payload: Event, media: Media | None) -> None:
            self._log.append(record.id, payload, media, at=time.time())

        accounting = Accounting(CostTracker(self._settings.suggest.cost), Ledger(publish, time.time), publish)
        try:
            return await answer(record, question, self._accounted(accounting))
        finally:
            accounting.close()

    async def end_all(self, reason: str) -> None:
        """End every meeting and wait for all of them and their summaries; from here on none can be started.

        Each says at once that it is ending, and all have the same time for it (`meeting.wind_down_s`).
        """
        self._closing = True
        async with asyncio.TaskGroup() as tasks:
            for meeting in self._live.values():
                tasks.create_task(meeting.end(reason))
        if self._over:
            await asyncio.wait(self._over, timeout=SUMMARIES_S)

    @property
    def closing(self) -> bool:
        """True once the service is on its way down."""
        return self._closing

    async def recover(self) -> None:
        """End the meetings an earlier process left open; see `wingman.meeting.recovery`."""
        if isinstance(self._log, MeetingIndex) and self._claims is None:
            for meeting in await close_interrupted(self._log, time.time()):
                log.warning("a meeting was interrupted", meeting=meeting)

    async def catch_up_summaries(self) -> None:
        """Make the summaries that an earlier process did not get to, with no model: nobody asked for it now."""
        if isinstance(self._log, MeetingIndex) and self._settings.report.summary and self._claims is None:
            for meeting in await unsummed(self._log):
                if meeting not in self._live:
                    await sum_up(self._log, meeting)

    async def _run(self, meeting: Meeting, accounting: Accounting) -> None:
        try:
            await meeting.run()
        except ExceptionGroup as broken:  # one meeting's bug ends that meeting, not its neighbours
            log.error("a meeting failed", meeting=meeting.id, exc_info=broken)
        finally:
            del self._live[meeting.id]
            if self._claims is not None:
                await self._claims.release(meeting.id, handed_over=meeting.reason == HANDED_OVER)
        if meeting.reason in (MOVED, HANDED_OVER):
            return
        accounting.resume()  # it may have ended in a pause
        accounting.resume()  # it may have failed in a pause
        if meeting.reason == "never_connected" and isinstance(self._log, MeetingIndex):
            await self._log.delete(meeting.id)  # made for a source that never came: there is nothing to keep
            return
        if self._settings.report.summary:
            await sum_up(self._log, meeting.id, self._accounted(accounting))
            accounting.close()

    def _report_model(self, meeting: str) -> None:
        if self._model is None:
            return
        state = ProviderStateChanged(
            Branch.SUGGEST, self._model.name, self._model_health, None, self._model_fault
        )
        self._log.append(meeting, state, at=time.time())

    def _parts(
        self,
        meeting_id: str,
        spec: MeetingSpec,
        playbook: Playbook,
        choices: Choices,
        publish: Publish,
        local: LocalWorker,
        *,
        cards: int = 0,
    ) -> Parts:
        settings = self._settings
        suggest = settings.suggest
        if spec.verbosity:
            suggest = changed(suggest, "verbosity", spec.verbosity)
        if spec.mode:
            suggest = changed(suggest, "mode", spec.mode)
        accounting = Accounting(CostTracker(settings.suggest.cost), Ledger(publish, time.time), publish)
        model = self._accounted(accounting)
        extras = CoachParts(
            knowledge=MeteredKnowledge(self._knowledge, accounting),
            on_usage=accounting.tokens,
            language=spec.language,
            prompt_wait_s=settings.emotion.prompt_wait_ms / 1000,
            encoder=self.providers.encoder,
            cards=cards,
            playbooks=self._playbooks.load,
            habit=self.habit,
        )
        stages = Stages(
            providers=Providers(
                transcriber=lambda: self.providers.transcriber(choices.transcriber.provider, spec, local),
                meter=lambda: self.providers.voice_analyzer(local),
                text_meter=lambda: self.providers.text_analyzer(local),
                language=lambda: self.providers.language_analyzer(local),
                faces=lambda: self.providers.face_analyzer(local),
                sound=self._sound(meeting_id, publish),
            ),
            correlator=self._correlator(meeting_id),
            coach=Coach(suggest, playbook, model, publish, brief=spec.brief, parts=extras),
            accounting=accounting,
            choices=choices,
        )
        if isinstance(self._log, ReachedLog):
            stages = replace(stages, reached=partial(self._log.keep_reached, meeting_id))
        return Parts(stages, background=(local.run,))


def _replaced(
    parts: Parts,
    meter: Callable[[], VoiceAnalyzer] | None,
    around: Callable[[Transcriber], Transcriber] | None,
) -> Parts:
    """The parts with another meter, and with something around the transcribers."""
    providers = parts.stages.providers
    if meter is not None:
        providers = replace(providers, meter=meter)
    if around is not None:
        make = providers.transcriber

        def wrapped() -> Transcriber | None:
            inner = make()
            return around(inner) if inner is not None else None

        providers = replace(providers, transcriber=wrapped)
    return replace(parts, stages=replace(parts.stages, providers=providers))
