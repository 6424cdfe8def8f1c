"""After a lost connection the emulators still say what the recording holds there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

import wingman
from wingman.audio.tape import Cursor, Tape
from wingman.config.emotion import HumeSettings
from wingman.config.section import Secret
from wingman.config.stt import DeepgramSettings
from wingman.core.emotion import EmotionEvent, EmotionSpan
from wingman.core.errors import Missed
from wingman.core.media import PcmBlock
from wingman.core.speech import Final, TranscriberEvent, Word
from wingman.core.time import Channel, Span
from wingman.emotion.hume.analyzer import HumeAnalyzer
from wingman.stt.deepgram.transcriber import DeepgramTranscriber
from wingman.testing import scenario
from wingman.testing.deepgram.server import DeepgramEmulator
from wingman.testing.faults import Fault, FaultScript, Kind
from wingman.testing.hume.server import HumeEmulator, ScenarioEar
from wingman.testing.reconnect_memory import ChannelMemory, Locator
from wingman.testing.virtual_time import run

SAMPLE = Path(wingman.__file__).parent / "samples" / "meeting.ogg"
SCRIPT = scenario.load(SAMPLE.with_suffix(".json"))
RATE, FRAME, SECONDS = 16_000, 320, 50


@cache
def tab() -> bytes:
    """The sample's first channel, s16le."""
    with av.open(str(SAMPLE)) as file:
        resampler = av.AudioResampler("s16", "stereo", RATE)
        parts = [p.to_ndarray().reshape(-1, 2) for f in file.decode(audio=0) for p in resampler.resample(f)]
    return np.concatenate(parts)[:, 0].astype("<i2").tobytes()


async def play(tape: Tape) -> None:
    """The sample's first channel at real time."""
    begun = asyncio.get_running_loop().time()
    while tape.end < SECONDS * RATE:
        await asyncio.sleep(begun + tape.end / RATE - asyncio.get_running_loop().time())
        tape.write(PcmBlock(tape.end, tab()[2 * tape.end : 2 * (tape.end + FRAME)]))
    tape.close()


async def said_to(run_adapter: Callable[[Cursor], Coroutine[Any, Any, None]]) -> None:
    """Run an adapter on the sample's audio to its end."""
    tape = Tape(60.0)
    audio = tape.cursor(0)
    async with asyncio.TaskGroup() as group:
        group.create_task(play(tape))
        await run_adapter(audio)
    audio.close()


async def transcript(*faults: Fault) -> tuple[list[Word], int]:
    events: list[TranscriberEvent] = []
    async with DeepgramEmulator(SCRIPT, FaultScript(faults)) as emulator:
        transcriber = DeepgramTranscriber(DeepgramSettings(url=emulator.url, api_key=Secret("local-key")))
        await said_to(lambda audio: transcriber.run(Channel.TAB, audio, events.append))
    return [word for event in events if isinstance(event, Final) for word in event.words], emulator.connections


async def tone(*faults: Fault) -> tuple[list[EmotionEvent], int]:
    events: list[EmotionEvent] = []
    async with HumeEmulator(FaultScript(faults), SCRIPT) as emulator:
        meter = HumeAnalyzer(HumeSettings(url=emulator.url, api_key=Secret("local-key")))
        await said_to(lambda audio: meter.run(Channel.TAB, audio, events.append))
    return events, emulator.connections


@pytest.mark.parametrize("at", [21.3, 28.0])
def test_the_words_after_a_drop_are_those_of_the_script_at_their_times(at: float) -> None:
    words, connections = run(transcript(Fault(kind=Kind.DROP, at=at)))
    spoken = [word for word in SCRIPT.track("tab").words if word.end <= SECONDS - 0.5]
    assert connections == 2
    assert [word.text for word in words][: len(spoken)] == [word.text for word in spoken]
    assert sum(word.start > at * RATE for word in words) >= 10
    for said, meant in zip(words, spoken, strict=False):
        assert abs(said.start / RATE - meant.start) <= 0.2, (said, meant)


@pytest.mark.parametrize(
    "faults",
    [
        (),
        (Fault(kind=Kind.DROP, at=33.0),),
        (Fault(kind=Kind.HALF_OPEN, at=23.0),),
        (
            Fault(kind=Kind.DROP, at=6.0),
            Fault(kind=Kind.CLOSE, on=2, at=20.0),
            Fault(kind=Kind.DROP, on=3, at=9.0),
        ),
        (Fault(kind=Kind.DROP, at=40.0), Fault(kind=Kind.REFUSE, status=503, on="2-3")),
    ],
    ids=("nothing", "drop", "half-open", "again and again", "503"),
)
def test_hume_says_what_was_felt_at_its_time_whatever_went_wrong_before(faults: tuple[Fault, ...]) -> None:
    """Over the real socket and through the meter, which replays nothing but goes on at the live edge."""
    events, connections = run(tone(*faults))
    turn = next(turn for turn in SCRIPT.track("tab").turns if turn.emotion == "frustration")
    felt = Span(round(turn.start * RATE), round(turn.end * RATE))
    assert connections >= 1 + len(faults)
    spans = [event for event in events if isinstance(event, EmotionSpan)]
    assert {event.scores[0].label for event in spans} == {"neutral", "frustration"}
    for event in spans:
        share = event.span.overlap(felt) / event.span.length
        if abs(share - 0.5) > 0.1:  # a window that is half of each could be called either
            assert event.scores[0].label == ("frustration" if share > 0.5 else "neutral"), event
    assert any(event.span.overlap(felt) > 0.9 * felt.length for event in spans)
    unheard = [event for event in events if isinstance(event, Missed)]
    assert bool(unheard) == bool(faults)
    assert all(event.span.overlap(gap.span) == 0 for event in spans for gap in unheard)


def resumed(at: float, upto: float, heard_until: float) -> tuple[Locator, ChannelMemory]:
    """A connection that begins at `at` seconds with audio nobody heard before."""
    memory = ChannelMemory()
    memory.add(0, tab()[: round(2 * heard_until * RATE)], heard_until)
    locator = Locator(SCRIPT.track("tab"), memory)
    for start in range(round(at * RATE), round(upto * RATE), 1600):
        locator.feed(tab()[2 * start : 2 * (start + 1600)], (start + 1600) / RATE)
    return locator, memory


@pytest.mark.parametrize(("heard", "at"), [(20.0, 23.0), (30.0, 31.5), (40.0, 44.0)])
def test_audio_nobody_heard_is_placed_by_its_pattern_of_voices(heard: float, at: float) -> None:
    locator, _ = resumed(at, at + 8.0, heard)
    assert locator.origin is not None
    assert abs(locator.origin / RATE - at) <= 0.2


def test_hume_feels_what_the_script_says_after_a_drop() -> None:
    track = SCRIPT.track("tab")
    turn = next(turn for turn in track.turns if turn.emotion and turn.start > 20)
    _, memory = resumed(0.0, 0.0, turn.start - 3)
    now = turn.start - 1
    ear = ScenarioEar(track, memory, lambda: now)
    begin = round(now * RATE)
    for start in range(begin, round(turn.end * RATE), 1600):
        now = (start + 1600) / RATE
        ear.accept(tab()[2 * start : 2 * (start + 1600)])
    heard = ear.judge(round(turn.start * RATE) - begin, round(turn.end * RATE) - begin)
    assert max(heard.expressions, key=heard.expressions.__getitem__) == turn.emotion
