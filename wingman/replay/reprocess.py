"""A recorded meeting heard anew by another transcriber or meter: its sound goes through the real adapters.

What they say takes the place of what was said then, on the record's own clock; everything else of the record
stays. `wingman.replay.replay` makes the meeting of it. A meter hears only what the meeting's policy allowed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

import msgspec

from wingman.archive import nameless_file
from wingman.archive.bundle import Bundle
from wingman.archive.egress_ledger import Ledger
from wingman.archive.provider_events import Advanced, Expected, Fed, Finished, Heard, fed
from wingman.audio import sandboxed
from wingman.audio.channel_map import ChannelSource
from wingman.audio.tape import Tape
from wingman.config.correlate import CorrelateSettings
from wingman.config.suggest import CostSettings
from wingman.core.emotion import EmotionEvent, EmotionSpan
from wingman.core.emotion_policy import Policy, check_policy, measured_channels
from wingman.core.errors import Branch, Health, InputError, Missed, Progress, ProviderState
from wingman.core.events import Event as Published
from wingman.core.events import Media, MeetingEnded, MeetingStarted, PolicyApplied
from wingman.core.losses import Loss
from wingman.core.media import GapCause, PcmBlock
from wingman.core.speech import Final, Interim, SpeechEnded, SpeechStarted, TranscriberEvent
from wingman.core.threads import in_thread
from wingman.core.time import SAMPLE_RATE, Channel, SampleTime, seconds
from wingman.correlate.correlator import Correlator
from wingman.emotion.base import VoiceAnalyzer
from wingman.meeting.accounting import Accounting
from wingman.meeting.channel import BranchBuilders, ChannelCallbacks, ChannelPipeline, room
from wingman.meeting.channel_input import ChannelInput
from wingman.meeting.cost import CostTracker
from wingman.replay.record_clock import RecordClock, merged
from wingman.stt.base import Transcriber
from wingman.transports.file import FileSource

TAPE_S = 60.0
LAST_ANSWERS_S = 300.0
"""What a listener may take for what it still owes when the sound is over."""
MEASURED: Mapping[Channel, Policy] = {Channel.TAB: "counterpart", Channel.MIC: "self"}
"""The policy under which a voice is measured; where one did not hold, the meter's channel is paused."""
TICK = SAMPLE_RATE // 10
"""Between two looks at the clock, where the record has none."""
SPEECH = (Interim, Final, SpeechStarted, SpeechEnded)

Event: TypeAlias = TranscriberEvent | EmotionEvent
Stretches: TypeAlias = tuple[tuple[SampleTime, SampleTime], ...]
EVERYTHING: Stretches = ((0, 1 << 62),)


@contextlib.contextmanager
def _unpacked(sound: bytes) -> Iterator[Path]:
    """Sound as a file nobody else can open, and that a killed process does not leave behind."""
    handle, path = nameless_file.create()
    try:
        view = memoryview(sound)
        while view:
            view = view[os.write(handle, view) :]
        nameless_file.written(handle, path)
        yield path
    finally:
        nameless_file.discard(path)


@dataclass(frozen=True, slots=True)
class Listeners:
    """Makers of what is to hear the meeting now, one per channel; None keeps what was heard then."""

    transcriber: Callable[[], Transcriber | None] | None = None
    meter: Callable[[], VoiceAnalyzer | None] | None = None

    @property
    def branches(self) -> frozenset[Branch]:
        """The branches that are heard anew."""
        makers = ((Branch.TRANSCRIBE, self.transcriber), (Branch.EMOTION, self.meter))
        return frozenset(branch for branch, maker in makers if maker is not None)


@dataclass(frozen=True, slots=True)
class Reprocessed:
    """The bundle to replay, and what hearing it anew involved."""

    bundle: Bundle
    sent: Mapping[str, float]
    """Remote provider → seconds of audio it was sent."""
    unheard: Mapping[str, float]
    """Provider → seconds it was allowed and did not answer for: they came too late for it."""
    faults: tuple[str, ...]
    """Sentences of providers that gave up; the record ends for them where they did."""


async def reprocess(bundle: Bundle, listeners: Listeners, *, realtime: bool = False) -> Reprocessed:
    """Let `listeners` hear a bundle's sound. Raises `InputError` when it cannot be heard, or may not.

    Played as fast as they can hear, an answer counts as given when what it is about was over; with `realtime`
    it comes when it came. A remote meter is always played to in real time: it hears nothing that comes faster.
    """
    _check(bundle, listeners)
    sessions = [_Session(channel, bundle, listeners, realtime) for channel in sorted(bundle.audio)]
    async with asyncio.TaskGroup() as group:
        for session in sessions:
            group.create_task(session.run())
    whole = _is_whole(bundle)
    anew = [told for session in sessions for told in session.record(bare=not whole)]
    kept = [told for told in bundle.heard if not _replaced(told, listeners)] if whole else []
    sent, unheard = Counter[str](), Counter[str]()
    for session in sessions:
        sent.update(session.sent)
        unheard.update(session.unheard)
    faults = tuple(dict.fromkeys(fault for session in sessions for fault in session.faults))
    retold = _retold(bundle, sessions, (*kept, *anew))
    return Reprocessed(retold, _in_seconds(sent), _in_seconds(unheard), faults)


def _in_seconds(samples_of: Mapping[str, SampleTime]) -> dict[str, float]:
    return {name: seconds(count) for name, count in samples_of.items()}


def _is_whole(bundle: Bundle) -> bool:
    """What the providers said was recorded to the end."""
    return bool(bundle.heard) and isinstance(bundle.heard[-1], Finished)


def _retold(bundle: Bundle, sessions: Sequence[_Session], told: Sequence[Heard]) -> Bundle:
    """The bundle with another record: in order, ended when the meeting did, and naming who heard it."""
    ended = [one.at for one in told if isinstance(one, Finished)]
    ended += [e.at for e in bundle.events if isinstance(e.data, MeetingEnded)]
    end = ended[0] if ended else max((one.at for one in told), default=0.0)
    timed = sorted((one for one in told if not isinstance(one, Finished)), key=lambda one: one.at)
    record = [one if one.at <= end else msgspec.structs.replace(one, at=end) for one in timed]
    names = {branch: name for session in sessions for branch, name in session.names.items()}
    events = tuple(
        replace(e, data=_named(e.data, names)) if isinstance(e.data, MeetingStarted) else e
        for e in bundle.events
    )
    return replace(bundle, events=events, heard=(*record, Finished(end)))


def _named(started: MeetingStarted, names: Mapping[Branch, str]) -> MeetingStarted:
    return replace(
        started,
        transcriber=names.get(Branch.TRANSCRIBE, started.transcriber),
        emotion=names.get(Branch.EMOTION, started.emotion),
    )


def _check(bundle: Bundle, listeners: Listeners) -> None:
    if not bundle.audio:
        raise InputError(
            "this bundle holds no sound, so no other provider can hear it; "
            "sound is stored with report.store_audio: true",
            field="bundle",
        )
    if not _is_whole(bundle) and listeners.transcriber is None:
        raise InputError(
            "this bundle does not hold what the transcriber said (see report.record_events); "
            "name a transcriber as well: --with transcriber=NAME",
            field="with",
        )
    if listeners.meter is not None and not any(allowed(bundle, channel) for channel in bundle.audio):
        raise InputError(
            "nobody agreed to be measured in this meeting (its policy allows no voice): no meter may hear it",
            field="with",
        )


def allowed(bundle: Bundle, channel: Channel) -> Stretches:
    """Where the meeting's policy let a meter hear a channel, in media time."""
    clock = RecordClock(bundle, channel)
    policies: list[tuple[float, Policy]] = [
        (event.at, check_policy(event.data.emotion_policy))
        for event in bundle.events
        if isinstance(event.data, PolicyApplied)
    ]
    ends = [at for at, _ in policies[1:]] + [float("inf")]
    found = []
    for number, ((since, policy), until) in enumerate(zip(policies, ends, strict=True)):
        if channel in measured_channels(policy):
            start = clock.media(since) if number else 0  # the first holds from the beginning
            found.append((start, clock.media(until) if until != float("inf") else 1 << 62))
    return merged(found)


class _Session:
    """One channel: its sound, its listeners, and what they said."""

    def __init__(self, channel: Channel, bundle: Bundle, listeners: Listeners, realtime: bool) -> None:
        self.sent = Counter[str]()
        self.unheard = Counter[str]()
        self.faults: list[str] = []
        self._channel = channel
        self._bundle = bundle
        self._clock = RecordClock(bundle, channel)
        self._realtime = realtime
        self._transcriber = listeners.transcriber() if listeners.transcriber else None
        may = allowed(bundle, channel)
        self._meter = listeners.meter() if listeners.meter and may else None
        self._may = may
        self._expects = [
            Expected(told.at, channel, self._meter.info if told.info is not None and self._meter else None)
            for told in bundle.heard
            if listeners.meter
            and isinstance(told, Expected)
            and told.channel is channel
            and told.branch is Branch.EMOTION
        ]
        self._heard: list[tuple[SampleTime, Event]] = []
        self._end: SampleTime = 0

    @property
    def names(self) -> dict[Branch, str]:
        """Who hears the meeting now."""
        heard_by = {Branch.TRANSCRIBE: self._transcriber, Branch.EMOTION: self._meter}
        return {branch: who.info.name for branch, who in heard_by.items() if who is not None}

    async def run(self) -> None:
        """Play the sound to both listeners; ends when they have answered for all of it."""
        with _unpacked(self._bundle.audio[self._channel]) as path:
            paced = self._realtime or (self._meter is not None and self._meter.info.remote)
            async with asyncio.TaskGroup() as tasks:
                readers = self._readers(tasks)
                sink = _Split(readers)
                gate = None if paced else partial(room, [reader.pipeline for reader in readers], TAPE_S)
                found = await in_thread(partial(sandboxed.probe, path, (ChannelSource(self._channel),)))
                source = FileSource(found, realtime=paced, gate=gate, decode=sandboxed.read)
                await source.run({self._channel: sink})
                deadline = asyncio.get_running_loop().time() + LAST_ANSWERS_S
                for reader in readers:
                    tasks.create_task(reader.pipeline.finish(deadline))
        self._end = sink.position
        for reader in readers:
            if reader.info.remote:
                self.sent[reader.info.name] += reader.input.written

    def _readers(self, tasks: asyncio.TaskGroup) -> list[_Reader]:
        readers = []
        if self._transcriber is not None:
            readers.append(_Reader(self._channel, self._transcriber, EVERYTHING))
            readers[-1].run(
                BranchBuilders(lambda: self._transcriber, lambda: None, lambda: None), self._note, tasks
            )
        if self._meter is not None:
            readers.append(_Reader(self._channel, self._meter, self._may))
            readers[-1].run(BranchBuilders(lambda: None, lambda: self._meter, lambda: None), self._note, tasks)
        return readers

    def record(self, *, bare: bool) -> Iterable[Heard]:
        """What was said, on the record's clock; with `bare` also the looks at the clock a record would have."""
        if bare:
            info = self._meter.info if self._meter is not None else None
            yield Expected(self._clock.wall(0), self._channel, info)
            for at in range(TICK, self._end + TICK, TICK):
                yield Advanced(self._clock.wall(at), self._channel, at)
        yield from self._expects
        for at, event in self._heard:
            yield fed(self._clock.wall(at), event)

    def _note(self, event: Event, position: SampleTime) -> None:
        if isinstance(event, ProviderState) and event.health is Health.DOWN and event.detail:
            self.faults.append(event.detail)
        if isinstance(event, Missed) and event.cause is not GapCause.PAUSED:
            self.unheard[self.names[event.branch]] += event.span.length
        so_far = self._heard[-1][0] if self._heard else 0
        self._heard.append((position if self._realtime else max(so_far, _reaches(event)), event))


class _Reader:
    """One listener with a channel of its own: a meter's is paused where it may not hear."""

    pipeline: ChannelPipeline

    def __init__(self, channel: Channel, listener: Transcriber | VoiceAnalyzer, may: Stretches) -> None:
        self.info = listener.info
        self.input = ChannelInput(channel, Tape(TAPE_S), _nowhere, clock=None)
        self._may = may

    def run(
        self, providers: BranchBuilders, note: Callable[[Event, SampleTime], None], tasks: asyncio.TaskGroup
    ) -> None:
        """Listen from the first sample on."""

        def hear(event: Event) -> None:
            note(event, self.input.position)

        accounting = Accounting(CostTracker(CostSettings(), {}), Ledger(_nowhere, time.monotonic), _nowhere)
        callbacks = ChannelCallbacks(hear, hear, _nowhere)
        self.pipeline = ChannelPipeline(self.input, providers, callbacks, tasks, accounting)
        self.pipeline.words.start()
        self.pipeline.measure(MEASURED[self.input.channel], Correlator(CorrelateSettings()))

    def write(self, block: PcmBlock) -> None:
        """Give it a block; a hole where it may not hear."""
        self.input.paused = not any(start <= block.start < end for start, end in self._may)
        self.input.write(block)


class _Split:
    """The sink a file plays into: every reader's channel. The record has a clock and an account of its own."""

    def __init__(self, readers: Sequence[_Reader]) -> None:
        self.position: SampleTime = 0
        self._readers = readers

    def write(self, block: PcmBlock) -> None:
        self.position = block.end
        for reader in self._readers:
            reader.write(block)

    def skip(self, count: int, cause: GapCause) -> None:
        self.position += count
        for reader in self._readers:
            reader.input.skip(count, cause)

    def anchor(self, wall: float, kept_s: float = 0.0, *, begun_s: float | None = None) -> int:
        return 0

    def newest(self, count: int) -> bytes:
        return b""

    def lost(self, loss: Loss) -> None: ...

    def state(self, state: str, detail: str = "") -> None: ...


def _nowhere(_: Published, __: Media | None) -> None:
    """What a channel publishes beside what its listeners say was told when the meeting was live."""


def _replaced(told: Heard, listeners: Listeners) -> bool:
    """Did the branch that is heard anew say this?"""
    match told:
        case Expected():
            return listeners.meter is not None
        case Fed(event=Progress(branch=branch) | Missed(branch=branch) | ProviderState(branch=branch)):
            return branch in listeners.branches
        case Fed(event=EmotionSpan()):
            return listeners.meter is not None
        case Fed(event=event) if isinstance(event, SPEECH):
            return listeners.transcriber is not None
        case _:
            return False


def _reaches(event: Event) -> SampleTime:
    """Media time at which an event could first have been told."""
    match event:
        case Interim(span=span) | Final(span=span) | EmotionSpan(span=span) | Missed(span=span):
            return span.end
        case SpeechStarted(at=at) | SpeechEnded(at=at):
            return at
        case Progress(upto=upto):
            return upto
        case _:
            return 0
