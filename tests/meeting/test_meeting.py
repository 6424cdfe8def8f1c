"""A meeting wires real stages: what is heard comes out, and nothing that must not leave does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support import recordings, sample
from tests.support.until import until
from wingman.app import Service, open_service
from wingman.audio.source import ChannelSink
from wingman.audio.tape import Cursor
from wingman.config.settings import build
from wingman.core.errors import Branch, Health, InputError
from wingman.core.events import (
    CaptureState,
    ConsentRecorded,
    EgressRecorded,
    Envelope,
    MeetingEnded,
    MeetingPaused,
    MeetingStarted,
    PolicyApplied,
    ProviderStateChanged,
    SpeakerRenamed,
    SuggestionCreated,
    TranscriptGap,
    UtteranceCreated,
    UtteranceRevised,
)
from wingman.core.media import PcmBlock
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.core.utterance import ReadingStatus
from wingman.meeting import sources
from wingman.meeting.api import MeetingSpec
from wingman.meeting.meeting import Meeting
from wingman.stt.base import Emit, TranscriberInfo
from wingman.testing.deepgram.server import DeepgramEmulator
from wingman.testing.scenario import Scenario
from wingman.transports.file import FileSource

PRICE = "Can you tell me how much"
CONSENT = "I am allowed to measure the voices in this recording."


class Paced:
    """A source that gives what it is told to, in blocks of 20 ms at real pace, then waits."""

    def __init__(self, seconds: float, channel: Channel = Channel.TAB) -> None:
        self._seconds = seconds
        self._channel = channel

    @property
    def channels(self) -> tuple[Channel, ...]:
        return (self._channel,)

    @property
    def recorded(self) -> bool:
        return False

    async def run(self, sinks: Mapping[Channel, ChannelSink]) -> None:
        sink = sinks[self._channel]
        sink.state("capturing")
        audio = sample.audio()[self._channel]
        for at in range(0, round(self._seconds * SAMPLE_RATE), 320):
            sink.write(PcmBlock(sink.position, audio[at : at + 320].tobytes()))
            await asyncio.sleep(0.02)
        await asyncio.Event().wait()


@asynccontextmanager
async def service(tree: dict[str, Any] | None = None) -> AsyncIterator[Service]:
    async with open_service(build(tree or {"suggest": {"provider": "cues"}}), keep=False) as running:
        yield running


async def events_of(running: Service, meeting: Meeting) -> list[Envelope]:
    await running.log.flush()
    return list(await running.log.read(meeting.id))


def of(events: list[Envelope], kind: type[Any]) -> list[Any]:
    return [e.data for e in events if type(e.data) is kind]


async def test_a_spoken_question_becomes_an_utterance_and_a_suggestion(tmp_path: Path) -> None:
    path, turn = recordings.turn(tmp_path / "turn.wav", PRICE)
    async with service() as running:
        spec = MeetingSpec(title="t", emotion_policy="counterpart", consent=CONSENT)
        meeting = await running.manager.create(spec, live=False)
        source = FileSource(path, realtime=False, channels=(Channel.TAB, Channel.MIC), gate=meeting.room)
        await meeting.attach(source)
        await meeting.played(source)
        await meeting.end("source_ended")
        events = await events_of(running, meeting)
    said = of(events, UtteranceCreated)
    assert (
        sample.word_errors(sample.plain_words(turn.text), [w for u in said for w in sample.plain_words(u.text)])
        <= 2
    )
    assert [e.seq for e in events] == list(range(1, len(events) + 1))
    assert isinstance(events[0].data, MeetingStarted)
    (ended,) = of(events, MeetingEnded)
    assert ended.reason == "source_ended"
    after = events[[e.data for e in events].index(ended) + 1 :]
    assert {e.type for e in after} <= {"summary.ready"}
    assert any(card.kind == "price" for card in of(events, SuggestionCreated))
    revised = of(events, UtteranceRevised)
    assert [*said, *revised][-1].emotion.status is ReadingStatus.UNKNOWN  # one utterance is no baseline
    assert of(events, ConsentRecorded)[0].text == CONSENT


async def test_a_paused_meeting_sends_nothing_to_a_provider() -> None:
    async with DeepgramEmulator(Scenario()) as deepgram:
        tree = {
            "transcribe": {
                "provider": "deepgram",
                "deepgram": {"api_key": "local-key", "url": deepgram.url},
            },
            "suggest": {"provider": "cues"},
        }
        async with service(tree) as running:
            meeting = await running.manager.create(MeetingSpec())
            await meeting.attach(Paced(60))
            await until(lambda: bool(deepgram.traffic) and deepgram.traffic[0].audio_bytes > 6400)
            meeting.pause()
            before = deepgram.traffic[0].audio_bytes
            paused_at = meeting.now(Channel.TAB)
            await until(lambda: meeting.now(Channel.TAB) > paused_at + 1.0)
            assert deepgram.traffic[0].audio_bytes - before <= 3200  # what was on its way when the user paused
            meeting.resume()
            await until(lambda: deepgram.traffic[0].audio_bytes > before + 6400)
            await meeting.end()
            events = await events_of(running, meeting)
    assert len(of(events, MeetingPaused)) == 1
    assert sum(entry.bytes for entry in of(events, EgressRecorded)) == deepgram.traffic[0].audio_bytes
    states = [s.state for s in of(events, CaptureState)]
    assert states[:3] == ["capturing", "paused", "capturing"]


async def test_the_policy_can_be_switched_while_people_talk() -> None:
    async with service() as running:
        meeting = await running.manager.create(MeetingSpec())
        await meeting.attach(Paced(60))
        await until(lambda: meeting.now(Channel.TAB) > 0.1)
        with pytest.raises(InputError, match="acknowledgement"):
            meeting.control("emotion_policy", "counterpart")
        assert meeting.status().providers[Branch.EMOTION] == "off"
        meeting.control("emotion_policy", {"policy": "counterpart", "consent": CONSENT})
        assert meeting.status().providers[Branch.EMOTION] == "prosody", "asked of the channels that run"
        switched_at = meeting.now(Channel.TAB)
        await until(lambda: meeting.now(Channel.TAB) > switched_at + 0.1)
        meeting.control("emotion_policy", "off")
        await meeting.end()
        events = await events_of(running, meeting)
    assert [p.emotion_policy for p in of(events, PolicyApplied)] == ["off", "counterpart", "off"]
    measured = [s for s in of(events, ProviderStateChanged) if s.branch is Branch.EMOTION]
    assert measured[0].health is Health.CONNECTING


async def test_a_channel_has_one_source_at_a_time() -> None:
    async with service({"transcribe": {"provider": "off"}, "suggest": {"provider": "cues"}}) as running:
        meeting = await running.manager.create(MeetingSpec())
        first = Paced(60)
        await meeting.attach(first)
        with pytest.raises(InputError, match="already fed") as refused:
            await meeting.attach(Paced(1))
        assert refused.value.status == 409
        await meeting.detach(first)
        await meeting.attach(Paced(1))
        await meeting.end()
        with pytest.raises(InputError, match="has ended"):
            meeting.pause()


async def test_a_source_that_sends_nothing_any_more_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    async with service({"transcribe": {"provider": "off"}, "suggest": {"provider": "cues"}}) as running:
        monkeypatch.setattr(sources, "GIVES_WAY_S", 3600.0)  # a machine that stands still is silent as well
        meeting = await running.manager.create(MeetingSpec())
        dead = Paced(0.1)
        await meeting.attach(dead)
        await until(lambda: meeting.now(Channel.TAB) >= 0.1)
        with pytest.raises(InputError, match="already fed"):
            await meeting.attach(Paced(1))
        monkeypatch.setattr(sources, "GIVES_WAY_S", 0.0)
        back = Paced(60)
        await meeting.attach(back)
        monkeypatch.setattr(sources, "GIVES_WAY_S", 3600.0)
        await asyncio.wait_for(meeting.played(dead), 20)
        await until(lambda: meeting.now(Channel.TAB) > 0.3)
        with pytest.raises(InputError, match="already fed"):
            await meeting.attach(Paced(1))
        await meeting.end()


class Broken:
    """A transcriber with a bug."""

    info = TranscriberInfo("broken", remote=False)

    async def run(self, channel: Channel, audio: Cursor, emit: Emit) -> None:
        await audio.read(1600)
        raise ZeroDivisionError

    def flush(self) -> None: ...


async def test_a_branchs_bug_ends_that_branch_only(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = {"transcribe": {"provider": "off"}, "suggest": {"provider": "cues"}}
    async with service(tree) as running:
        make = running.manager.builder.parts

        def broken_parts(*arguments: Any) -> Any:
            parts = make(*arguments)
            stages = parts.stages
            return replace(
                parts, stages=replace(stages, providers=replace(stages.providers, transcriber=Broken))
            )

        monkeypatch.setattr(running.manager.builder, "parts", broken_parts)
        sick = await running.manager.create(MeetingSpec())
        await sick.attach(Paced(60))
        await until(lambda: sick.now(Channel.TAB) > 0.3)
        assert sick.status().state == "live"
        await sick.end()
        events = await events_of(running, sick)
    states = of(events, ProviderStateChanged)
    assert [(s.health, "ZeroDivisionError" in s.detail) for s in states if s.branch is Branch.TRANSCRIBE] == [
        (Health.DOWN, True)
    ] * 2  # once more when the audio was over
    (gap,) = [e for e in events if isinstance(e.data, TranscriptGap)]
    (ended,) = of(events, MeetingEnded)
    assert ended.reason == "stopped"
    assert gap.media is not None
    assert (gap.media.start, gap.media.end) == (0.0, ended.seconds)


async def test_meetings_come_and_go_without_a_trace(tmp_path: Path) -> None:
    """The fixtures check for tasks, threads, processes and sockets when this is over."""
    path, _ = recordings.turn(tmp_path / "turn.wav", "Good morning", after=0.2)
    async with service() as running:
        for _ in range(5):
            meeting = await running.manager.create(MeetingSpec(), live=False)
            await meeting.attach(FileSource(path, realtime=False, gate=meeting.room))
            await until(lambda: meeting.now(Channel.TAB) > 0.5)  # noqa: B023 - awaited in this very turn
            await meeting.end()
        assert running.manager.all_live() == ()


async def test_speakers_get_names() -> None:
    async with service({"transcribe": {"provider": "off"}, "suggest": {"provider": "cues"}}) as running:
        meeting = await running.manager.create(MeetingSpec())
        meeting.control("speaker_name", {"speaker": "tab:1", "name": " Dana "})
        for wrong in (
            "Dana",
            {"speaker": "tab"},
            {"speaker": "", "name": "x"},
            {"speaker": "tab", "name": "x" * 61},
        ):
            with pytest.raises(InputError):
                meeting.control("speaker_name", wrong)
        await meeting.end()
        events = await events_of(running, meeting)
    assert of(events, SpeakerRenamed) == [SpeakerRenamed("tab:1", "Dana")]
