"""The wires of a meeting: from its channels' branches to the join, the coach and the log.

channel (tape) ─┬→ transcriber ─┐
                └→ meter ───────┴→ correlator → coach → publish (log, then push)
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from wingman.audio.tape import Tape
from wingman.core.emotion import EmotionEvent
from wingman.core.emotion_policy import Policy
from wingman.core.errors import Branch, InputError, Missed, Progress, ProviderState
from wingman.core.events import Media, ProviderStateChanged, Publish, TranscriptGap
from wingman.core.face_policy import FacePolicy, seen_channel
from wingman.core.speech import Final, SpeechEnded, TimedEvent
from wingman.core.time import SAMPLE_RATE, Channel, SampleTime, samples, seconds
from wingman.correlate.correlator import Correlator, Output
from wingman.emotion.base import FaceAnalyzer
from wingman.emotion.faces.pictures import Picture, check_picture
from wingman.events.claims import Position
from wingman.meeting.accounting import Accounting
from wingman.meeting.channel import BranchBuilders, ChannelCallbacks, ChannelPipeline
from wingman.meeting.channel_input import ChannelInput
from wingman.meeting.continuation import Beginning
from wingman.meeting.dispatch import dispatch, dispatch_speech_activity
from wingman.meeting.providers import NOBODY, ProviderChoices
from wingman.meeting.recording_order import RecordingOrder
from wingman.suggest.coach import Coach

STEP = SAMPLE_RATE
"""A recording's time moves on by so much, or more, between two looks at what has waited long enough."""


@dataclass(frozen=True, slots=True)
class Stages:
    """What the composition root picked for one meeting."""

    providers: BranchBuilders
    correlator: Correlator
    coach: Coach
    accounting: Accounting
    choices: ProviderChoices = NOBODY
    """Who serves each branch as the meeting starts."""
    reached: Callable[[Mapping[Channel, float]], None] = lambda _: None
    """Told with each second of sound how far each channel has come, in media seconds."""


class MeetingPipeline:
    """All channels of one meeting. Calls come from the event loop's thread."""

    def __init__(
        self,
        stages: Stages,
        publish: Publish,
        *,
        tape_s: float,
        live: bool,
        begins: Callable[[Channel], Beginning] = lambda _: Beginning(),
    ) -> None:
        """`begins` says where a channel's time begins that is fed for the first time here."""
        self._stages = stages
        self._publish = publish
        self._tape_s = tape_s
        self._live = live
        self._begins = begins
        self._rest_is_told = True
        self._channels: dict[Channel, ChannelPipeline] = {}
        self._order = None if live else RecordingOrder()
        self._more = asyncio.Event()
        self._telling: asyncio.Task[None] | None = None
        self._faces: FacePolicy = "off"

    def __iter__(self) -> Iterator[ChannelPipeline]:
        return iter(self._channels.values())

    @property
    def channels(self) -> Mapping[Channel, ChannelPipeline]:
        """The channels that were fed so far."""
        return self._channels

    @property
    def reached(self) -> dict[Channel, float]:
        """Media seconds received on each channel."""
        return {name: seconds(channel.input.position) for name, channel in self._channels.items()}

    @property
    def length(self) -> float:
        """Media seconds of the longest channel."""
        return max(self.reached.values(), default=0.0)

    def now(self, channel: Channel) -> float:
        """Media seconds received on `channel` so far; 0 for a channel that was never fed."""
        return self.reached.get(channel, 0.0)

    @property
    def fed(self) -> bool:
        """Is there a client that sends its sound as it is spoken?"""
        sources = [channel.input.source for channel in self]
        return any(source is not None and not source.recorded for source in sources)

    @property
    def told_s(self) -> float:
        """Of a recording: seconds up to which all that was said has been handed on, or nobody transcribes."""
        asked = self._order is not None and self._telling is not None
        return seconds(self._order.told) if asked and self._order else self.length

    @property
    def owed_s(self) -> float:
        """Seconds of audio that a transcriber has not answered for."""
        return max((seconds(channel.words.owed) for channel in self), default=0.0)

    @property
    def positions(self) -> dict[str, Position]:
        """How far each channel has come, for whoever may have to go on with it."""
        wall, open_since = time.time(), self._stages.correlator.open_since
        return {str(name): channel.place(wall, open_since(name)) for name, channel in self._channels.items()}

    def settled_since(self, wall: float, *, half: bool = False) -> bool:
        """Is all that was said until then told, on every channel that is fed? `half`: or written down, in a
        sentence that goes on?
        """
        now, open_since = time.time(), self._stages.correlator.open_since
        places = (
            channel.place(now, None if half else open_since(name))
            for name, channel in self._channels.items()
            if channel.input.source is not None
        )
        return all(place.settled >= place.reached - max(0.0, place.at - wall) * SAMPLE_RATE for place in places)

    def leave_rest(self) -> None:
        """What is not settled at the end is heard by somebody else: it is neither waited for nor told."""
        self._rest_is_told = False
        for channel in self:
            channel.words.leave_rest()

    @property
    def providers(self) -> dict[str, str]:
        """Branch → who serves it now: the channels that run are asked; before the first, what was chosen."""
        choices = self._stages.choices
        emotion = next((c.emotion for c in self if c.emotion), "off")
        transcriber = next((c.words.provider for c in self if c.words.provider), choices.transcriber.provider)
        return {
            Branch.TRANSCRIBE: transcriber,
            Branch.EMOTION: emotion if self._channels else choices.emotion.provider,
            Branch.SUGGEST: choices.suggester.provider,
        }

    def channel(self, channel: Channel, policy: Policy, tasks: asyncio.TaskGroup) -> ChannelPipeline:
        """A channel with its branches running; made when it is first asked for."""
        if channel not in self._channels:
            clock = asyncio.get_running_loop().time if self._live else None
            begins = self._begins(channel)
            channel_input = ChannelInput(
                channel,
                Tape(self._tape_s, begins.position),
                self._publish,
                clock=clock,
                on_second=self._note_reached,
                ago_s=begins.ago_s,
                elsewhere=lambda: max([other.input.by_now for other in self], default=0),
            )
            speech = self._on_speech if self._order is None else partial(self._put, self._order, channel)
            callbacks = ChannelCallbacks(speech, self._on_any, self._publish)
            pipeline = ChannelPipeline(
                channel_input, self._stages.providers, callbacks, tasks, self._stages.accounting
            )
            self._channels[channel] = pipeline  # before its branches: they report at once
            pipeline.words.start()
            if self._order is not None and pipeline.words.provider:
                self._order.expect(channel)
                self._telling = self._telling or tasks.create_task(self._tell(self._order))
            pipeline.start_storing()
            pipeline.measure(policy, self._stages.correlator)
            if channel is seen_channel(self._faces):
                pipeline.look(faces=True, correlator=self._stages.correlator)
        return self._channels[channel]

    def advance(self) -> None:
        """Tell the pure rooms what time it is on each channel."""
        order, correlator, coach = self._order, self._stages.correlator, self._stages.coach
        for name, channel in self._channels.items():
            now = channel.input.position
            if order is not None:
                now = min(channel.answered, order.told) if channel.words.provider else channel.answered
            if self._faces != "off":
                channel.beside.advance(now)
            if outputs := correlator.advance(name, now):
                self._deliver(outputs)
            coach.advance(name, now)

    def flush(self) -> None:
        """Tell what is settled and ask for what is not: what was just said must be in the answer."""
        for name, channel in self._channels.items():
            channel.words.flush()
            self._deliver(self._stages.correlator.flush(name))

    def measure(self, policy: Policy) -> None:
        """Stop and start meters so that `policy` holds from this very sample on."""
        for channel in self:
            channel.measure(policy, self._stages.correlator)

    def replace_faces(self, maker: Callable[[], FaceAnalyzer]) -> None:
        """Measure faces with this in place of what is configured: what a film showed."""
        self._stages = replace(self._stages, providers=replace(self._stages.providers, faces=maker))

    def look(self, faces: FacePolicy) -> None:
        """Measure faces where `faces` says, and nowhere else, from here on.

        Raises `InputError`, and changes nothing, when nobody can measure any.
        """
        if faces != "off" and self._stages.providers.faces is None:
            raise InputError(
                "nobody can measure faces here; set emotion.hume_v0.url", field="faces", status=409
            )
        self._faces = faces
        for name, channel in self._channels.items():
            channel.look(name is seen_channel(faces), self._stages.correlator)

    async def heard_out(self) -> None:
        """No more sound comes: wait until every transcriber has answered for all of it, or has given up.

        For recordings, whose last words may take as long as they take.
        """
        async with asyncio.TaskGroup() as waiting:
            for channel in self:
                waiting.create_task(channel.heard_out())
        if self._order is not None and self._telling is not None:
            self._order.release()
            self._more.set()
            await asyncio.wait([self._telling])

    async def finish(self, budget_s: float) -> None:
        """Let every branch answer for what it has, for so many seconds; then settle the join."""
        deadline = asyncio.get_running_loop().time() + budget_s
        async with asyncio.TaskGroup() as settling:
            for channel in self:
                settling.create_task(channel.finish(deadline, told=self._rest_is_told))
        self._tell_rest()
        self._deliver(self._stages.correlator.finish())

    def close(self) -> None:
        """Whatever happened: tell what nobody accounted for, and free the tapes."""
        for channel in self:
            channel.input.tape.close()
            if self._rest_is_told:
                channel.words.tell_rest()
            channel.input.tape.free()
        self._tell_rest()

    # --- a recording's order ------------------------------------------------------------------

    def _put(self, order: RecordingOrder, channel: Channel, event: TimedEvent) -> None:
        order.put(channel, event)
        self._more.set()

    async def _tell(self, order: RecordingOrder) -> None:
        """Hand on what was said in the order in which it was said, no faster than the coach can think."""
        told: SampleTime = 0
        while not order.over:
            self._more.clear()
            while (due := order.take()) is not None:
                at, event = due
                if at - told >= STEP:
                    told = at
                    self.advance()
                self._on_speech(event)
                if isinstance(event, SpeechEnded):
                    await self._stages.coach.settle()
            if not order.over:
                await self._more.wait()

    def _tell_rest(self) -> None:
        """The end has come: nobody waits any more."""
        if self._telling is not None:
            self._telling.cancel()
        if self._order is not None:
            self._order.release()
            while (due := self._order.take()) is not None:
                self._on_speech(due[1])

    def _note_reached(self) -> None:
        self._stages.reached(self.reached)

    def show(self, name: Channel, picture: bytes, age_s: float) -> bool:
        """See `Meeting.show`."""
        check_picture(picture)
        channel = self._channels.get(name)
        if channel is None:
            raise InputError(
                f"channel `{name}` of this meeting has no sound yet; start its capture first",
                field="channel",
                status=409,
            )
        at = max(0, channel.input.position - samples(max(0.0, age_s)))
        return channel.beside.show(Picture(at, picture))

    # --- the wires ----------------------------------------------------------------------------

    def _on_speech(self, event: TimedEvent) -> None:
        dispatch_speech_activity(event, self._stages.coach)
        if isinstance(event, Final):
            self._channels[event.channel].settled(event)
        self._on_any(event)
        if isinstance(event, Progress) and self._channels[event.channel].words.drained():
            self._deliver(self._stages.correlator.flush(event.channel))

    def _on_any(self, event: TimedEvent | EmotionEvent) -> None:
        match event:
            case ProviderState():
                changed = ProviderStateChanged(
                    event.branch, event.provider, event.health, event.channel, event.detail
                )
                self._publish(changed, None)
            case Missed():
                media = Media.of(event.channel, event.span)
                self._publish(TranscriptGap(event.channel, event.branch, event.cause), media)
            case _:
                pass
        self._deliver(self._stages.correlator.feed(event))

    def _deliver(self, outputs: list[Output]) -> None:
        dispatch(outputs, self._publish, self._stages.coach)
