"""One trial of a provider link: indexed audio through a tape, a fault script, and an exact account."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from wingman.audio.tape import Cursor, Tape
from wingman.core.errors import Branch, Health, Missed, Progress, ProviderState
from wingman.core.media import GapCause, PcmBlock
from wingman.core.speech import Final, TranscriberEvent, Word
from wingman.core.time import SAMPLE_RATE, Channel, SampleTime, Span, samples_of_ms
from wingman.correlate.coverage import Coverage
from wingman.stt.base import Transcriber
from wingman.testing.indexed_audio import FRAME, IndexedSpeech
from wingman.testing.scenario import TimedWord

SPEECH = IndexedSpeech()
ROUNDING = samples_of_ms(40)
"""A transcriber may answer for this much less than the last sample."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What is played, how fast and into how long a tape."""

    seconds: float = 12.0
    speed: float = 1.0
    """1 is real time."""
    tape_s: float = 60.0
    speech: IndexedSpeech = SPEECH

    @property
    def length(self) -> int:
        """Whole 20 ms frames, in samples."""
        return round(self.seconds * SAMPLE_RATE / FRAME) * FRAME


@dataclass(frozen=True, slots=True)
class Account:
    """What became of every word."""

    expected: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    torn: tuple[str, ...]
    """Words of which only a part was heard at once."""
    error: int
    """Largest time error of a word, in samples."""
    late_events: int
    """Finals that came after a `Progress` had passed their beginning."""
    missed: tuple[Missed, ...]
    states: tuple[ProviderState, ...]
    witness_ms: float
    """Worst extra delay another reader of the same tape saw, in milliseconds."""

    @property
    def exact(self) -> bool:
        """Nothing lost, doubled, torn, shifted or late."""
        return not (self.lost or self.doubled or self.torn or self.error or self.late_events)


@dataclass(slots=True)
class Trial:
    """`events` holds everything the transcriber said."""

    recording: Recording = Recording()
    events: list[TranscriberEvent] = field(default_factory=list)
    worst_ms: float = 0.0

    async def run(self, transcriber: Transcriber, channel: Channel = Channel.TAB) -> Account:
        """Play the recording into `transcriber` and wait until it has returned."""
        tape = Tape(self.recording.tape_s)
        audio, witness = tape.cursor(0), tape.cursor(0)
        written: list[tuple[SampleTime, float]] = []
        async with asyncio.TaskGroup() as group:
            group.create_task(self._play(tape, written))
            group.create_task(self._witness(witness, written))
            await transcriber.run(channel, audio, self.events.append)
        audio.close()
        witness.close()
        self._tell_uncovered(channel, tape.end)
        account = self.account()
        assert not self._untold(account.lost), "every word is in the transcript or in a gap"
        return account

    def _untold(self, lost: Sequence[str]) -> list[str]:
        """Lost words that lie in no gap."""
        gaps = [event.span for event in self.events if isinstance(event, Missed)]
        spoken = self.recording.speech.words(0, self.recording.length)
        words = [(word.text, Span(word.start, word.end)) for word in spoken if word.text in lost]
        return [text for text, at in words if not any(gap.overlap(at) for gap in gaps)]

    def _tell_uncovered(self, channel: Channel, end: SampleTime) -> None:
        """What a channel does at the end of a meeting: a branch that gave up leaves a gap, no other does."""
        coverage = Coverage()
        for event in self.events:
            if isinstance(event, Final):
                coverage.heard(event.span)
            elif isinstance(event, Missed):
                coverage.missed(event.span)
        rest = [span for span in coverage.uncovered(end) if span.length > ROUNDING]
        states = [event.health for event in self.events if isinstance(event, ProviderState)]
        assert not (rest and states[-1] is Health.ENDED), f"nobody accounts for {rest}"
        for span in rest:
            self.events.append(Missed(Branch.TRANSCRIBE, channel, span, GapCause.OUTAGE))

    def account(self) -> Account:
        """Compare what was said with what was spoken."""
        finals = [event for event in self.events if isinstance(event, Final)]
        words = [word for final in finals for word in final.words]
        spoken = {word.text: word for word in self.recording.speech.words(0, self.recording.length)}
        counts = Counter(word.text for word in words)
        return Account(
            expected=len(spoken),
            lost=tuple(text for text in spoken if text not in counts),
            doubled=tuple(text for text, count in counts.items() if count > 1),
            torn=tuple(text for text in counts if text not in spoken),
            error=max((_error(word, spoken[word.text]) for word in words if word.text in spoken), default=0),
            late_events=_late(self.events),
            missed=tuple(event for event in self.events if isinstance(event, Missed)),
            states=tuple(event for event in self.events if isinstance(event, ProviderState)),
            witness_ms=self.worst_ms,
        )

    async def _play(self, tape: Tape, written: list[tuple[SampleTime, float]]) -> None:
        loop = asyncio.get_running_loop()
        begun, recording = loop.time(), self.recording
        while tape.end < recording.length:
            due = begun + tape.end / SAMPLE_RATE / recording.speed
            if (wait := due - loop.time()) > 0:
                await asyncio.sleep(wait)
            block = PcmBlock(tape.end, recording.speech.pcm(tape.end, FRAME))
            written.append((block.end, loop.time()))
            tape.write(block)
        tape.close()

    async def _witness(self, cursor: Cursor, written: list[tuple[SampleTime, float]]) -> None:
        """Another branch: how long after a frame was written does it get hold of it?"""
        loop = asyncio.get_running_loop()
        while (item := await cursor.read(FRAME)) is not None:
            at = written[(cursor.position // FRAME) - 1][1]
            if isinstance(item, PcmBlock):
                self.worst_ms = max(self.worst_ms, (loop.time() - at) * 1000)


def _error(said: Word, spoken: TimedWord) -> int:
    return max(abs(said.start - spoken.start), abs(said.end - spoken.end))


def _late(events: Sequence[TranscriberEvent]) -> int:
    settled, late = 0, 0
    for event in events:
        if isinstance(event, Progress):
            settled = max(settled, event.upto)
        elif isinstance(event, Final):
            late += event.span.start < settled
    return late
