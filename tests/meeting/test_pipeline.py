"""What is fed to a channel reaches its transcriber, the log and the coach, and what is not heard is told."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from tests.support.until import until
from wingman.archive.egress_ledger import Ledger
from wingman.audio.tape import Cursor
from wingman.config.correlate import CorrelateSettings
from wingman.config.suggest import CostSettings
from wingman.core.errors import Branch, Health, InputError, Progress, ProviderState
from wingman.core.events import Event, Media, ProviderStateChanged, TranscriptGap, UtteranceCreated
from wingman.core.media import PcmBlock
from wingman.core.speech import Final, Word
from wingman.core.time import SAMPLE_RATE, Channel, Span
from wingman.core.utterance import Utterance
from wingman.correlate.correlator import Correlator
from wingman.meeting.accounting import Accounting
from wingman.meeting.channel import BranchBuilders
from wingman.meeting.cost import CostTracker
from wingman.meeting.pipeline import MeetingPipeline, Stages
from wingman.stt.base import Emit, TranscriberInfo

TAB, MIC = Channel.TAB, Channel.MIC
SECOND = bytes(2 * SAMPLE_RATE)


class Scripted:
    """Hears one word in each second of sound, as far as it can; then it gives up."""

    info = TranscriberInfo("scripted", remote=False, windows=True)

    def __init__(self, seconds: int = 1000, *, stop: str = ".") -> None:
        self._seconds = seconds
        self._stop = stop
        self.flushed = 0

    async def run(self, channel: Channel, audio: Cursor, emit: Emit) -> None:
        emit(ProviderState(Branch.TRANSCRIBE, "scripted", Health.UP, channel))
        for number in range(self._seconds):
            block = await audio.read(SAMPLE_RATE)
            if not isinstance(block, PcmBlock):
                emit(ProviderState(Branch.TRANSCRIBE, "scripted", Health.ENDED, channel))
                return
            word = Word(f"word{number}{self._stop}", block.start, block.end)
            emit(Final(channel, Span(block.start, block.end), (word,), endpoint=True))
            emit(Progress(Branch.TRANSCRIBE, channel, block.end))
        emit(ProviderState(Branch.TRANSCRIBE, "scripted", Health.DOWN, channel, "It has gone.", final=True))

    def flush(self) -> None:
        self.flushed += 1


class Coach:
    """Remembers what it heard."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.times: list[tuple[Channel, int]] = []

    def hear(self, utterance: Utterance) -> None:
        self.heard.append(utterance.text)

    def speaking(self, channel: Channel, active: bool, at: int) -> None: ...

    def running(self, *_: object) -> None: ...

    def advance(self, channel: Channel, now: int) -> None:
        self.times.append((channel, now))

    async def settle(self) -> None: ...


class Room:
    """A pipeline with all it holds on to."""

    def __init__(self, transcriber: Scripted | None, *, live: bool = False) -> None:
        self.events: list[tuple[Event, Media | None]] = []
        self.coach = Coach()
        self.accounting = Accounting(
            CostTracker(CostSettings(), {}), Ledger(self.publish, lambda: 0.0), self.publish
        )
        providers = BranchBuilders(lambda: transcriber, lambda: None, lambda: None)
        coach: Any = self.coach
        stages = Stages(providers, Correlator(CorrelateSettings()), coach, self.accounting)
        self.pipeline = MeetingPipeline(stages, self.publish, tape_s=60, live=live)

    def publish(self, payload: Event, media: Media | None) -> None:
        self.events.append((payload, media))

    async def play(self, seconds: int, channel: Channel = TAB) -> None:
        """Feed so many seconds, and let everybody finish."""
        async with asyncio.TaskGroup() as tasks:
            sound = self.pipeline.channel(channel, "off", tasks)
            for _ in range(seconds):
                sound.input.write(PcmBlock(sound.input.position, SECOND))
            await self.pipeline.finish(5.0)
            self.pipeline.close()

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event, _ in self.events if isinstance(event, kind)]


async def test_words_reach_the_log_and_the_coach() -> None:
    room = Room(Scripted())
    await room.play(3)
    said = [event.text for event in room.of(UtteranceCreated)]
    assert said == room.coach.heard
    assert " ".join(said).split() == ["word0.", "word1.", "word2."]
    assert [event.health for event in room.of(ProviderStateChanged)][-2:] == [Health.UP, Health.ENDED]
    assert room.of(TranscriptGap) == []
    assert (room.pipeline.length, room.pipeline.owed_s) == (3.0, 0.0)


async def test_what_a_transcriber_left_is_a_gap() -> None:
    room = Room(Scripted(seconds=1))
    await room.play(3)
    gaps = [(event.branch, media) for event, media in room.events if isinstance(event, TranscriptGap)]
    assert gaps == [(Branch.TRANSCRIBE, Media(TAB, 1.0, 3.0))]
    assert room.coach.heard == ["word0."]
    assert "It has gone." in [event.detail for event in room.of(ProviderStateChanged)]


async def test_without_a_transcriber_nothing_is_said_and_nothing_is_missed() -> None:
    room = Room(None)
    await room.play(2, MIC)
    assert list(room.pipeline.channels) == [MIC]
    assert (room.of(UtteranceCreated), room.of(TranscriptGap)) == ([], [])


async def test_a_channel_is_made_once_and_is_asked_for_its_words() -> None:
    transcriber = Scripted()
    room = Room(transcriber)
    assert (room.pipeline.length, room.pipeline.owed_s, list(room.pipeline)) == (0.0, 0.0, [])
    async with asyncio.TaskGroup() as tasks:
        sound = room.pipeline.channel(TAB, "off", tasks)
        assert room.pipeline.channel(TAB, "off", tasks) is sound
        assert room.pipeline.providers["transcribe"] == "scripted"
        sound.input.write(PcmBlock(0, SECOND))
        assert room.pipeline.owed_s == 1.0
        room.pipeline.flush()
        assert transcriber.flushed == 1
        await room.pipeline.finish(5.0)
        room.pipeline.advance()
        room.pipeline.close()
    assert room.coach.times[-1] == (TAB, SAMPLE_RATE)


async def test_faces_nobody_can_measure_are_refused() -> None:
    room = Room(None)
    with pytest.raises(InputError, match="nobody can measure faces"):
        room.pipeline.look("tab")  # although nothing is fed yet
    async with asyncio.TaskGroup() as tasks:
        room.pipeline.channel(TAB, "off", tasks)
        with pytest.raises(InputError, match="nobody can measure faces here"):
            room.pipeline.look("tab")
        await room.pipeline.finish(5.0)
        room.pipeline.close()


async def test_half_a_sentence_that_is_written_down_may_be_left_to_another_process() -> None:
    room = Room(Scripted(stop=","), live=True)
    source: Any = object()
    async with asyncio.TaskGroup() as tasks:
        sound = room.pipeline.channel(TAB, "off", tasks)
        assert room.pipeline.settled_since(time.time())  # nobody feeds it
        sound.input.source = source
        sound.input.write(PcmBlock(0, SECOND))
        await until(lambda: not room.pipeline.owed_s)
        since = time.time()
        assert room.pipeline.positions["tab"].settled == 0  # nobody knows yet how the sentence ends
        assert not room.pipeline.settled_since(since)
        assert room.pipeline.settled_since(since, half=True)
        sound.input.write(PcmBlock(SAMPLE_RATE, SECOND))
        assert not room.pipeline.settled_since(time.time(), half=True)
        room.pipeline.leave_rest()
        await room.pipeline.finish(0.0)
        room.pipeline.close()
    assert " ".join(room.coach.heard).split()[0] == "word0,"
    assert room.of(TranscriptGap) == []
