"""What feeds a meeting: each source plays behind a wall of its own, and holds its channels until it is over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from wingman.audio.source import PLAYED, AudioSource, SourceOrigin
from wingman.core.errors import InputError, WingmanError
from wingman.core.time import Channel
from wingman.link.branch_runner import behind_wall, kind_of
from wingman.meeting.api import LiveSource
from wingman.meeting.channel import ChannelPipeline
from wingman.meeting.controls import MeetingControls
from wingman.meeting.endings import Endings, SourceEnd
from wingman.meeting.pipeline import MeetingPipeline

log = structlog.get_logger(__name__)

GIVES_WAY_S = 1.5
"""A source that has sent nothing for so long gives its channels to one that comes for them."""


@dataclass(frozen=True, slots=True)
class _Play:
    """One source at work, and where it comes from."""

    task: asyncio.Task[None]
    origin: SourceOrigin


class MeetingSources:
    """The sources of one meeting. Their tasks belong to the group that `attach` is given."""

    def __init__(
        self,
        meeting_id: str,
        pipeline: MeetingPipeline,
        controls: MeetingControls,
        endings: Endings,
        *,
        ending: Callable[[], bool],
        fed: Callable[[], bool],
    ) -> None:
        """`ending` says whether the meeting is on its way to its end, `fed` whether it has had audio."""
        self._pipeline = pipeline
        self._controls = controls
        self._endings = endings
        self._ending = ending
        self._fed = fed
        self._clock = asyncio.get_running_loop().time
        self._plays: dict[AudioSource, _Play] = {}
        self._log = log.bind(meeting=meeting_id)

    @property
    def live(self) -> tuple[LiveSource, ...]:
        """Those that have not ended."""
        return tuple(
            LiveSource(source.channels, play.origin.kind, play.origin.by, play.origin.name)
            for source, play in self._plays.items()
        )

    async def attach(
        self, source: AudioSource, tasks: asyncio.TaskGroup, origin: SourceOrigin = PLAYED
    ) -> None:
        """Begin to play. Raises `InputError` (409) when somebody else feeds one of its channels."""
        known = self._pipeline.channels
        for held in {known[name].input.source for name in source.channels if name in known}:
            if held is not None and self._has_gone_quiet(held):
                await self.detach(held)
        taken = [name for name in source.channels if name in known and known[name].input.source is not None]
        if taken:
            raise InputError(
                f"channel `{taken[0]}` of this meeting is already fed by another client; stop that one first",
                field="channels",
                status=409,
            )
        channels = [self._channel(name, tasks) for name in source.channels]
        for channel in channels:
            channel.input.source, channel.input.muted = source, False
        self._endings.attached()
        task = tasks.create_task(self._play(source, channels))
        self._plays[source] = _Play(task, origin)
        task.add_done_callback(lambda _: self._release(source, channels))

    async def detach(self, source: AudioSource) -> None:
        """Stop it, if it plays here."""
        play = self._plays.get(source)
        if play is not None:
            play.task.cancel()
            await asyncio.wait([play.task])

    async def played(self, source: AudioSource) -> None:
        """Wait until it has ended by itself, or was stopped."""
        if play := self._plays.get(source):
            await asyncio.wait([play.task])

    async def stop(self) -> None:
        """Stop them all."""
        tasks = [play.task for play in self._plays.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _has_gone_quiet(self, source: AudioSource) -> bool:
        """It has fed all of its channels and stopped: whoever comes back is not kept waiting for it."""
        own = [channel.input for channel in self._pipeline if channel.input.source is source]
        return not source.recorded and all(channel.quiet_s > GIVES_WAY_S for channel in own)

    def _channel(self, name: Channel, tasks: asyncio.TaskGroup) -> ChannelPipeline:
        fresh = name not in self._pipeline.channels
        channel = self._pipeline.channel(name, self._controls.policy, tasks)
        if fresh and self._controls.paused:
            channel.hold(held=True)
        return channel

    async def _play(self, source: AudioSource, channels: Sequence[ChannelPipeline]) -> None:
        failure = await behind_wall(source.run({channel.input.channel: channel.input for channel in channels}))
        if failure is None:
            return
        detail = str(failure)
        if not isinstance(failure, WingmanError):
            self._log.error("a source failed", exc_info=failure)
            detail = f"the capture stopped over a defect ({kind_of(failure)}); start it again"
        for channel in channels:
            channel.input.state("gone", detail)

    def _release(self, source: AudioSource, channels: Sequence[ChannelPipeline]) -> None:
        """Free the channels; also for a source that was cancelled before its first turn."""
        for channel in channels:
            channel.input.source = None
            if channel.input.reported not in ("ended", "gone") and not self._ending():
                channel.input.state("ended", "the client has stopped sending")
            channel.words.source_over()
        del self._plays[source]
        gone = any(channel.input.reported == "gone" for channel in channels)
        fate = SourceEnd.GONE if gone else SourceEnd.RECORDED if source.recorded else SourceEnd.ENDED
        self._endings.released(fate, self._clock(), fed=self._fed())
