"""One channel of a live meeting: what its source writes into, and the branches that read it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import structlog

from wingman.audio.source import AudioSource
from wingman.audio.tape import Cursor, Tape
from wingman.core.emotion import EmotionEvent
from wingman.core.emotion_policy import Policy, measured_channels
from wingman.core.errors import Branch, Progress
from wingman.core.events import CaptureLoss, CaptureState, Media, Publish, TranscriptGap
from wingman.core.losses import Loss
from wingman.core.media import GapCause, PcmBlock
from wingman.core.speech import Final, TranscriberEvent
from wingman.core.time import Channel, SampleTime, Span, seconds
from wingman.correlate.correlator import Correlator
from wingman.emotion.base import TextAnalyzer, VoiceAnalyzer
from wingman.meeting.accounting import Accounting
from wingman.stt.base import Transcriber

SETTLE_S = 45.0
"""How long a branch may take to answer for the audio it already has, a replay after an outage included."""


Store: TypeAlias = Callable[[Channel, Cursor], Coroutine[Any, Any, None]]
"""Reads a channel's tape for as long as it runs, and stores its sound."""


@dataclass(frozen=True, slots=True)
class Providers:
    """Makers of one channel's branches; None where a branch is switched off."""

    transcriber: Callable[[], Transcriber | None]
    meter: Callable[[], VoiceAnalyzer | None]
    text_meter: Callable[[], TextAnalyzer | None]
    sound: Store | None = None
    """None where nobody asked for the sound to be stored."""


class ChannelInput:
    """The sink a source writes into. While paused, audio is turned into a hole before anybody can read it."""

    def __init__(self, channel: Channel, tape: Tape, publish: Publish) -> None:
        self.channel = channel
        self.tape = tape
        self.source: AudioSource | None = None
        self.paused = False
        self.written = 0
        """Samples of audio on the tape so far; holes and pauses do not count."""
        self.started_at: float | None = None
        """Wall time of sample 0, for display; None until a source has anchored it."""
        self._publish = publish
        self._state = ""
        self._reported = ("connecting", "")

    @property
    def position(self) -> SampleTime:
        return self.tape.end

    def write(self, block: PcmBlock) -> None:
        if self.paused:
            self.tape.skip(block.length, GapCause.PAUSED)
        else:
            self.tape.write(block)
            self.written += block.length

    def skip(self, count: int, cause: GapCause) -> None:
        start = self.position
        self.tape.skip(count, GapCause.PAUSED if self.paused else cause)
        if cause is GapCause.RECORDING and not self.paused:
            media = Media.of(self.channel, Span(start, start + count))
            self._publish(TranscriptGap(self.channel, Branch.TRANSCRIBE, cause), media)

    def lost(self, loss: Loss) -> None:
        at = seconds(self.position)
        told = CaptureLoss(self.channel, loss.cause, loss.unit, round(loss.amount, 3), loss.detail)
        self._publish(told, Media(self.channel, at, at))

    def anchor(self, wall: float) -> None:
        self.started_at = wall - seconds(self.position)

    def state(self, state: str, detail: str = "") -> None:
        """What the source says of itself; while paused it is kept and told after the pause."""
        self._reported = (state, detail)
        if not self.paused:
            self._show(state, detail)

    def pause(self) -> None:
        self.paused = True
        self.tape.pause()
        self._show("paused")

    def resume(self) -> None:
        self.paused = False
        self.tape.resume()
        self._show(*self._reported)

    def _show(self, state: str, detail: str = "") -> None:
        if state == self._state:
            return
        self._state = state
        at = seconds(self.position)
        self._publish(CaptureState(self.channel, state, detail), Media(self.channel, at, at))


@dataclass(frozen=True, slots=True)
class ChannelCallbacks:
    """Where a line's events go."""

    speech: Callable[[TranscriberEvent], None]
    emotion: Callable[[EmotionEvent], None]


class ChannelPipeline:
    """Starts, stops and settles a channel's branches. Its tasks belong to the meeting's group."""

    def __init__(
        self,
        channel_input: ChannelInput,
        providers: Providers,
        callbacks: ChannelCallbacks,
        tasks: asyncio.TaskGroup,
    ) -> None:
        self.input = channel_input
        self._providers = providers
        self._callbacks = callbacks
        self._tasks = tasks
        self._cursors: list[Cursor] = []
        self._answered: dict[Branch, SampleTime] = {}
        self._accounted: dict[Branch, int] = {}
        self._transcriber: Transcriber | None = None
        self._transcribing: asyncio.Task[None] | None = None
        self._meter: VoiceAnalyzer | None = None
        self._text_meter: TextAnalyzer | None = None
        self._measuring: asyncio.Task[None] | None = None
        self._storing: asyncio.Task[None] | None = None

    def start_transcriber(self) -> None:
        transcriber = self._transcriber = self._providers.transcriber()
        if transcriber is not None:
            cursor = self.input.tape.cursor(0)
            run = partial(transcriber.run, self.input.channel, cursor, self._callbacks.speech)
            self._transcribing = self._read(run, cursor)
            self._answered[Branch.TRANSCRIBE] = 0

    def start_storing(self) -> None:
        """Store the channel's sound, where that was asked for; a pause is a hole on the tape."""
        if self._providers.sound is not None:
            cursor = self.input.tape.cursor(0)
            self._storing = self._read(partial(self._providers.sound, self.input.channel, cursor), cursor)

    def measure(self, policy: Policy, correlator: Correlator) -> None:
        """Stop the meter and start the one `policy` allows, from this very sample on."""
        if self._measuring is not None:
            self._measuring.cancel()
            self._measuring = None
        self._answered.pop(Branch.EMOTION, None)
        channel = self.input.channel
        self._meter = self._providers.meter() if channel in measured_channels(policy) else None
        self._text_meter = self._providers.text_meter() if policy == "text-only" else None
        meter = self._meter or self._text_meter
        correlator.expect_emotion(channel, meter.info if meter else None)
        if self._meter is not None:
            cursor = self.input.tape.cursor(self.input.position)
            run = partial(self._meter.run, channel, cursor, self._callbacks.emotion)
            self._measuring = self._read(run, cursor)
            self._answered[Branch.EMOTION] = self.input.position
            self._accounted[Branch.EMOTION] = self.input.written
        elif self._text_meter is not None:
            self._measuring = self._tasks.create_task(self._text_meter.run(channel, self._callbacks.emotion))

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
        return self._meter is not None and self._meter.info.remote

    @property
    def lag(self) -> int:
        """Samples by which the slowest reader is behind."""
        return max((cursor.lag for cursor in self._cursors), default=0)

    @property
    def answered(self) -> SampleTime:
        """Media time up to which every branch has certainly answered."""
        return min(self._answered.values(), default=self.input.position)

    def progress(self, progress: Progress) -> None:
        if progress.branch in self._answered:
            self._answered[progress.branch] = progress.upto

    def settled(self, final: Final, accounting: Accounting) -> None:
        """Let a text meter score settled words; a remote one gets none while the meeting is paused."""
        meter = self._text_meter
        if meter is None:
            return
        text = " ".join(word.text for word in final.words)
        if not meter.info.remote or accounting.words(self.input.channel, meter.info.name, text):
            meter.hear(final)

    def flush(self) -> None:
        if self._transcriber is not None:
            self._transcriber.flush()

    def account(self, accounting: Accounting) -> None:
        """Note the audio that remote branches were given since the last call."""
        if self._transcriber is not None and self._transcriber.info.remote:
            self._note(accounting, Branch.TRANSCRIBE, self._transcriber.info.name)
        if self._meter is not None and self._meter.info.remote:
            self._note(accounting, Branch.EMOTION, self._meter.info.name)

    def _note(self, accounting: Accounting, branch: Branch, provider: str) -> None:
        written = self.input.written
        accounting.audio(self.input.channel, branch, provider, written - self._accounted.get(branch, 0))
        self._accounted[branch] = written

    async def finish(self) -> None:
        """No more audio comes: every branch answers for what it has. Words first; a text meter needs them."""
        self.input.tape.close()
        await _settle(self._transcribing)
        if self._text_meter is not None:
            self._text_meter.close()
        await _settle(self._measuring)
        await _settle(self._storing)

    def _read(self, run: Callable[[], Coroutine[Any, Any, None]], cursor: Cursor) -> asyncio.Task[None]:
        self._cursors.append(cursor)
        return self._tasks.create_task(self._branch(run, cursor))

    async def _branch(self, run: Callable[[], Coroutine[Any, Any, None]], cursor: Cursor) -> None:
        """A provider's run; when it ends (well or not) its cursor stops holding anybody up."""
        structlog.contextvars.bind_contextvars(channel=str(self.input.channel))
        try:
            await run()
        finally:
            cursor.close()
            self._cursors.remove(cursor)


async def _settle(task: asyncio.Task[None] | None) -> None:
    """Wait for a task that is about to end; cancel it when it does not."""
    if task is None:
        return
    await asyncio.wait([task], timeout=SETTLE_S)
    if not task.done():
        task.cancel()
        await asyncio.wait([task])
