"""The meetings of one process: made from a spec and the configuration, kept until they end."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from weakref import WeakValueDictionary

import structlog

from wingman.config.settings import Settings
from wingman.core.emotion_policy import Consent
from wingman.core.errors import Health, InputError
from wingman.core.events import Event, Media, Publish, SettingChanged
from wingman.core.steady_clock import now
from wingman.emotion.base import VoiceAnalyzer
from wingman.events.claims import Claims, Moves
from wingman.events.index import MeetingIndex
from wingman.events.log import EventLog
from wingman.llm.base import SuggestionModel
from wingman.meeting.api import MeetingHandle, MeetingSpec
from wingman.meeting.builder import MeetingBuilder, replaced
from wingman.meeting.continuation import HANDED_OVER, MOVED, Continued
from wingman.meeting.handover import Departures
from wingman.meeting.meeting import Meeting, Parts
from wingman.meeting.pipeline import Stages
from wingman.meeting.providers import ProviderFactory
from wingman.meeting.recovery import close_interrupted, unsummed
from wingman.meeting.resumption import ClaimedPlan, Resumption, packed, unpacked
from wingman.meeting.shared_model import SharedModel
from wingman.meeting.summary_on_end import sum_up
from wingman.observe import metrics
from wingman.report.answer import Answer, answer
from wingman.report.record import Record
from wingman.stt.base import Transcriber

log = structlog.get_logger(__name__)

SUMMARIES_S = 20.0
"""What the summaries of meetings that a shutdown ended may take; the next start makes up what is missing."""


class MeetingManager:
    """The meetings of this process. Their tasks belong to the group it was given."""

    def __init__(
        self, builder: MeetingBuilder, model: SharedModel, event_log: EventLog, tasks: asyncio.TaskGroup
    ) -> None:
        self.builder = builder
        """What the next meetings are made with."""
        self._model = model
        self._log = event_log
        self._tasks = tasks
        self._live: dict[str, Meeting] = {}
        self._runs: dict[str, asyncio.Task[None]] = {}
        self._closing = False
        self._adopting: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._claims: Claims | None = None
        """Who runs what, where there are several processes."""
        self.on_lost: list[Callable[[str], object]] = []
        """Told of a meeting that ran here and that another process has claimed."""
        self.on_left: list[Callable[[str], Awaitable[None]]] = []
        """Told of a meeting that does not run here any more, and is not over."""
        self.on_adopted: list[Callable[[str], object]] = []
        """Told of a meeting that another process ran and that goes on here."""
        self.departures = Departures()
        """How meetings are let go where others can go on with them."""
        self._over: set[asyncio.Task[None]] = set()

    @property
    def log(self) -> EventLog:
        """Where every meeting's events go."""
        return self._log

    @property
    def settings(self) -> Settings:
        """What the next meeting is made with."""
        return self.builder.settings

    @property
    def providers(self) -> ProviderFactory:
        """The providers of this process, and what they share."""
        return self.builder.providers

    @property
    def model_state(self) -> tuple[Health, str]:
        """What the language model said when it was asked whether it would answer."""
        return self._model.state

    def use(
        self, settings: Settings, model: SuggestionModel | None = None, *, keep_model: bool = False
    ) -> None:
        """Make the next meetings with these; running ones keep what works for them, their model included."""
        self.builder.use(settings)
        for meeting in self._live.values():
            meeting.renew()
        if not keep_model:
            self._model.change(model)
            self._tasks.create_task(self.probe_model())

    async def close_models(self) -> None:
        """Close every language model there was, and the encoder. Call it when no meeting runs any more."""
        self.builder.close()
        await self._model.aclose()

    async def probe_model(self) -> None:
        """Ask the language model, before anybody needs it, whether it will answer; tell running meetings."""
        await self._model.probe()
        for meeting in self._live:
            self._report_model(meeting)

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
        most = self.settings.meeting.most
        if len(self._live) >= most:
            raise InputError(f"{most} meetings run already; end some first", status=429)
        plan = replace(await self.builder.plan(spec, consent, live=live), made_by_source=made_by_source)
        meeting_id = f"m-{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"
        publish = self._publisher(meeting_id, spec)
        parts = replaced(self.builder.parts(meeting_id, plan, publish, now), meter, around)
        meeting = Meeting(meeting_id, plan, parts, publish)
        if self._claims is not None:
            await self._claims.claim(
                meeting_id, packed(ClaimedPlan(spec, recorded=not live)), meeting.positions
            )
        return await self._start(meeting, parts)

    async def adopt(self, meeting_id: str) -> Meeting:
        """Go on with a meeting that another process ran, and nobody runs any more.

        Raises `InputError`: 404 for an unknown meeting, 410 for one that has ended, 409 when somebody runs it,
        503 when there is no room here. Who asks while it is being read waits for it.
        """
        lock = self._adopting.setdefault(meeting_id, asyncio.Lock())
        async with lock:
            return await self._adopt(meeting_id)

    async def _adopt(self, meeting_id: str) -> Meeting:
        if (running := self._live.get(meeting_id)) is not None:
            return running
        if self._claims is None or self._closing:
            raise InputError(f"no meeting {meeting_id[:40]!r} is running here", field="meeting", status=404)
        most = self.settings.meeting.most
        if len(self._live) >= most:
            raise InputError(f"{most} meetings run already; try again", status=503)
        began = time.monotonic()
        taken = await self._claims.take_over(meeting_id)
        state = Resumption.of(taken.events)
        kept = unpacked(taken.plan)
        plan = replace(await self.builder.plan_on(Continued(state, taken), kept.spec), live=not kept.recorded)
        publish = self._publisher(meeting_id, plan.spec)
        parts = self.builder.parts(meeting_id, plan, publish, now)
        meeting = Meeting(meeting_id, plan, parts, publish)
        self._claims.runs(meeting_id, meeting.positions)
        log.warning("a meeting moved here", meeting=meeting_id, epoch=taken.epoch, reason=taken.reason)
        running = await self._start(meeting, parts)
        for hear in self.on_adopted:
            hear(meeting_id)
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
                    await adopted.end("interrupted" if adopted.recorded else "client_gone")
                except InputError as refused:  # another node was faster, or somebody came back after all
                    log.info("an orphan is somebody else's", meeting=meeting, reason=str(refused))

    def owned_by(self, claims: Claims, moves: Moves | None = None) -> None:
        """There are other processes: claim what is run, and let go of what one of them has claimed."""
        self._claims = claims
        self.departures = Departures(moves)
        claims.on_lost(self._lost)

    def _lost(self, meeting_id: str) -> None:
        for hear in self.on_lost:
            hear(meeting_id)
        if (meeting := self._live.get(meeting_id)) is not None:
            metrics.LOST.inc()
            self._tasks.create_task(meeting.abandon())

    def _publisher(self, meeting_id: str, spec: MeetingSpec) -> Publish:
        def publish(payload: Event, media: Media | None) -> None:
            self._log.append(meeting_id, payload, media, at=now())
            if self._claims is not None and isinstance(payload, SettingChanged) and payload.setting == "brief":
                meeting = self._live[meeting_id]  # the event does not tell it
                kept = ClaimedPlan(replace(spec, brief=meeting.brief), meeting.recorded)
                self._claims.keep_plan(meeting_id, packed(kept))

        return publish

    async def _start(self, meeting: Meeting, parts: Parts) -> Meeting:
        self._live[meeting.id] = meeting
        now.hold()
        running = self._runs[meeting.id] = self._tasks.create_task(self._run(meeting, parts.stages))
        self._over.add(running)
        running.add_done_callback(lambda _: now.let_go())
        running.add_done_callback(self._over.discard)
        running.add_done_callback(lambda _: self._runs.pop(meeting.id, None))
        await meeting.started()
        if self._model.ask_again():
            self._tasks.create_task(self.probe_model())
        self._report_model(meeting.id)
        return meeting

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
                over = meeting.end("interrupted") if meeting.recorded else self.departures.let_go(meeting)
                tasks.create_task(over)
        if self._over:
            await asyncio.wait(self._over, timeout=SUMMARIES_S)

    async def answer(self, record: Record, question: str) -> Answer:
        """What a stored meeting says to a question; what the model is sent stands in that meeting's ledger."""

        def publish(payload: Event, media: Media | None) -> None:
            self._log.append(record.id, payload, media, at=now())

        accounting = self.builder.accounting(publish, now)
        try:
            return await answer(record, question, self._model.metered(accounting))
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
            for meeting in await close_interrupted(self._log, now()):
                log.warning("a meeting was interrupted", meeting=meeting)

    async def catch_up_summaries(self) -> None:
        """Make the summaries that an earlier process did not get to, with no model: nobody asked for it now."""
        if isinstance(self._log, MeetingIndex) and self.settings.report.summary and self._claims is None:
            for meeting in await unsummed(self._log):
                if meeting not in self._live:
                    await sum_up(self._log, meeting)

    async def _run(self, meeting: Meeting, stages: Stages) -> None:
        accounting = stages.accounting
        try:
            await meeting.run()
        except ExceptionGroup as broken:  # one meeting's bug ends that meeting, not its neighbours
            log.error("a meeting failed", meeting=meeting.id, exc_info=broken)
        finally:
            del self._live[meeting.id]
            metrics.joined(stages.correlator.statistics().counted)
            if self._claims is not None:
                await self._claims.release(meeting.id, handed_over=meeting.reason == HANDED_OVER)
        if meeting.reason in (MOVED, HANDED_OVER):
            for hear in self.on_left:
                await hear(meeting.id)
            return
        accounting.resume()  # it may have ended, or failed, in a pause
        if meeting.reason == "never_connected" and isinstance(self._log, MeetingIndex):
            await self._log.delete(meeting.id)  # made for a source that never came: there is nothing to keep
            return
        if self.settings.report.summary:
            await sum_up(self._log, meeting.id, self._model.metered(accounting))
            accounting.close()

    def _report_model(self, meeting: str) -> None:
        if (state := self._model.told()) is not None:
            self._log.append(meeting, state, at=now())
