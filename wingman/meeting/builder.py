"""What a meeting is made of: a spec meets the settings, the providers and what policy and consent allow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from wingman.archive.audio_store import AudioStore
from wingman.archive.egress_ledger import Ledger
from wingman.archive.provider_events import ProviderEventWriter
from wingman.config.settings import Settings, changed
from wingman.config.suggest import SuggestSettings
from wingman.core.emotion_policy import Consent, check_consent, check_policy, decide
from wingman.core.events import Publish
from wingman.core.face_policy import check_face_consent, check_faces, decide_faces
from wingman.core.threads import in_thread
from wingman.core.vocabulary import LONGEST_TITLE
from wingman.correlate.correlator import Correlator
from wingman.emotion.base import VoiceAnalyzer
from wingman.events.log import EventLog
from wingman.events.provider_log import ProviderLog
from wingman.events.reached import ReachedLog
from wingman.local.sentence_encoder import SentenceEncoder
from wingman.meeting.accounting import Accounting, MeteredKnowledge
from wingman.meeting.api import MeetingSpec
from wingman.meeting.channel import BranchBuilders
from wingman.meeting.channel_readers import Store
from wingman.meeting.continuation import Continued
from wingman.meeting.cost import CostTracker
from wingman.meeting.meeting import Parts, Plan
from wingman.meeting.pipeline import Stages
from wingman.meeting.provider_builders import LocalWorker
from wingman.meeting.providers import ProviderFactory, price_list
from wingman.meeting.recording_correlator import RecordingCorrelator
from wingman.meeting.shared_model import SharedModel
from wingman.meeting.spoken_languages import check_language
from wingman.meeting.user_library import UserLibrary
from wingman.stt.base import Transcriber
from wingman.suggest.coach import Coach, CoachParts, checked_brief
from wingman.suggest.playbook.playbook import Playbook
from wingman.suggest.speculation import EarlyRecord


class MeetingBuilder:
    """Makes the parts of meetings, with the settings of the moment; it runs none."""

    def __init__(
        self,
        providers: ProviderFactory,
        event_log: EventLog,
        model: SharedModel,
        library: UserLibrary,
        *,
        audio_store: AudioStore | None = None,
    ) -> None:
        """`audio_store` is where meetings' sound is stored, if that is configured; None stores none."""
        self.providers = providers
        """The providers of this process, and what they share."""
        self.library = library
        """What the next meetings quote, follow and have learnt."""
        self._log = event_log
        self._model = model
        self._audio_store = audio_store
        self._early: dict[str, EarlyRecord] = {}
        """Transcriber → how its running words kept their word in the meetings of this process."""
        self._encoder: SentenceEncoder | None = None
        """The first one there was: settings may switch it off and on again, and it is loaded once."""

    @property
    def settings(self) -> Settings:
        """What the next meeting is made with."""
        return self.providers.settings

    def use(self, settings: Settings) -> None:
        """Make the next meetings with these."""
        self._encoder = self._encoder or self.providers.encoder
        self.providers = ProviderFactory(settings, self._encoder, self.providers.slots)

    def close(self) -> None:
        """Close the encoder. Call it when no meeting runs any more."""
        if (encoder := self._encoder or self.providers.encoder) is not None:
            encoder.close()

    async def playbook(self, name: str) -> Playbook:
        """One's own playbook, or a shipped one. Raises `InputError`."""
        playbooks = self.library.playbooks
        if playbooks.is_own(name):  # reading it may take a moment
            return await in_thread(partial(playbooks.load, name))
        return playbooks.load(name)

    async def plan(self, spec: MeetingSpec, consent: Consent | None = None, *, live: bool = True) -> Plan:
        """How a new meeting is run. `consent` is what a command line stands for; `live=False` is for recordings
        played faster than real time. Raises `InputError` when the spec or the configuration forbids it.
        """
        title = " ".join(spec.title.split())[:LONGEST_TITLE]  # a page or a file chose it: no reason to refuse
        spec = replace(spec, title=title, brief=checked_brief(spec.brief))
        playbook = await self.playbook(spec.playbook or self.settings.suggest.playbook)
        plan = replace(self._plan(spec, playbook, consent or check_consent(spec.consent, spec.by)), live=live)
        transcriber = self.providers.choose(plan.policy).transcriber.provider
        check_language(transcriber, spec.language, self.settings)
        return plan

    async def plan_on(self, continued: Continued, spec: MeetingSpec) -> Plan:
        """How a meeting goes on that another process ran as `spec` says. Raises `InputError`."""
        state = continued.state
        spec = state.spec(spec)
        playbook = await self.playbook(spec.playbook or self.settings.suggest.playbook)
        policy, faces = state.policies(playbook.refusal)
        return replace(
            self._plan(spec, playbook, None),
            policy=policy,
            faces=faces,
            consent=state.consent,
            face_consent=state.face_consent,
            continued=continued,
        )

    def _plan(self, spec: MeetingSpec, playbook: Playbook, consent: Consent | None) -> Plan:
        """What the spec asks for, as far as policy and consent allow it. Raises `InputError`."""
        settings = self.settings
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
            playbook=playbook,
            consent=consent,
            faces=faces,
            face_consent=face_consent,
            tape_s=settings.ingest.tape_s,
            life=settings.meeting,
        )

    def parts(self, meeting_id: str, plan: Plan, publish: Publish, now: Callable[[], float]) -> Parts:
        """What a meeting under this id is made of; its events go to `publish`, which dates them by `now`."""
        providers, spec = self.providers, plan.spec
        local = LocalWorker(self.settings, live=plan.live)
        choices = providers.choose(plan.policy)
        accounting = self.accounting(publish, now)
        stages = Stages(
            providers=BranchBuilders(
                transcriber=lambda: self.providers.transcriber(choices.transcriber.provider, spec, local),
                voice=lambda: self.providers.voice_analyzer(local),
                text=lambda: self.providers.text_analyzer(local),
                language=lambda: self.providers.language_analyzer(local),
                faces=lambda: self.providers.face_analyzer(local),
                sound=self._sound(meeting_id, publish),
            ),
            correlator=self._correlator(meeting_id, now),
            coach=self._coach(plan, choices.transcriber.provider, publish, accounting),
            accounting=accounting,
            choices=choices,
        )
        if isinstance(self._log, ReachedLog):
            stages = replace(stages, reached=partial(self._log.keep_reached, meeting_id))
        return Parts(stages, background=(local.run,))

    def accounting(self, publish: Publish, now: Callable[[], float]) -> Accounting:
        """A ledger and a bill of their own; `now` is the clock that `publish` dates events by."""
        cost = self.settings.suggest.cost
        tracker = CostTracker(cost, price_list(cost.prices))
        return Accounting(tracker, Ledger(publish, now), publish)

    def _coach(self, plan: Plan, transcriber: str, publish: Publish, accounting: Accounting) -> Coach:
        spec = plan.spec
        parts = CoachParts(
            knowledge=MeteredKnowledge(self.library.notes.knowledge, accounting),
            on_usage=accounting.tokens,
            language=spec.language,
            prompt_wait_s=self.settings.emotion.prompt_wait_ms / 1000,
            encoder=self.providers.encoder,
            cards=plan.continued.state.cards if plan.continued else 0,
            playbooks=self.library.playbooks.load,
            habit=self.library.habit,
            early=self._early.setdefault(transcriber, EarlyRecord()),
        )
        model = self._model.metered(accounting)
        return Coach(self._wished(spec), plan.playbook, model, publish, brief=spec.brief, parts=parts)

    def _wished(self, spec: MeetingSpec) -> SuggestSettings:
        suggest = self.settings.suggest
        if spec.verbosity:
            suggest = changed(suggest, "verbosity", spec.verbosity)
        if spec.mode:
            suggest = changed(suggest, "mode", spec.mode)
        if suggest.provider == "off":
            return changed(suggest, "mode", "manual")  # it listens, and suggests nothing by itself
        return suggest

    def _correlator(self, meeting_id: str, now: Callable[[], float]) -> Correlator:
        """One that writes down what it is told, where the log can keep it: replays join from that."""
        settings = self.settings
        if settings.report.record_events and isinstance(self._log, ProviderLog):
            return RecordingCorrelator(settings.correlate, ProviderEventWriter(self._log, meeting_id), now)
        return Correlator(settings.correlate)

    def _sound(self, meeting_id: str, publish: Publish) -> Store | None:
        """What stores a channel's sound; None unless that was asked for."""
        if self._audio_store is None or not self.settings.report.store_audio:
            return None
        from wingman.archive.audio_recorder import AudioRecorder

        return AudioRecorder(self._audio_store, meeting_id, publish).run


def replaced(
    parts: Parts,
    meter: Callable[[], VoiceAnalyzer] | None,
    around: Callable[[Transcriber], Transcriber] | None,
) -> Parts:
    """The parts with another meter, and with something around the transcribers."""
    providers = parts.stages.providers
    if meter is not None:
        providers = replace(providers, voice=meter)
    if around is not None:
        make = providers.transcriber

        def wrapped() -> Transcriber | None:
            inner = make()
            return around(inner) if inner is not None else None

        providers = replace(providers, transcriber=wrapped)
    return replace(parts, stages=replace(parts.stages, providers=providers))
