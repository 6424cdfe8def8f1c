"""One trial of the Hume meter: indexed audio through a tape, a fault script, and an exact account."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from tests.support.links.trial import Recording
from wingman.audio.tape import Cursor, Tape
from wingman.config.emotion import HumeSettings
from wingman.config.section import Secret
from wingman.core.emotion import EmotionEvent, EmotionSpan
from wingman.core.errors import Missed, Progress, ProviderState
from wingman.core.media import PcmBlock
from wingman.core.time import SAMPLE_RATE, Channel, SampleTime, Span
from wingman.emotion.base import VoiceAnalyzer
from wingman.emotion.hume.analyzer import HumeAnalyzer
from wingman.testing.faults import Fault, FaultScript
from wingman.testing.hume.server import HumeEmulator, HumeHabits
from wingman.testing.hume.speech import Heard
from wingman.testing.indexed_audio import FRAME, LEVEL, Stretch, stretches

E = TypeVar("E")


@dataclass(slots=True)
class IndexedEar:
    """Hears where on the meeting's timeline a window's audio is from, and says it as the name of an expression.

    `16000-32000`, or `16000-20800,22400-32000` when something in between never reached the service.
    """

    pcm: bytearray = field(default_factory=bytearray)

    def accept(self, frame: bytes) -> None:
        self.pcm += frame

    def judge(self, start: int, end: int) -> Heard:
        values = np.frombuffer(bytes(self.pcm[2 * start : 2 * end]), dtype="<i2").astype(np.int64)
        return Heard({",".join(f"{span.start}-{span.end}" for span in heard_in(values)): 0.9}, {})


def heard_in(values: NDArray[np.int64]) -> list[Span]:
    """The media time that a window of indexed audio holds, told by its voiced samples.

    Silence belongs to the voice next to it; where the index jumps across silence it may belong to either side.
    """
    runs: list[list[Stretch]] = []
    for stretch in stretches(values):
        if runs and runs[-1][-1].first - runs[-1][-1].at == stretch.first - stretch.at:
            runs[-1].append(stretch)
        else:
            runs.append([stretch])
    begins = [0, *(run[-1].at + run[-1].count for run in runs[:-1])]
    ends = [*(run[0].at for run in runs[1:]), len(values)]
    shifts = [run[0].first - run[0].at for run in runs]
    return [Span(a + by, b + by) for a, b, by in zip(begins, ends, shifts, strict=True)] if runs else []


def window_of(values: NDArray[np.int64]) -> tuple[int, int]:
    """Where a window of indexed audio begins and ends: told by its first and its last voiced sounds."""
    return _first(values), _first(values, backwards=True) + len(values)


def _first(values: NDArray[np.int64], *, backwards: bool = False) -> int:
    """Where the window begins, told by its first pair of voiced samples (or by its last)."""
    pairs = np.flatnonzero((values[:-1] > 0) & (values[1:] < 0))
    at = int(pairs[-1 if backwards else 0])
    return int((values[at] - LEVEL) * FRAME - values[at + 1] - LEVEL - 1) - at


@dataclass(frozen=True, slots=True)
class MeterAccount:
    """What became of every voiced sample."""

    spans: int
    error: int
    """Most samples of a span that are not of the audio which was measured."""
    unexplained: int
    """Voiced samples that were neither measured nor reported as missed."""
    contradicted: int
    """Samples that were measured and reported as missed."""
    late_spans: int
    """Spans that came after a `Progress` had passed their end."""
    measured: int
    """Voiced samples that were measured."""
    missed: tuple[Missed, ...]
    states: tuple[ProviderState, ...]
    upto: SampleTime
    """The last watermark."""
    witness_ms: float
    """Worst extra delay another reader of the same tape saw, in milliseconds of the loop's clock."""

    @property
    def exact(self) -> bool:
        """No wrong time, and every sample accounted for once."""
        return not (self.error or self.unexplained or self.contradicted or self.late_spans)


@dataclass
class MeterTrial:
    """`events` holds everything the meter said."""

    recording: Recording = field(default_factory=Recording)
    events: list[EmotionEvent] = field(default_factory=list)
    worst_ms: float = 0.0

    async def run(self, meter: VoiceAnalyzer, channel: Channel = Channel.TAB) -> MeterAccount:
        """Play the recording into `meter`, wait until it has returned, and settle."""
        await self.play_into(meter, channel)
        return self.account()

    async def play_into(self, meter: VoiceAnalyzer, channel: Channel) -> None:
        """Play the recording into `meter` and wait until it has returned."""
        tape = Tape(self.recording.tape_s)
        audio, witness = tape.cursor(0), tape.cursor(0)
        written: list[float] = []
        async with asyncio.TaskGroup() as group:
            group.create_task(self._play(tape, written))
            group.create_task(self._witness(witness, written))
            await meter.run(channel, audio, self.events.append)
        audio.close()
        witness.close()

    def account(self) -> MeterAccount:
        """Compare what was said with what was spoken."""
        length = self.recording.length
        spans = said(self.events, EmotionSpan)
        missed = tuple(said(self.events, Missed))
        voiced = np.zeros(length, bool)
        for word in self.recording.speech.words(0, length):
            voiced[word.start : word.end] = True
        measured = cover(length, (event.span for event in spans))
        unheard = cover(length, (event.span for event in missed))
        progress = [event.upto for event in said(self.events, Progress)]
        return MeterAccount(
            spans=len(spans),
            error=max((_error(span) for span in spans), default=0),
            unexplained=int((voiced & ~measured & ~unheard).sum()),
            contradicted=int((measured & unheard).sum()),
            late_spans=sum(late(self.events)),
            measured=int((voiced & measured).sum()),
            missed=missed,
            states=tuple(said(self.events, ProviderState)),
            upto=max(progress, default=0),
            witness_ms=self.worst_ms,
        )

    async def _play(self, tape: Tape, written: list[float]) -> None:
        loop = asyncio.get_running_loop()
        begun, recording = loop.time(), self.recording
        block = 5 * FRAME
        while tape.end < recording.length:
            due = begun + (tape.end + block) / SAMPLE_RATE / recording.speed
            if (wait := due - loop.time()) > 0:
                await asyncio.sleep(wait)
            count = min(block, recording.length - tape.end)
            written.append(loop.time())
            tape.write(PcmBlock(tape.end, recording.speech.pcm(tape.end, count)))
        tape.close()

    async def _witness(self, cursor: Cursor, written: list[float]) -> None:
        """Another branch: how long after a block was written does it get hold of it?"""
        loop = asyncio.get_running_loop()
        while (item := await cursor.read(FRAME)) is not None:
            at = written[(cursor.position - 1) // (5 * FRAME)]
            if isinstance(item, PcmBlock):
                self.worst_ms = max(self.worst_ms, (loop.time() - at) * 1000)


async def attempt(
    *faults: Fault, seconds: float = 24.0, habits: HumeHabits = HumeHabits(), **changes: object
) -> tuple[MeterAccount, HumeEmulator]:
    """One trial of Wingman's meter on a fault script; `changes` are settings of it."""
    async with HumeEmulator(FaultScript(faults), habits=habits, ear=IndexedEar) as emulator:
        settings = HumeSettings(url=emulator.url, api_key=Secret("local-key"))
        meter = HumeAnalyzer(msgspec.structs.replace(settings, **changes))
        return await MeterTrial(Recording(seconds)).run(meter), emulator


def said(events: Iterable[EmotionEvent], kind: type[E]) -> list[E]:
    """The events of one kind, in order."""
    return [event for event in events if isinstance(event, kind)]


def cover(length: int, spans: Iterable[Span]) -> NDArray[np.bool_]:
    covered = np.zeros(length, bool)
    for span in spans:
        covered[span.start : span.end] = True
    return covered


def _error(span: EmotionSpan) -> int:
    pieces = (piece.split("-") for piece in span.scores[0].label.split(",") if piece)
    foreign = np.ones(span.span.length, bool)
    for first, last in pieces:
        start = max(0, int(first) - span.span.start)
        foreign[start : max(start, int(last) - span.span.start)] = False
    return int(foreign.sum())


def late(events: Iterable[EmotionEvent]) -> Iterator[bool]:
    settled = 0
    for event in events:
        if isinstance(event, Progress):
            settled = max(settled, event.upto)
        elif isinstance(event, EmotionSpan):
            yield event.span.end <= settled
