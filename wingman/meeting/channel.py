"""One channel of a live meeting: what its source writes into, and the branches that read it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import structlog

from wingman.audio.tape import Cursor
from wingman.core.emotion import EmotionEvent, EmotionSpan
from wingman.core.emotion_policy import Policy, measured_channels
from wingman.core.errors import Branch, Health, Missed, Progress, ProviderState
from wingman.core.events import Publish
from wingman.core.losses import Loss
from wingman.core.media import GapCause
from wingman.core.speech import Final, TimedEvent, TranscriberEvent
from wingman.core.time import SAMPLE_RATE, SampleTime, Span, samples_of_ms, seconds
from wingman.correlate.correlator import Correlator
from wingman.egress.outlet import outlet
from wingman.emotion.base import FaceAnalyzer, TextAnalyzer, VoiceAnalyzer
from wingman.events.claims import Position
from wingman.link.branch_runner import BranchRunner
from wingman.link.supervisor import Identity
from wingman.meeting.accounting import Accounting
from wingman.meeting.beside import BesideVoice
from wingman.meeting.channel_input import ChannelInput
from wingman.meeting.channel_readers import ChannelReaders, SlowReader, Store, store_sound
from wingman.stt.base import Transcriber

log = structlog.get_logger(__name__)

ROUNDING = samples_of_ms(40)
"""A transcriber may answer for this much less than the last sample."""
LATE_BRANCH_S = 2.0
"""What the other branches get when the transcriber has used the whole budget."""
FAST_LAG_S = 20.0
"""How far a reader may be behind a source that is faster than real time, where the tape holds twice as much."""


@dataclass(frozen=True, slots=True)
class Providers:
    """Makers of one channel's branches; None where a branch is switched off."""

    transcriber: Callable[[], Transcriber | None]
    meter: Callable[[], VoiceAnalyzer | None]
    text_meter: Callable[[], TextAnalyzer | None]
    language: Callable[[], TextAnalyzer | None] = lambda: None
    """For the words beside a voice."""
    faces: Callable[[], FaceAnalyzer] | None = None
    """None where no face can be measured."""
    sound: Store | None = None
    """None where nobody asked for the sound to be stored."""


@dataclass(frozen=True, slots=True)
class ChannelCallbacks:
    """Where a channel's events go."""

    speech: Callable[[TimedEvent], None]
    emotion: Callable[[EmotionEvent], None]
    publish: Publish


@dataclass(frozen=True, slots=True)
class _Running:
    """A branch behind its wall."""

    runner: BranchRunner
    task: asyncio.Task[None]


LAST_TRY_S = 5.0
"""What an analyser that does not get on is given at the end: one more connection, and no more."""


class ChannelPipeline:
    """Starts, stops and settles a channel's branches. Its tasks belong to the meeting's group."""

    def __init__(
        self,
        channel_input: ChannelInput,
        providers: Providers,
        callbacks: ChannelCallbacks,
        tasks: asyncio.TaskGroup,
        accounting: Accounting,
    ) -> None:
        self.input = channel_input
        self._providers = providers
        self._callbacks = callbacks
        self._tasks = tasks
        self.beside = BesideVoice(channel_input.channel, callbacks.emotion, tasks, accounting)
        self._readers = ChannelReaders(channel_input.tape)
        self._slow = SlowReader()
        self._answered: dict[Branch, SampleTime] = {}
        self._accounting = accounting
        self._transcriber: Transcriber | None = None
        self._transcribing: _Running | None = None
        self._meter: VoiceAnalyzer | None = None
        self._text_meter: TextAnalyzer | None = None
        self._measuring: _Running | None = None
        self._listening: Cursor | None = None
        self._storing: asyncio.Task[None] | None = None
        self._draining = False
        self._left = False
        self._health: Health | None = None

    # --- starting and stopping ----------------------------------------------------------------

    def start_transcriber(self) -> None:
        """Have the channel transcribed, where there is somebody."""
        transcriber = self._transcriber = self._providers.transcriber()
        if transcriber is not None:
            self._answered[Branch.TRANSCRIBE] = self.input.position
            name = transcriber.info.name
            self._transcribing = self._start(Branch.TRANSCRIBE, name, self._transcribe, self._on_speech)

    def start_storing(self) -> None:
        """Store the channel's sound, where that was asked for; a pause is a hole on the tape."""
        if self._providers.sound is not None:
            storing = store_sound(self._providers.sound, self.input, self._readers, self._callbacks.publish)
            self._storing = self._tasks.create_task(storing)

    def measure(self, policy: Policy, correlator: Correlator) -> None:
        """Stop the meter and start the one `policy` allows, from this very sample on."""
        if self._measuring is not None:
            self._measuring.task.cancel()
            self._measuring = None
        self._answered.pop(Branch.EMOTION, None)
        channel = self.input.channel
        self._meter = meter = self._providers.meter() if channel in measured_channels(policy) else None
        self._text_meter = text = self._providers.text_meter() if policy == "text-only" else None
        info = meter.info if meter else text.info if text else None
        correlator.expect_emotion(channel, info)
        self.beside.use_text(None if text is not None else self._providers.language(), correlator)
        if meter is not None:
            self._answered[Branch.EMOTION] = self.input.position
            starts = iter((self.input.position,))  # the first attempt begins with this very sample
            measuring = partial(self._measure, starts)
            self._measuring = self._start(Branch.EMOTION, meter.info.name, measuring, self._on_emotion)
        elif text is not None:
            scoring = partial(text.run, channel, self._on_emotion)
            self._measuring = self._start(Branch.EMOTION, text.info.name, scoring, self._on_emotion)

    def look(self, faces: bool, correlator: Correlator) -> None:
        """Measure faces from here on, or no more."""
        maker = self._providers.faces if faces else None
        self.beside.use_faces(maker() if maker else None, correlator)

    def hold(self, held: bool) -> None:
        """While held (the meeting is paused) nothing leaves."""
        if self._text_meter is not None:
            self._text_meter.hold(held)
        self.beside.hold(held)
        if held:
            self.input.pause()
        else:
            self.input.resume()

    def retry(self, branch: Branch) -> bool:
        """Try a branch that has given up again now. False when it has not, or there is none."""
        if branch in (Branch.LANGUAGE, Branch.FACE):
            return self.beside.retry(branch)
        running = self._transcribing if branch is Branch.TRANSCRIBE else self._measuring
        return running is not None and running.runner.retry()

    async def heard_out(self) -> None:
        """No more sound comes: wait for the transcriber for as long as it takes, or until it gives up."""
        self.input.tape.close()
        if self._transcribing is not None:
            self._transcribing.runner.last_call()
            await asyncio.wait([self._transcribing.task])

    def renew(self) -> None:
        """Settings have changed: branches that gave up are made anew, and tried again now."""
        if self._transcribing is not None and self._transcribing.runner.waiting:
            self._transcriber = self._providers.transcriber() or self._transcriber
            self._transcribing.runner.retry()
        if self._measuring is not None and self._measuring.runner.waiting:
            if self._meter is not None:
                self._meter = self._providers.meter() or self._meter
            self._measuring.runner.retry()

    async def finish(self, deadline: float, *, told: bool = True) -> None:
        """No more audio comes: every branch answers for what it has, until `deadline` on the loop's clock.

        Words first: a text meter needs them. What nobody has answered for then is told as a gap, if `told`.
        """
        self.input.tape.close()
        for running in (self._transcribing, self._measuring):
            if running is not None:
                running.runner.last_call()
        if self._transcribing is not None:
            await _settle(self._transcribing.task, deadline)
        if told:
            self.tell_rest()
        if self._text_meter is not None:
            self._text_meter.close()
        self.beside.close()
        deadline = max(deadline, asyncio.get_running_loop().time() + LATE_BRANCH_S)
        if self._measuring is not None:
            loop, task = asyncio.get_running_loop(), self._measuring.task
            while not task.done() and loop.time() < deadline and not self._slow.stuck(loop.time() - LAST_TRY_S):
                await asyncio.wait([task], timeout=1.0)
            await _settle(task, loop.time())
        for task in self.beside.tasks:
            await _settle(task, deadline)
        if self._storing is not None:
            await _settle(self._storing, deadline)

    def tell_rest(self) -> None:
        """Tell what is in no final's window, no gap and no known silence. Nothing does that twice."""
        if self._transcriber is None:
            return
        uncovered = self.input.coverage.uncovered(self.input.position)
        cause = GapCause.OUTAGE
        if uncovered and self._health is Health.ENDED:
            cause = GapCause.UNACCOUNTED
            lost = sum(span.length for span in uncovered)
            log.error("audio nobody accounted for", channel=self.input.channel, seconds=seconds(lost))
        for span in uncovered:
            self._on_speech(Missed(Branch.TRANSCRIBE, self.input.channel, span, cause))

    # --- what is asked of it ------------------------------------------------------------------

    @property
    def transcriber(self) -> str:
        """Who turns this channel into words; empty when nobody does."""
        return self._transcriber.info.name if self._transcriber else ""

    @property
    def emotion(self) -> str:
        """Who measures how things are said here now; empty when nobody does."""
        analyzer = self._meter or self._text_meter
        return analyzer.info.name if analyzer else ""

    @property
    def pays_for_emotion(self) -> bool:
        """A remote meter is listening."""
        return (self._meter is not None and self._meter.info.remote) or self.beside.pays

    @property
    def lag(self) -> int:
        """Samples by which the slowest reader is behind that still gets on."""
        stuck = self._listening if self._slow.stuck(asyncio.get_running_loop().time()) else None
        return self._readers.lag(but=stuck)

    @property
    def answered(self) -> SampleTime:
        """Media time up to which every branch has certainly answered."""
        stuck = self._slow.stuck(asyncio.get_running_loop().time())
        counted = (at for branch, at in self._answered.items() if not (stuck and branch is Branch.EMOTION))
        return min(counted, default=self.input.position)

    @property
    def owed(self) -> int:
        """Samples the transcriber has not answered for."""
        return self.input.position - self._answered.get(Branch.TRANSCRIBE, self.input.position)

    def place(self, wall: float, open_since: SampleTime | None) -> Position:
        """How far it has come at this wall time; words that are not told yet begin at `open_since`."""
        reached = self.input.position
        waits = [span.start for span in self.input.coverage.uncovered(reached)] if self._transcriber else []
        settled = min([reached, *waits[:1], *([] if open_since is None else [open_since])])
        return Position(reached, settled, wall - self.input.age_s)

    def flush(self) -> None:
        """Ask for the words heard so far."""
        if self._transcriber is not None:
            self._transcriber.flush()

    def leave_rest(self) -> None:
        """What is not settled is heard by somebody else: it is not asked for."""
        self._left = True

    def source_over(self) -> None:
        """The source has ended or gone: nothing will follow the last sentence, so it is asked for now."""
        if self._left:
            return
        self._draining = True
        self.flush()

    def drained(self) -> bool:
        """True once when all that a source that is over had said is settled."""
        if self._draining and self.owed <= ROUNDING:
            self._draining = False
            return True
        return False

    def settled(self, final: Final, accounting: Accounting) -> None:
        """Let a text meter score settled words; a remote one gets none while the meeting is paused."""
        self.beside.hear(final)
        meter = self._text_meter
        if meter is None:
            return
        text = " ".join(word.text for word in final.words)
        if not meter.info.remote or accounting.words(meter.info.name, text):
            meter.hear(final)

    # --- inside -------------------------------------------------------------------------------

    def _start(
        self,
        branch: Branch,
        provider: str,
        attempt: Callable[[], Coroutine[object, object, None]],
        emit: Callable[[ProviderState], None],
    ) -> _Running:
        runner = BranchRunner(Identity(branch, provider, self.input.channel), attempt, emit)
        return _Running(runner, self._tasks.create_task(self._bound(runner, branch, provider)))

    async def _bound(self, runner: BranchRunner, branch: Branch, provider: str) -> None:
        structlog.contextvars.bind_contextvars(channel=str(self.input.channel))
        with outlet(self._accounting.outlet(branch, provider, self.input.channel)):
            await runner.run()

    async def _transcribe(self) -> None:
        transcriber = self._transcriber
        if transcriber is None:
            return
        with self._readers.reading(self._answered[Branch.TRANSCRIBE]) as cursor:
            await transcriber.run(self.input.channel, cursor, self._on_speech)

    async def _measure(self, starts: Iterator[SampleTime]) -> None:
        """A meter that is tried again hears what is said now; what passed meanwhile is a gap."""
        meter = self._meter
        if meter is None:
            return
        start = next(starts, None)
        if start is None:
            start, last = self.input.position, self._answered[Branch.EMOTION]
            if start > last:
                missed = Missed(Branch.EMOTION, self.input.channel, Span(last, start), GapCause.OUTAGE)
                self._callbacks.emotion(missed)
            self._answered[Branch.EMOTION] = start
        with self._readers.reading(start) as cursor:
            self._listening = cursor
            self._slow.got_on(asyncio.get_running_loop().time())
            try:
                await meter.run(self.input.channel, cursor, self._on_emotion)
            finally:
                self._listening = None

    def _on_speech(self, event: TranscriberEvent) -> None:
        match event:
            case Final():
                self.input.coverage.heard(event.span)
                self._worked(self._transcribing)
            case Missed():
                for span in self.input.coverage.missed(event.span):
                    self._callbacks.speech(replace(event, span=span))
                return
            case Loss():
                self.input.lost(event)
                return
            case Progress():
                self._progress(event)
                if self._transcriber is not None and not self._transcriber.info.windows:
                    self.input.coverage.answered(event.upto)
            case ProviderState():
                self._health = event.health
                self._observe(self._transcribing, event)
        self._callbacks.speech(event)

    def _on_emotion(self, event: EmotionEvent) -> None:
        match event:
            case EmotionSpan():
                self._worked(self._measuring)
                self._slow.got_on(asyncio.get_running_loop().time())
            case Progress():
                self._progress(event)
                self._slow.got_on(asyncio.get_running_loop().time())
            case ProviderState():
                self._observe(self._measuring, event)
        self._callbacks.emotion(event)

    def _progress(self, progress: Progress) -> None:
        if progress.branch in self._answered:
            self._answered[progress.branch] = progress.upto

    def _observe(self, running: _Running | None, state: ProviderState) -> None:
        if running is not None:
            running.runner.observe(state)

    def _worked(self, running: _Running | None) -> None:
        if running is not None:
            running.runner.worked()


async def room(
    channels: Iterable[ChannelPipeline], tape_s: float, held: Callable[[], bool] = lambda: False
) -> None:
    """Wait as long as `held()`, or a reader is further behind than a tape can bear."""
    limit = min(FAST_LAG_S, tape_s / 2) * SAMPLE_RATE
    # readers move on several tasks; there is no one event to wait for
    while held() or any(channel.lag > limit for channel in channels):  # noqa: ASYNC110
        await asyncio.sleep(0.02)


async def _settle(task: asyncio.Task[None], deadline: float) -> None:
    """Wait until `deadline` for a task that is about to end; cancel it when it does not."""
    await asyncio.wait([task], timeout=max(0.0, deadline - asyncio.get_running_loop().time()))
    if not task.done():
        task.cancel()
        await asyncio.wait([task])
