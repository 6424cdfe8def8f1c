"""The whole wait of a person, measured: a service in a process of its own, calls into it, and its overlays.

Every clock is this process': it sends the speech, plays the providers at their published delays, and watches
as an overlay does. Nothing is read from the service but what it shows, and when it knew the tone of a voice.
"""

from __future__ import annotations

import asyncio
import json
import math
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from wingman.bench.harness import Subject, started
from wingman.bench.waiting import Moments
from wingman.client.stream import events
from wingman.config.emotion import EmotionSettings
from wingman.config.stt import DeepgramSettings
from wingman.core.events import (
    Envelope,
    Media,
    SuggestionCreated,
    SuggestionDelta,
    UtteranceCreated,
    UtteranceRevised,
)
from wingman.core.json import JsonObject
from wingman.core.time import Channel
from wingman.testing.connection import Traffic
from wingman.testing.deepgram.server import DeepgramEmulator
from wingman.testing.deepgram.speech import ScriptedSource
from wingman.testing.faults import Fault, FaultScript, Kind
from wingman.testing.gemini.answers import by_rules
from wingman.testing.gemini.server import LIVELIKE, GeminiEmulator
from wingman.testing.hume.server import HumeEmulator, ScenarioEar
from wingman.testing.scenario import Scenario, load
from wingman.transports.whip_client import FRAME, Pcm, Session, file_tracks, send

TRANSCRIPTION_S = 0.225
"""What the transcriber takes for a final once the pause is over: the middle of the 150 to 300 ms published."""
PACKET_S = 0.02
APART_S = 0.71
"""Between the beginnings of two calls: the first has its providers by then, and they do not speak in step."""
LAST_WORDS_S = 4.0
"""How long a card may still take when the last packet was sent."""
HELD_S = 0.3
"""A decision that comes so long after the words was not thought about, it was held back."""
SAME_S = 0.05
"""An utterance ends where its final's last word does, but for rounding."""
TOKEN = "bench"
KEY = "local-key"
"""What the emulators take."""
EMULATED = "emulated"
CHANNELS = (Channel.TAB, Channel.MIC)
now = time.perf_counter


@dataclass(slots=True)
class _Ask:
    """A request that reached the model, and when its first words leave."""

    at: float
    answered: float


@dataclass(slots=True)
class _Call:
    """One call: what was sent and said when, and what its overlay saw."""

    sent: dict[Channel, list[float]] = field(default_factory=lambda: {channel: [] for channel in CHANNELS})
    finals: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    """Per channel: seconds of media at which a final's last word ends, and when that final was sent."""
    asks: list[_Ask] = field(default_factory=list)
    seen: list[tuple[float, Envelope]] = field(default_factory=list)
    meeting: asyncio.Future[str] = field(default_factory=asyncio.Future)


@dataclass(frozen=True, slots=True)
class Script:
    """What is said in each call: a recording, or the first seconds of it."""

    recording: Path
    seconds: float


class _Rehearsal:
    """The providers of all calls, and what each of them said when."""

    def __init__(self, scenario: Scenario) -> None:
        self.calls: list[_Call] = []
        late = Fault(kind=Kind.LATE, on="every", delay=TRANSCRIPTION_S)
        self.deepgram = DeepgramEmulator(
            scenario,
            FaultScript((late,)),
            hearing=lambda options: ScriptedSource(scenario.track(options.channel_name), options.rate),
        )
        self.deepgram.on_said = self._transcribed
        self.hume = HumeEmulator(ear=lambda: ScenarioEar(scenario.track("tab")))
        self.gemini = GeminiEmulator(answer=self._answer, pace=LIVELIKE)

    def _transcribed(self, traffic: Traffic, message: bytes) -> None:
        """Calls begin one after the other, each with one connection a channel."""
        result = msgspec.json.decode(message)
        number = (traffic.connection - 1) // len(CHANNELS)
        if number < len(self.calls) and result.get("speech_final"):
            words = result["channel"]["alternatives"][0]["words"]
            if words:
                said = self.calls[number].finals.setdefault(traffic.channel, [])
                said.append((float(words[-1]["end"]), now()))

    def _answer(self, system: str, prompt: str) -> str:
        """A request came in; which call asks stands in its brief."""
        first = next(self.gemini.pace.waits(f"r{len(self.gemini.requests)}"))
        for number, call in enumerate(self.calls):
            if _brief(number) in prompt or _brief(number) in system:
                call.asks.append(_Ask(now(), now() + first))
        return by_rules(system, prompt)


def _brief(number: int) -> str:
    return f"This is call number {number:03d}."


async def measure(
    recording: Path,
    calls: int,
    transcriber: str = EMULATED,
    chunk_ms: int = DeepgramSettings().chunk_ms,
    seconds: float = math.inf,
    tell: Callable[[str], object] = lambda _: None,
) -> list[Moments]:
    """Play `recording` (its script lies beside it) in so many calls at once; what each utterance waited for.

    `transcriber`: `emulated`, or one of the local ones by its name in the settings.
    """
    play = _Rehearsal(load(recording.with_suffix(".json")))
    async with play.deepgram, play.hume, play.gemini:
        settings = _settings(play, transcriber, chunk_ms)
        command = (sys.executable, "-m", "wingman.bench.server", "--settings", json.dumps(settings))
        async with started(Subject("wingman", lambda _: command), 0) as (_, port):
            tell(f"{calls} calls of {recording.stem} …")
            await _hold(play, Script(recording, seconds), calls, f"http://127.0.0.1:{port}")
    wall = now() - time.time()
    return [way for call in play.calls for way in _ways(call, wall, local=transcriber != EMULATED)]


def _settings(play: _Rehearsal, transcriber: str, chunk_ms: int) -> JsonObject:
    local = transcriber != EMULATED
    deepgram = {"api_key": KEY, "url": play.deepgram.url, "chunk_ms": chunk_ms}
    return {
        "server": {"port": 0, "token": TOKEN},
        "ingest": {"host_addresses": ["127.0.0.1"]},
        "transcribe": {"provider": transcriber if local else "deepgram", "deepgram": deepgram},
        "emotion": {"provider": "hume", "hume": {"api_key": KEY, "url": play.hume.url}},
        "suggest": {"provider": "gemini", "gemini": {"api_key": KEY, "url": play.gemini.url}},
    }


async def _hold(play: _Rehearsal, script: Script, calls: int, url: str) -> None:
    async with asyncio.TaskGroup() as tasks:
        sending: list[asyncio.Task[None]] = []
        watching: list[asyncio.Task[None]] = []
        for number in range(calls):
            call = _Call()
            play.calls.append(call)
            sending.append(tasks.create_task(_send(call, number, script, url)))
            begun: tuple[asyncio.Future[Any], ...] = (call.meeting, sending[-1])
            await asyncio.wait(begun, return_when=asyncio.FIRST_COMPLETED)
            watching.append(tasks.create_task(_watch(call, url)))
            await asyncio.sleep(APART_S)
        await asyncio.wait(sending)
        await asyncio.sleep(LAST_WORDS_S)
        for task in watching:
            task.cancel()


async def _send(call: _Call, number: int, script: Script, url: str) -> None:
    spoken = file_tracks(script.recording, CHANNELS)
    tracks = {channel: _dated(pcm, call.sent[channel], script.seconds) for channel, pcm in spoken.items()}
    query = {"brief": _brief(number), "emotion_policy": "counterpart", "consent": "recording@1"}

    def on_session(session: Session) -> None:
        call.meeting.set_result(session.meeting)

    await send(url, TOKEN, tracks, query=query, host_addresses=("127.0.0.1",), on_session=on_session)


def _dated(pcm: Pcm, sent: list[float], seconds: float) -> Pcm:
    """The same sound a packet at a time; each is taken the moment it is sent."""
    size, held = 2 * FRAME, b""
    for block in pcm:
        held += block
        while len(held) >= size:
            if len(sent) * PACKET_S >= seconds:
                return
            sent.append(now())
            yield held[:size]
            held = held[size:]


async def _watch(call: _Call, url: str) -> None:
    async for event in events(url, TOKEN, await call.meeting):
        call.seen.append((now(), event))


def _ways(call: _Call, wall: float, *, local: bool) -> Iterator[Moments]:
    """What the overlay of one call saw, beside what was sent and said. `wall`: this clock less Unix time."""
    cards: dict[str, tuple[float, float, str]] = {}  # seen, decided on, id; of those with an instant text
    first: dict[str, float] = {}
    tones: dict[str, float] = {}
    for at, event in call.seen:
        match event.data:
            case SuggestionCreated(utterance=str() as utterance, origin="playbook") as card:
                decided = event.at + wall - (card.latency_ms or 0.0) / 1000
                cards.setdefault(utterance, (at, decided, card.id))
            case SuggestionDelta(id=card_id):
                first.setdefault(card_id, at)
            case UtteranceRevised(id=utterance):
                tones.setdefault(utterance, event.at + wall)
    for at, event in call.seen:
        if isinstance(event.data, UtteranceCreated) and event.media is not None:
            way = _said(call, event.media, at, local=local)
            if way is not None and event.data.id in cards:
                when, decided, card_id = cards[event.data.id]
                held = decided if decided - (event.at + wall) > HELD_S else None
                way = replace(way, card=when, held=held)
                way = _answered(call, way, first.get(card_id), tones.get(event.data.id))
            if way is not None:
                yield way


def _said(call: _Call, media: Media, at: float, *, local: bool) -> Moments | None:
    """Until the words were on screen; None where the transcriber closed them without a pause."""
    sent = call.sent[media.channel]
    spoke = sent[min(len(sent), max(1, math.ceil(media.end / PACKET_S))) - 1]
    if local:
        return Moments(spoke, at, at, at - spoke)
    finals = call.finals.get(media.channel, [])
    told = next((when for end, when in finals if abs(end - media.end) < SAME_S), None)
    pause_s = DeepgramSettings().endpointing_ms / 1000
    return None if told is None else Moments(spoke, told, at, pause_s + TRANSCRIPTION_S)


def _answered(call: _Call, way: Moments, shown: float | None, tone: float | None) -> Moments:
    """The same with what the model said, which began to show at `shown`; None where it never did."""
    asks = [ask for ask in call.asks if shown is not None and way.spoke < ask.answered <= shown]
    if not asks:
        return way
    ask = asks[-1]
    due, waited = max(way.told, way.held or way.told), EmotionSettings().prompt_wait_ms / 1000
    if tone is None or tone > ask.at:  # it was not waited for, or in vain
        tone = due + waited if ask.at >= due + waited else None
    return replace(way, tone=tone, asked=ask.at, answered=ask.answered, shown=shown)
