"""The wires of a meeting: from its channels' branches to the join, the coach and the log.

channel (tape) ─┬→ transcriber ─┐
                └→ meter ───────┴→ correlator → coach → publish (log, then push)
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from wingman.audio.tape import Tape
from wingman.core.emotion import EmotionEvent
from wingman.core.emotion_policy import Policy
from wingman.core.errors import Branch, Missed, Progress, ProviderState
from wingman.core.events import Media, ProviderStateChanged, Publish, TranscriptGap
from wingman.core.face_policy import FacePolicy, seen_channel
from wingman.core.speech import Final, TranscriberEvent
from wingman.core.time import Channel, seconds
from wingman.correlate.correlator import Correlator, Output
from wingman.emotion.base import FaceAnalyzer
from wingman.meeting.accounting import Accounting
from wingman.meeting.channel import ChannelCallbacks, ChannelInput, ChannelPipeline, Providers
from wingman.meeting.dispatch import dispatch, dispatch_speech_activity
from wingman.meeting.providers import NOBODY, Choices
from wingman.suggest.coach import Coach


@dataclass(frozen=True, slots=True)
class Stages:
    """What the composition root picked for one meeting."""

    providers: Providers
    correlator: Correlator
    coach: Coach
    accounting: Accounting
    choices: Choices = NOBODY
    """Who serves each branch as the meeting starts."""


class MeetingPipeline:
    """All channels of one meeting. Calls come from the event loop's thread."""

    def __init__(self, stages: Stages, publish: Publish, *, tape_s: float, live: bool) -> None:
        self._stages = stages
        self._publish = publish
        self._tape_s = tape_s
        self._live = live
        self._channels: dict[Channel, ChannelPipeline] = {}
        self._faces: FacePolicy = "off"

    def __iter__(self) -> Iterator[ChannelPipeline]:
        return iter(self._channels.values())

    @property
    def channels(self) -> Mapping[Channel, ChannelPipeline]:
        """The channels that were fed so far."""
        return self._channels

    @property
    def length(self) -> float:
        """Media seconds of the longest channel."""
        return max((seconds(channel.input.position) for channel in self), default=0.0)

    @property
    def owed_s(self) -> float:
        """Seconds of audio that a transcriber has not answered for."""
        return max((seconds(channel.owed) for channel in self), default=0.0)

    @property
    def providers(self) -> dict[str, str]:
        """Branch → who serves it now: the channels that run are asked; before the first, what was chosen."""
        choices = self._stages.choices
        emotion = next((c.emotion for c in self if c.emotion), "off")
        transcriber = next((c.transcriber for c in self if c.transcriber), choices.transcriber.provider)
        return {
            Branch.TRANSCRIBE: transcriber,
            Branch.EMOTION: emotion if self._channels else choices.emotion.provider,
            Branch.SUGGEST: choices.suggester.provider,
        }

    def channel(self, channel: Channel, policy: Policy, tasks: asyncio.TaskGroup) -> ChannelPipeline:
        """A channel with its branches running; made when it is first asked for."""
        if channel not in self._channels:
            clock = asyncio.get_running_loop().time if self._live else None
            channel_input = ChannelInput(channel, Tape(self._tape_s), self._publish, clock=clock)
            callbacks = ChannelCallbacks(self._on_speech, self._on_any, self._publish)
            pipeline = ChannelPipeline(
                channel_input, self._stages.providers, callbacks, tasks, self._stages.accounting
            )
            self._channels[channel] = pipeline  # before its branches: they report at once
            pipeline.start_transcriber()
            pipeline.start_storing()
            pipeline.measure(policy, self._stages.correlator)
            if channel is seen_channel(self._faces):
                pipeline.look(faces=True, correlator=self._stages.correlator)
        return self._channels[channel]

    def advance(self) -> None:
        """Tell the pure rooms what time it is on each channel."""
        for name, channel in self._channels.items():
            now = channel.input.position if self._live else channel.answered
            channel.beside.advance(now)
            self._deliver(self._stages.correlator.advance(name, now))
            self._stages.coach.advance(name, now)

    def flush(self) -> None:
        """Tell what is settled and ask for what is not: what was just said must be in the answer."""
        for name, channel in self._channels.items():
            channel.flush()
            self._deliver(self._stages.correlator.flush(name))

    def measure(self, policy: Policy) -> None:
        """Stop and start meters so that `policy` holds from this very sample on."""
        for channel in self:
            channel.measure(policy, self._stages.correlator)

    def replace_faces(self, maker: Callable[[], FaceAnalyzer]) -> None:
        """Measure faces with this in place of what is configured: what a film showed."""
        self._stages = replace(self._stages, providers=replace(self._stages.providers, faces=maker))

    def look(self, faces: FacePolicy) -> None:
        """Measure faces where `faces` says, and nowhere else, from here on. Raises `InputError`."""
        self._faces = faces
        for name, channel in self._channels.items():
            channel.look(name is seen_channel(faces), self._stages.correlator)

    async def finish(self, budget_s: float) -> None:
        """Let every branch answer for what it has, for so many seconds; then settle the join."""
        deadline = asyncio.get_running_loop().time() + budget_s
        async with asyncio.TaskGroup() as settling:
            for channel in self:
                settling.create_task(channel.finish(deadline))
        self._deliver(self._stages.correlator.finish())

    def close(self) -> None:
        """Whatever happened: tell what nobody accounted for, and free the tapes."""
        for channel in self:
            channel.input.tape.close()
            channel.tell_rest()
            channel.input.tape.free()

    # --- the wires ----------------------------------------------------------------------------

    def _on_speech(self, event: TranscriberEvent) -> None:
        dispatch_speech_activity(event, self._stages.coach)
        if isinstance(event, Final):
            self._channels[event.channel].settled(event, self._stages.accounting)
        self._on_any(event)
        if isinstance(event, Progress) and self._channels[event.channel].drained():
            self._deliver(self._stages.correlator.flush(event.channel))

    def _on_any(self, event: TranscriberEvent | EmotionEvent) -> None:
        match event:
            case ProviderState():
                changed = ProviderStateChanged(
                    event.branch, event.provider, event.health, event.channel, event.detail
                )
                self._publish(changed, None)
            case Missed():
                media = Media.of(event.channel, event.span)
                self._publish(TranscriptGap(event.channel, event.branch, event.cause), media)
        self._deliver(self._stages.correlator.feed(event))

    def _deliver(self, outputs: list[Output]) -> None:
        dispatch(outputs, self._publish, self._stages.coach)
