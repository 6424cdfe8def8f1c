"""One meeting: the TaskGroup that owns every stage, and the wires between them.

    source → input (tape) ─┬→ transcriber ─┐
                           └→ meter ───────┴→ correlator → coach → publish (log, then push)

Stages talk through plain synchronous calls on the event loop's thread; the only tasks are the ones that
wait for a provider, a source, a model or the clock. Leaving the group ends the meeting.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import structlog

from wingman.audio.source import AudioSource
from wingman.audio.tape import Tape
from wingman.core.emotion import EmotionEvent
from wingman.core.emotion_policy import Policy, check_policy, decide
from wingman.core.errors import Branch, InputError, Missed, Progress, ProviderState, WingmanError
from wingman.core.events import (
    ConsentRecorded,
    Media,
    MeetingEnded,
    MeetingPaused,
    MeetingResumed,
    MeetingStarted,
    PolicyApplied,
    ProviderStateChanged,
    Publish,
    SpeakerRenamed,
    TranscriptGap,
)
from wingman.core.speech import Final, TranscriberEvent
from wingman.core.time import SAMPLE_RATE, Channel, seconds
from wingman.correlate.correlator import Correlator, Output
from wingman.meeting.accounting import Accounting
from wingman.meeting.api import MeetingSpec, MeetingStatus
from wingman.meeting.channel import ChannelCallbacks, ChannelInput, ChannelPipeline, Providers
from wingman.meeting.cost import Level
from wingman.meeting.dispatch import dispatch, dispatch_speech_activity
from wingman.meeting.providers import NOBODY, Choices
from wingman.suggest.coach import Coach

log = structlog.get_logger(__name__)

TICK_S = 0.1
TICKS_PER_BILL = 10
"""How often what was sent is noted: every second, and before whatever changes who hears what."""
LONGEST_NAME = 60
FAST_LAG_S = 20.0
"""A recording played faster than real time stays this close to the slowest reader; less than any tape."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the composition root picked for one meeting."""

    providers: Providers
    correlator: Correlator
    coach: Coach
    accounting: Accounting
    background: tuple[Callable[[], Coroutine[Any, Any, None]], ...] = ()
    """Coroutines that live as long as the meeting (the embedded worker's owner)."""
    choices: Choices = NOBODY
    """Who serves each branch as the meeting starts."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How one meeting is to be run, after the spec met the configuration."""

    spec: MeetingSpec
    policy: Policy
    policy_reason: str
    playbook: str
    refusal: str = ""
    """Why the playbook refuses voice emotion; empty when it does not."""
    tape_s: float = 60.0
    live: bool = True
    """False for a recording played faster than real time: deadlines then follow the slowest branch."""
    idle_end_s: float = 900.0
    """A meeting that nobody feeds for this long ends by itself."""


class Meeting:
    """A live meeting. `run` it in a task; everything else is called from the same event loop."""

    def __init__(self, meeting_id: str, plan: Plan, parts: Parts, publish: Publish) -> None:
        self._id = meeting_id
        self._plan = plan
        self._parts = parts
        self._publish = publish
        self._policy = plan.policy
        self._channels: dict[Channel, ChannelPipeline] = {}
        self._plays: dict[AudioSource, asyncio.Task[None]] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._started_at = time.time()
        self._running = asyncio.Event()
        self._ending = asyncio.Event()
        self._ended = asyncio.Event()
        self._reason = "stopped"
        self._paused = False
        self._idle_since = time.monotonic()
        self._log = log.bind(meeting=meeting_id)

    # --- what the outside sees ----------------------------------------------------------------

    @property
    def id(self) -> str:
        return self._id

    def status(self) -> MeetingStatus:
        state = "ended" if self._ended.is_set() else "paused" if self._paused else "live"
        return MeetingStatus(
            id=self._id,
            title=self._plan.spec.title,
            state=state,
            started_at=self._started_at,
            seconds=self._length(),
            channels=tuple(self._channels),
            playbook=self._plan.playbook,
            emotion_policy=self._policy,
            providers=self._providers(),
        )

    async def run(self) -> None:
        """Live until `end` is called. Raises an ExceptionGroup when a stage broke; the meeting is over then."""
        structlog.contextvars.bind_contextvars(meeting=self._id)  # inherited by every task below
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                services = [tasks.create_task(job()) for job in self._parts.background]
                services.append(tasks.create_task(self._parts.coach.run()))
                services.append(tasks.create_task(self._tick()))
                self._announce()
                self._running.set()
                await self._ending.wait()
                await self._wind_down()
                for service in services:
                    service.cancel()
        except BaseExceptionGroup:
            self._reason = "failed"
            raise
        except asyncio.CancelledError:
            self._reason = "shutdown"
            raise
        finally:
            self._tasks = None
            self._running.set()
            self._publish(MeetingEnded(self._reason, round(self._length(), 3)), None)
            self._ended.set()
            self._log.info("meeting ended", reason=self._reason, seconds=round(self._length(), 1))

    def now(self, channel: Channel) -> float:
        """Media seconds received on `channel` so far; 0 for a channel that was never fed."""
        pipeline = self._channels.get(channel)
        return seconds(pipeline.input.position) if pipeline else 0.0

    async def started(self) -> None:
        """Wait until sources can be attached."""
        await self._running.wait()

    async def attach(self, source: AudioSource) -> None:
        tasks = self._open_tasks()
        taken = [
            c for c in source.channels if c in self._channels and self._channels[c].input.source is not None
        ]
        if taken:
            raise InputError(
                f"channel `{taken[0]}` of this meeting is already fed by another client; stop that one first",
                field="channels",
                status=409,
            )
        pipelines = [self._pipeline(channel, tasks) for channel in source.channels]
        for pipeline in pipelines:
            pipeline.input.source = source
        play = self._plays[source] = tasks.create_task(self._play(source, pipelines))
        play.add_done_callback(lambda _: self._release(source, pipelines))

    async def detach(self, source: AudioSource) -> None:
        play = self._plays.get(source)
        if play is not None:
            play.cancel()
            await asyncio.wait([play])

    async def played(self, source: AudioSource) -> None:
        """Wait until `source` has ended by itself (or was detached)."""
        if play := self._plays.get(source):
            await asyncio.wait([play])

    async def room(self) -> None:
        """Wait until no reader is further behind than a tape can bear (for sources faster than real time)."""
        limit = min(FAST_LAG_S, self._plan.tape_s / 2) * SAMPLE_RATE
        # readers move on several tasks; there is no one event to wait for
        while any(pipeline.lag > limit for pipeline in self._channels.values()):  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    def pause(self) -> None:
        self._open_tasks()
        if not self._paused:
            self._paused = True
            for pipeline in self._channels.values():
                # what was said until now is still for the transcriber; nothing is from here on
                pipeline.flush()
                pipeline.input.pause()
            self._account()
            self._parts.accounting.pause()
            self._parts.coach.pause(True)
            self._publish(MeetingPaused(), None)

    def resume(self) -> None:
        self._open_tasks()
        if self._paused:
            self._paused = False
            for pipeline in self._channels.values():
                pipeline.input.resume()
            self._parts.accounting.resume()
            self._parts.coach.pause(False)
            self._publish(MeetingResumed(), None)

    async def end(self, reason: str = "stopped") -> None:
        if not self._ending.is_set():
            self._reason = reason
            self._ending.set()
        await self._ended.wait()

    def act(self, action: str, text: str = "") -> str:
        self._open_tasks()
        for channel, pipeline in self._channels.items():  # what was just said must be in the answer
            pipeline.flush()
            self._deliver(self._parts.correlator.flush(channel))
        return self._parts.coach.act(action, text)

    def feedback(self, suggestion: str, feedback: str) -> None:
        self._open_tasks()
        self._parts.coach.feedback(suggestion, feedback)

    def control(self, setting: str, value: Any) -> None:
        self._open_tasks()
        if setting == "emotion_policy":
            self._switch_policy(value)
        elif setting == "speaker_name":
            self._rename(value)
        else:
            self._parts.coach.control(setting, value)

    # --- the wires ----------------------------------------------------------------------------

    def _open_tasks(self) -> asyncio.TaskGroup:
        if self._tasks is None or self._ending.is_set():
            raise InputError("this meeting has ended; start a new one", field="meeting", status=409)
        return self._tasks

    def _announce(self) -> None:
        spec, names = self._plan.spec, self._providers()
        self._publish(
            MeetingStarted(
                title=spec.title,
                channels=tuple(Channel),
                playbook=self._plan.playbook,
                transcriber=names[Branch.TRANSCRIBE],
                emotion=names[Branch.EMOTION],
                suggester=names[Branch.SUGGEST],
                emotion_policy=self._policy,
            ),
            None,
        )
        self._publish(PolicyApplied(self._policy, self._plan.policy_reason), None)
        if spec.consent:
            self._consented(spec.consent)

    def _providers(self) -> dict[str, str]:
        """Branch → who serves it now: the channels that run are asked; before the first, what was chosen."""
        choices, running = self._parts.choices, self._channels.values()
        emotion = (
            next((p.emotion for p in running if p.emotion), "off") if running else choices.emotion.provider
        )
        return {
            Branch.TRANSCRIBE: next(
                (p.transcriber for p in running if p.transcriber), choices.transcriber.provider
            ),
            Branch.EMOTION: emotion,
            Branch.SUGGEST: choices.suggester.provider,
        }

    def _pipeline(self, channel: Channel, tasks: asyncio.TaskGroup) -> ChannelPipeline:
        if channel not in self._channels:
            channel_input = ChannelInput(channel, Tape(self._plan.tape_s), self._publish)
            if self._paused:
                channel_input.pause()
            pipeline = ChannelPipeline(
                channel_input, self._parts.providers, ChannelCallbacks(self._on_speech, self._on_any), tasks
            )
            self._channels[channel] = pipeline  # before its branches: they report at once
            pipeline.start_transcriber()
            pipeline.start_storing()
            pipeline.measure(self._policy, self._parts.correlator)
        return self._channels[channel]

    def _switch_policy(self, value: Any) -> None:
        """Stop and start meters so that the policy holds from this very sample on.

        `value` is a policy, or `{"policy": …, "consent": …}` where an acknowledgement is still needed.
        """
        wanted = value.get("policy") if isinstance(value, dict) else value
        consent = str(value.get("consent", "")) if isinstance(value, dict) else ""
        policy, reason = decide(
            check_policy(wanted),
            consent=consent or self._plan.spec.consent,
            refused_because=self._plan.refusal,
        )
        self._use_policy(policy, reason)
        if consent:
            self._consented(consent)

    def _consented(self, words: str) -> None:
        self._account()
        self._parts.accounting.consent(words)
        self._publish(ConsentRecorded(self._policy, "user", words), None)

    def _rename(self, value: Any) -> None:
        """`{"speaker": "tab:1", "name": "Dana"}`; for display only, so past lines need no second telling."""
        speaker = value.get("speaker") if isinstance(value, dict) else None
        name = value.get("name") if isinstance(value, dict) else None
        if not isinstance(speaker, str) or not speaker:
            raise InputError("`speaker` must name a speaker, such as tab:1", field="speaker")
        if not isinstance(name, str) or not 0 < len(name.strip()) <= LONGEST_NAME:
            raise InputError(f"`name` must have 1 to {LONGEST_NAME} characters", field="name")
        self._publish(SpeakerRenamed(speaker, name.strip()), None)

    def _use_policy(self, policy: Policy, reason: str) -> None:
        self._account()
        self._policy = policy
        for pipeline in self._channels.values():
            pipeline.measure(policy, self._parts.correlator)
        self._publish(PolicyApplied(policy, reason), None)

    async def _play(self, source: AudioSource, pipelines: list[ChannelPipeline]) -> None:
        try:
            await source.run({pipeline.input.channel: pipeline.input for pipeline in pipelines})
        except WingmanError as failed:
            for pipeline in pipelines:
                pipeline.input.state("gone", str(failed))

    def _release(self, source: AudioSource, pipelines: list[ChannelPipeline]) -> None:
        """Free the channels; also for a source that was cancelled before its first turn."""
        for pipeline in pipelines:
            pipeline.input.source = None
        del self._plays[source]
        self._idle_since = time.monotonic()

    async def _tick(self) -> None:
        """Tell the pure rooms what time it is on each channel, ten times a second."""
        for tick in itertools.count(1):
            await asyncio.sleep(TICK_S)
            for channel, pipeline in self._channels.items():
                now = pipeline.input.position if self._plan.live else pipeline.answered
                self._deliver(self._parts.correlator.advance(channel, now))
                self._parts.coach.advance(channel, now)
            if tick % TICKS_PER_BILL == 0:
                self._account()
                self._keep_to_budget()
            if not self._plays and time.monotonic() - self._idle_since > self._plan.idle_end_s:
                self._reason = "client_gone"
                self._ending.set()

    def _account(self) -> None:
        """Note what was sent so far."""
        for pipeline in self._channels.values():
            pipeline.account(self._parts.accounting)

    def _keep_to_budget(self) -> None:
        """Give up what the money no longer allows, in the order emotion, suggestion rate, model."""
        level = self._parts.accounting.report(self._length())
        if level is None:
            return
        self._parts.coach.degrade(level)
        if level is not Level.FULL and any(pipeline.pays_for_emotion for pipeline in self._channels.values()):
            self._use_policy("off", "the meeting's budget is spent; voice emotion costs extra")

    def _on_speech(self, event: TranscriberEvent) -> None:
        dispatch_speech_activity(event, self._parts.coach)
        if isinstance(event, Final):
            self._channels[event.channel].settled(event, self._parts.accounting)
        self._on_any(event)

    def _on_any(self, event: TranscriberEvent | EmotionEvent) -> None:
        match event:
            case ProviderState():
                self._publish(
                    ProviderStateChanged(
                        event.branch, event.provider, event.health, event.channel, event.detail
                    ),
                    None,
                )
            case Missed():
                media = Media.of(event.channel, event.span)
                self._publish(TranscriptGap(event.channel, event.branch, event.cause), media)
            case Progress():
                self._channels[event.channel].progress(event)
        self._deliver(self._parts.correlator.feed(event))

    def _deliver(self, outputs: list[Output]) -> None:
        dispatch(outputs, self._publish, self._parts.coach)

    async def _wind_down(self) -> None:
        """Stop the sources, let every branch answer for what it has, then settle the join."""
        for play in list(self._plays.values()):
            play.cancel()
        if self._plays:
            await asyncio.wait(list(self._plays.values()))
        async with asyncio.TaskGroup() as settling:
            for pipeline in self._channels.values():
                settling.create_task(pipeline.finish())
        self._deliver(self._parts.correlator.finish())
        self._account()
        self._parts.accounting.close()

    def _length(self) -> float:
        return max((seconds(pipeline.input.position) for pipeline in self._channels.values()), default=0.0)
