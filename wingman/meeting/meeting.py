"""One meeting's life: the TaskGroup that owns every stage, its sources, and its end.

    source → channel (tape) → branches → correlator → coach → publish (log, then push)

Stages talk through plain synchronous calls on the event loop's thread; the only tasks are the ones that
wait for a provider, a source, a model or the clock. Leaving the group ends the meeting. A branch or a source
that fails ends behind its own wall; only the meeting's own tasks can end it.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import structlog

from wingman.audio.source import PLAYED, AudioSource, SourceOrigin
from wingman.config.meeting import MeetingSettings
from wingman.core.emotion_policy import Consent, Policy
from wingman.core.errors import Branch, InputError
from wingman.core.events import (
    MeetingEnded,
    MeetingMove,
    MeetingStarted,
    MeetingWindingDown,
    NoteAdded,
    Publish,
)
from wingman.core.face_policy import FaceConsent, FacePolicy
from wingman.core.shared_timer import shared_timer
from wingman.core.steady_clock import now
from wingman.core.time import Channel
from wingman.emotion.base import FaceAnalyzer
from wingman.events.claims import Position
from wingman.link.branch_runner import behind_wall
from wingman.meeting.api import MeetingSpec, MeetingStatus
from wingman.meeting.channel import room
from wingman.meeting.continuation import HANDED_OVER, MOVED, Beginning, Continuation, Continued
from wingman.meeting.controls import MeetingControls
from wingman.meeting.endings import Endings, EndWatch
from wingman.meeting.pipeline import MeetingPipeline, Stages
from wingman.meeting.sources import MeetingSources
from wingman.suggest.gate.rate_limit import Dials
from wingman.suggest.playbook.playbook import Playbook

log = structlog.get_logger(__name__)

TICK_S = 0.1
TICKS_PER_BILL = 10
"""How often what was sent is noted: every second, and before whatever changes who hears what."""
WORTH_TELLING_S = 1.0
"""An end that is owed more audio than this says so."""
SENTENCE_S = 4.0
"""What a meeting that moves waits for the end of a sentence."""
PHRASE_S = 10.0
"""And what it waits, all in all, for the end of what is written down of one that goes on."""
RESTART_S = 30.0
"""A service of the meeting that ended over a defect is started again after this long."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What one meeting is made of."""

    stages: Stages
    background: tuple[Callable[[], Coroutine[object, object, None]], ...] = ()
    """Coroutines that live as long as the meeting (the embedded worker's owner)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How one meeting is to be run, after the spec met the configuration."""

    spec: MeetingSpec
    policy: Policy
    policy_reason: str
    playbook: Playbook
    consent: Consent | None = None
    """What was acknowledged before the start."""
    faces: FacePolicy = "off"
    face_consent: FaceConsent | None = None
    tape_s: float = 60.0
    live: bool = True
    """False for a recording played faster than real time: deadlines then follow the slowest branch."""
    life: MeetingSettings = field(default_factory=MeetingSettings)
    made_by_source: bool = False
    """It was made for one source; if that never comes to anything, nor does the meeting."""
    continued: Continued | None = None
    """Another process ran it until now; None for a new meeting."""

    def started(self, providers: Mapping[str, str], dials: Dials) -> MeetingStarted:
        """What is told first; `providers` says who serves each branch, `dials` how much is said and when."""
        return MeetingStarted(
            title=self.spec.title,
            channels=tuple(Channel),
            playbook=self.playbook.name,
            transcriber=providers[Branch.TRANSCRIBE],
            emotion=providers[Branch.EMOTION],
            suggester=providers[Branch.SUGGEST],
            emotion_policy=self.policy,
            verbosity=dials.verbosity,
            mode=dials.mode,
        )


class Meeting:
    """A live meeting. `run` it in a task; everything else is called from the same event loop."""

    def __init__(self, meeting_id: str, plan: Plan, parts: Parts, publish: Publish) -> None:
        self._id = meeting_id
        self._plan = plan
        self._parts = parts
        self._publish = publish
        self._goes_on = Continuation(plan.continued, publish, time.time) if plan.continued else None
        begins = self._goes_on.begin if self._goes_on else _from_nothing
        self._pipeline = MeetingPipeline(
            parts.stages, publish, tape_s=plan.tape_s, live=plan.live, begins=begins
        )
        self._controls = MeetingControls(
            self._pipeline, parts.stages, publish, consent=plan.consent, face_consent=plan.face_consent
        )
        self._clock = asyncio.get_running_loop().time
        self._endings = Endings(plan.life, self._clock(), made_by_source=plan.made_by_source)
        self._end_watch = EndWatch(self._endings, publish)
        self._tasks: asyncio.TaskGroup | None = None
        self._started_at = plan.continued.state.started_at if plan.continued else now()
        self._running = asyncio.Event()
        self._ending = asyncio.Event()
        self._ended = asyncio.Event()
        self._reason = "stopped"
        self._ticks = 0
        self._sources = MeetingSources(
            meeting_id,
            self._pipeline,
            self._controls,
            self._endings,
            ending=self._ending.is_set,
            fed=lambda: self._length > 0,
        )
        self._log = log.bind(meeting=meeting_id)

    # --- what the outside sees ----------------------------------------------------------------

    @property
    def id(self) -> str:
        """The meeting's id."""
        return self._id

    @property
    def reason(self) -> str:
        """Why it ended, or would end now."""
        return self._reason

    @property
    def recorded(self) -> bool:
        """A recording is read into it: nobody else can go on with that."""
        return not self._plan.live

    @property
    def brief(self) -> str:
        """What the user said of the call."""
        return self._parts.stages.coach.brief

    def status(self) -> MeetingStatus:
        """See `MeetingHandle.status`."""
        state = "ended" if self._ended.is_set() else "paused" if self._controls.paused else "live"
        return MeetingStatus(
            id=self._id,
            title=self._plan.spec.title,
            state=state,
            started_at=self._started_at,
            seconds=self._length,
            channels=tuple(self._pipeline.channels),
            sources=self._sources.live,
            playbook=self._controls.playbook,
            emotion_policy=self._controls.policy,
            providers=self._pipeline.providers,
        )

    async def run(self) -> None:
        """Live until `end` is called. Raises an ExceptionGroup when a stage broke; the meeting is over then."""
        structlog.contextvars.bind_contextvars(meeting=self._id)  # inherited by every task below
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                jobs = (*self._parts.background, self._parts.stages.coach.run)
                services = [tasks.create_task(_kept_up(job)) for job in jobs]
                services.append(tasks.create_task(self._tick()))
                self._announce() if self._goes_on is None else self._go_on(self._goes_on)
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
            if self._goes_on is not None:
                self._goes_on.close(
                    {name: channel.input.position for name, channel in self._pipeline.channels.items()}
                )
            self._pipeline.close()
            if self._reason not in (MOVED, HANDED_OVER):
                self._publish(MeetingEnded(self._reason, round(self._length, 3)), None)
            self._ended.set()
            self._log.info("meeting ended", reason=self._reason, seconds=round(self._length, 1))

    @property
    def _length(self) -> float:
        """Media seconds of the longest channel."""
        return max(self._pipeline.length, self._goes_on.length if self._goes_on else 0.0)

    def now(self, channel: Channel) -> float:
        """Media seconds received on `channel` so far; 0 for a channel that was never fed."""
        return self._pipeline.now(channel)

    async def started(self) -> None:
        """Wait until sources can be attached."""
        await self._running.wait()

    async def end(self, reason: str = "stopped") -> None:
        """See `MeetingHandle.end`."""
        self._end_soon(reason)
        await self._ended.wait()

    # --- sources ------------------------------------------------------------------------------

    async def attach(self, source: AudioSource, origin: SourceOrigin = PLAYED) -> None:
        """See `MeetingHandle.attach`."""
        await self._sources.attach(source, self._open_tasks(), origin)

    async def detach(self, source: AudioSource) -> None:
        """See `MeetingHandle.detach`."""
        await self._sources.detach(source)

    async def played(self, source: AudioSource) -> None:
        """Wait until `source` has ended by itself (or was detached)."""
        await self._sources.played(source)

    async def room(self) -> None:
        """Wait until no reader is further behind than a tape can bear (for sources faster than real time)."""
        await room(self._pipeline, self._plan.tape_s, lambda: self._controls.paused)

    async def heard_out(self) -> None:
        """Wait until all of a recording was answered for, however long that takes, or the meeting ends."""
        tasks = self._open_tasks()
        both = {tasks.create_task(self._pipeline.heard_out()), tasks.create_task(self._ending.wait())}
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()

    @property
    def told_s(self) -> float:
        """Of a recording: seconds of it whose words are out."""
        return self._pipeline.told_s

    def replace_faces(self, maker: Callable[[], FaceAnalyzer]) -> None:
        """See `MeetingPipeline.replace_faces`; before anything is attached."""
        self._pipeline.replace_faces(maker)

    def show(self, name: Channel, picture: bytes, age_s: float = 0.0) -> bool:
        """A picture of a channel's speakers, taken `age_s` seconds ago. Whether it will be measured.

        Raises `InputError` when it is no picture, too large, or faces of that channel are not measured.
        """
        self._open_tasks()
        return self._pipeline.show(name, picture, age_s)

    # --- commands -----------------------------------------------------------------------------

    def renew(self) -> None:
        """Settings have changed: what has given up is made anew and tried again."""
        for channel in self._pipeline:
            channel.renew()

    def pause(self) -> None:
        """See `MeetingHandle.pause`."""
        self._open_tasks()
        self._controls.pause()

    def resume(self) -> None:
        """See `MeetingHandle.resume`."""
        self._open_tasks()
        self._controls.resume()

    def act(self, action: str, text: str = "") -> str:
        """See `MeetingHandle.act`."""
        self._open_tasks()
        return self._controls.act(action, text)

    def feedback(self, suggestion: str, feedback: str) -> None:
        """See `MeetingHandle.feedback`."""
        self._open_tasks()
        self._controls.feedback(suggestion, feedback)

    def note(self, text: str, by: str = "") -> str:
        self._open_tasks()
        note = f"n-{secrets.token_hex(6)}"
        self._publish(NoteAdded(note, text, round(self._length, 3), by), None)
        return note

    def push(self, text: str, by: str) -> str:
        self._open_tasks()
        return self._parts.stages.coach.push(text, by)

    def control(self, setting: str, value: Any) -> None:
        """See `MeetingHandle.control`."""
        self._open_tasks()
        if setting == "keep_open":
            self._endings.keep_open(self._clock())
        else:
            self._controls.control(setting, value)

    def _open_tasks(self) -> asyncio.TaskGroup:
        if self._ending.is_set() and self._reason in (MOVED, HANDED_OVER):
            raise InputError("this meeting is moving to another node; ask again", field="meeting", status=503)
        if self._tasks is None or self._ending.is_set():
            raise InputError("this meeting has ended; start a new one", field="meeting", status=409)
        return self._tasks

    # --- its life -----------------------------------------------------------------------------

    def positions(self) -> Mapping[str, Position]:
        """How far each channel has come."""
        return self._pipeline.positions

    @property
    def fed(self) -> bool:
        """Is there a client that sends its sound as it is spoken?"""
        return self._pipeline.fed

    def ask_to_move(self, to: str, within_s: float) -> None:
        """Tell who feeds the meeting to send its sound to another process, too."""
        self._publish(MeetingMove(to, within_s), None)

    async def abandon(self) -> None:
        """Another process runs the meeting: let go of everything here, and tell nobody."""
        self._plan = replace(self._plan, life=msgspec.structs.replace(self._plan.life, wind_down_s=0.0))
        await self.end(MOVED)

    async def hand_over(self, heard_since: float | None = None) -> None:
        """Settle what was heard, and let go of the meeting without ending it: another process goes on.

        `heard_since` is the wall time from which on that one hears the client, too: then it is let go between
        two sentences, or where the transcriber has settled one that goes on, and what follows is left to the
        other.
        """
        if heard_since is not None and await self._settled_since(heard_since):
            self._plan = replace(self._plan, life=msgspec.structs.replace(self._plan.life, wind_down_s=0.0))
            self._pipeline.leave_rest()
        await self.end(HANDED_OVER)

    async def _settled_since(self, wall: float) -> bool:
        """Wait until all that was said before is told; False when the talk goes on for too long."""
        began = self._clock()
        while not self._ending.is_set() and (waited := self._clock() - began) < PHRASE_S:
            if self._pipeline.settled_since(wall, half=waited >= SENTENCE_S):
                return True
            await asyncio.sleep(TICK_S / 2)
        if not self._ending.is_set():
            self._log.warning("a meeting that moves is cut in the middle of what is said")
        return False

    def _go_on(self, before: Continuation) -> None:
        """Take up what another process ran: pause and policy hold before anything is listened to."""
        state, stages = before.state, self._parts.stages
        self._controls.go_on(self._plan.policy, self._plan.faces, paused=state.paused)
        stages.accounting.restore(state.spent)
        stages.coach.recall(state.said.values())
        for speaker, name in state.names.items():
            stages.coach.rename(speaker, name)
        before.announce()

    def _announce(self) -> None:
        plan = self._plan
        self._publish(plan.started(self._pipeline.providers, self._parts.stages.coach.dials), None)
        self._controls.begin(plan.policy, plan.policy_reason, plan.faces)

    async def _tick(self) -> None:
        """What happens with time: the join moves on ten times a second, and an end may be due."""
        await shared_timer(TICK_S).run(self._beat)

    def _beat(self, now: float) -> None:
        self._pipeline.advance()
        self._ticks += 1
        if self._ticks % TICKS_PER_BILL == 0:
            self._controls.keep_to_budget()
        if not self._ending.is_set() and (reason := self._end_watch.due(now)):
            self._end_soon(reason)

    def _end_soon(self, reason: str) -> None:
        if not self._ending.is_set():
            self._reason = reason
            self._ending.set()

    async def _wind_down(self) -> None:
        """Stop the sources, let every branch answer for what it has, then settle the join."""
        await self._sources.stop()
        budget, owed = self._plan.life.wind_down_s, self._pipeline.owed_s
        if owed > WORTH_TELLING_S:
            self._publish(MeetingWindingDown(self._reason, round(owed, 1), budget), None)
        self._parts.stages.accounting.resume()  # an end ends a pause: what was said before it is still owed
        await self._pipeline.finish(budget)
        self._parts.stages.accounting.close()


def _from_nothing(_: Channel) -> Beginning:
    """Where a new meeting's channels begin."""
    return Beginning()


async def _kept_up(job: Callable[[], Coroutine[object, object, None]]) -> None:
    """Run a service of the meeting; a defect in it ends it for a while and nothing else."""
    while (failure := await behind_wall(job())) is not None:
        log.error("a service of the meeting failed", exc_info=failure)
        await asyncio.sleep(RESTART_S)
