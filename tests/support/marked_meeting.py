"""A meeting whose truth is mixed into its sound: who says what, how, and where somebody laughs or sighs.

Words come from the local Deepgram by script, the tone from a gateway that reads the marks in the audio. It runs
in jumping time through the real service.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.support.v0_gateway import BURST_TONES, RATE, VOICE_TONES, Gateway, burst, speech
from wingman.app import Service, open_service
from wingman.audio.source import ChannelSink
from wingman.config.settings import build
from wingman.core.events import Envelope, UtteranceData, VoiceSound
from wingman.core.media import PcmBlock
from wingman.core.time import Channel
from wingman.meeting.api import MeetingSpec
from wingman.meeting.meeting import Meeting
from wingman.testing.deepgram.server import DeepgramEmulator
from wingman.testing.scenario import Scenario, SpokenWord, Track, Turn

TEXTS = (
    "We have about two hundred users in three offices.",
    "How much does the enterprise plan cost per month?",
    "That is far more expensive than I thought it would be.",
    "This is the third outage in a month and nobody calls back.",
    "Your competitor offered us the same for half the money.",
    "I like what I have seen so far, it looks great.",
    "Let me talk to my manager and come back to you.",
)
CONSENT = "voices@1"
FRAME = RATE // 50


@dataclass(frozen=True, slots=True)
class Marked:
    """One marked stretch."""

    channel: Channel
    start: float
    end: float
    emotion: str = ""
    """Empty: speech without a mark, or a burst."""
    text: str = ""
    """Empty for a burst."""
    burst: str = ""


@dataclass(frozen=True, slots=True)
class MarkedMeeting:
    """A meeting and its truth."""

    seed: int
    parts: tuple[Marked, ...]
    length: float
    audio: Mapping[Channel, NDArray[np.int16]] = field(repr=False)

    @property
    def spoken(self) -> tuple[Marked, ...]:
        return tuple(part for part in self.parts if part.text)

    @property
    def bursts(self) -> tuple[Marked, ...]:
        return tuple(part for part in self.parts if part.burst)

    @property
    def scenario(self) -> Scenario:
        """What the transcriber hears."""
        tracks = {}
        for channel in Channel:
            turns = [_turn(part) for part in self.spoken if part.channel is channel]
            tracks[channel.value] = Track(tuple(turns))
        return Scenario(tracks)


def make(seed: int, utterances: int = 7, bursts: int = 2) -> MarkedMeeting:
    """Marked utterances with pauses of half a second to two, and bursts inside, beside and apart from them."""
    dice = random.Random(seed)
    emotions = dice.sample(sorted(VOICE_TONES.values()), k=min(6, utterances))
    emotions += [""] * (utterances - len(emotions))
    dice.shuffle(emotions)
    loud = sorted(dice.sample(range(utterances), k=bursts))
    parts: list[Marked] = []
    at = 1.0
    for number, emotion in enumerate(emotions):
        length = dice.uniform(1.6, 4.2)
        text = TEXTS[number % len(TEXTS)]
        parts.append(Marked(Channel.TAB, at, at + length, emotion, text))
        at += length
        if number in loud:
            gap = dice.choice([0.15, 0.4, 3.5])
            kind = dice.choice(sorted(BURST_TONES.values()))
            parts.append(Marked(Channel.TAB, at + gap, at + gap + 0.7, burst=kind))
            at += gap + 0.7
        at += dice.uniform(1.3, 2.6)  # a shorter pause makes one utterance of two sentences
    length = at + 3.0
    return MarkedMeeting(seed, tuple(parts), length, {Channel.TAB: _render(parts, length, seed)})


def _render(parts: Sequence[Marked], length: float, seed: int) -> NDArray[np.int16]:
    whole = np.zeros(int(length * RATE) // FRAME * FRAME, np.int16)
    for number, part in enumerate(parts):
        seconds = part.end - part.start
        sound = burst(seconds, part.burst) if part.burst else speech(seconds, part.emotion, seed + number)
        begin = int(part.start * RATE)
        whole[begin : begin + len(sound)] = sound[: len(whole) - begin]
    return whole


def _turn(part: Marked) -> Turn:
    words = part.text.split()
    step = (part.end - part.start) / len(words)
    timed = tuple(
        SpokenWord(word, part.start + n * step, part.start + (n + 0.95) * step) for n, word in enumerate(words)
    )
    return Turn(part.start, part.end, part.text, words=timed)


class Player:
    """Plays the meeting at real pace of the loop's clock."""

    def __init__(self, meeting: MarkedMeeting, on_second: Callable[[float], None] = lambda _: None) -> None:
        self._meeting = meeting
        self._on_second = on_second

    @property
    def channels(self) -> tuple[Channel, ...]:
        return tuple(self._meeting.audio)

    @property
    def recorded(self) -> bool:
        return False

    async def run(self, sinks: Mapping[Channel, ChannelSink]) -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        length = len(next(iter(self._meeting.audio.values())))
        for at in range(0, length, FRAME):
            await asyncio.sleep(max(0.0, begun + (at + FRAME) / RATE - loop.time()))
            for channel, audio in self._meeting.audio.items():
                sinks[channel].write(PcmBlock(sinks[channel].position, audio[at : at + FRAME].tobytes()))
            if at % RATE == 0:
                self._on_second(at / RATE)


@dataclass(slots=True)
class Outcome:
    """What came of it."""

    meeting: MarkedMeeting
    events: list[Envelope]

    @property
    def latest(self) -> list[UtteranceData]:
        """Utterances in their last revision, in order."""
        found: dict[str, tuple[float, UtteranceData]] = {}
        for event in self.events:
            if isinstance(event.data, UtteranceData) and event.media is not None:
                found[event.data.id] = (event.media.start, event.data)
        return [data for _, data in sorted(found.values(), key=lambda pair: pair[0])]

    def utterance(self, part: Marked) -> UtteranceData | None:
        """The utterance that was told of `part`."""
        return next((one for one in self.latest if one.text == part.text), None)

    @property
    def sounds(self) -> list[str]:
        """Every burst that was told, by its label."""
        beside = [sound.label for one in self.latest for sound in one.sounds]
        return beside + [event.data.label for event in self.events if isinstance(event.data, VoiceSound)]

    def of(self, kind: type[Any]) -> list[Any]:
        return [event.data for event in self.events if isinstance(event.data, kind)]


def settings_for(gateway: str, deepgram: str, **emotion: Any) -> dict[str, Any]:
    """A plain tree of settings that points at these servers."""
    return {
        "transcribe": {"provider": "deepgram", "deepgram": {"url": deepgram, "api_key": "local-key"}},
        "emotion": {
            "provider": "hume-v0",
            "hume_v0": {"url": gateway, "api_key": "spec-key", **emotion.pop("hume_v0", {})},
            **emotion,
        },
        "suggest": {"provider": "cues"},
        "report": {"summary": False},
    }


@asynccontextmanager
async def running(
    meeting: MarkedMeeting, gateway: Gateway, tree: Mapping[str, Any] | None = None, **emotion: Any
) -> AsyncIterator[Service]:
    """The service against the gateway and a transcriber that knows the words; `tree` adds to its settings."""
    async with DeepgramEmulator(meeting.scenario) as deepgram:
        settings = settings_for(gateway.url, deepgram.url, **emotion) | dict(tree or {})
        async with open_service(build(settings), keep=False) as service:
            yield service


async def play(
    service: Service,
    meeting: MarkedMeeting,
    spec: MeetingSpec | None = None,
    during: Callable[[Meeting, float], None] = lambda _meeting, _at: None,
) -> Outcome:
    """Hold the meeting to its end. `during` is called once a second of it."""
    held = await service.manager.create(spec or MeetingSpec(emotion_policy="counterpart", consent=CONSENT))
    source = Player(meeting, lambda at: during(held, at))
    await held.attach(source)
    await held.played(source)
    await asyncio.sleep(3.0)
    await held.end("source_ended")
    await service.log.flush()
    return Outcome(meeting, list(await service.log.read(held.id)))
