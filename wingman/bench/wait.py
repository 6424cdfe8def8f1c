"""The whole wait of a person, measured: a service in a process of its own, calls into it, and its overlays.

Every clock is this process': it sends the speech, plays the providers at their published delays, and watches
as an overlay does. Nothing is read from the service but what it shows, and when it knew the tone of a voice.
"""

from __future__ import annotations

import asyncio
import json
import math
import sys
import tempfile
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from wingman.bench.harness import Subject, started
from wingman.bench.seen_cards import SeenCard, SeenCards
from wingman.bench.waiting import EXACT_S, Moments
from wingman.client.stream import events
from wingman.config.emotion import EmotionSettings
from wingman.config.stt import DeepgramSettings
from wingman.core.events import Envelope, Media, UtteranceCreated
from wingman.core.json import JsonObject
from wingman.core.time import Channel
from wingman.testing.connection import Traffic
from wingman.testing.deepgram.server import DeepgramEmulator
from wingman.testing.deepgram.speech import ScriptedSource, Source, StreamOptions
from wingman.testing.faults import Fault, FaultScript, Kind
from wingman.testing.gemini.answers import by_rules
from wingman.testing.gemini.server import LIVELIKE, GeminiEmulator
from wingman.testing.hume.server import HumeEmulator, ScenarioEar
from wingman.testing.scenario import Scenario, Track, load
from wingman.transports.whip_client import FRAME, Pcm, Session, file_tracks, send

TRANSCRIPTION_S = 0.225
"""What the transcriber takes for a final once the pause is over: the middle of the 150 to 300 ms published."""
PACKET_S = 0.02
CODEC_S = 0.0065
"""Opus looks ahead by so much: the last of a sound that ends with its packet comes with the next one."""
APART_S = 0.71
"""Between the beginnings of two calls, at least: so they do not speak in step."""
LAST_WORDS_S = 4.0
"""How long a card may still take when the last packet was sent."""
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
    ears: dict[str, _Ear] = field(default_factory=dict)
    asks: list[_Ask] = field(default_factory=list)
    seen: list[tuple[float, Envelope]] = field(default_factory=list)
    meeting: asyncio.Future[str] = field(default_factory=asyncio.Future)


@dataclass(frozen=True, slots=True)
class Script:
    """What is said in each call: a recording, or the first seconds of it."""

    recording: Path
    seconds: float


class _Ear(ScriptedSource):
    """What the transcriber hears of one channel, and when."""

    def __init__(self, track: Track, rate: int) -> None:
        super().__init__(track, rate)
        self._bytes_per_s = 2 * rate
        self._bytes = 0
        self._fed: list[tuple[float, float]] = []

    def feed(self, pcm: bytes) -> None:
        """More of it has arrived."""
        super().feed(pcm)
        self._bytes += len(pcm)
        self._fed.append((self._bytes / self._bytes_per_s, now()))

    def heard(self, media_s: float) -> float | None:
        """When so much of it had arrived; None where it never did."""
        at = bisect_left(self._fed, media_s - EXACT_S, key=lambda fed: fed[0])
        return self._fed[at][1] if at < len(self._fed) else None


class _Rehearsal:
    """The providers of all calls, and what each of them heard and said when."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self.calls: list[_Call] = []
        late = Fault(kind=Kind.LATE, on="every", delay=TRANSCRIPTION_S)
        self.deepgram = DeepgramEmulator(
            scenario,
            FaultScript((late,)),
            hearing=self._listen,
        )
        self.deepgram.on_said = self._transcribed
        self.hume = HumeEmulator(ear=lambda: ScenarioEar(scenario.track("tab")))
        self.gemini = GeminiEmulator(answer=self._answer, pace=LIVELIKE)

    def _listen(self, options: StreamOptions) -> Source:
        """Calls begin one after the other: the one whose channel nobody hears yet has just begun."""
        channel = options.channel_name
        ear = _Ear(self._scenario.track(channel), options.rate)
        for call in self.calls:
            if call.ears.setdefault(channel, ear) is ear:
                break
        return ear

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
    with tempfile.TemporaryDirectory(prefix="wingman-wait-") as folder:
        async with play.deepgram, play.hume, play.gemini:
            settings = _settings(play, transcriber, chunk_ms, folder)
            service = (sys.executable, "-m", "wingman.bench.server", "--keep", folder)
            command = (*service, "--settings", json.dumps(settings))
            async with started(Subject("wingman", lambda _: command), 0) as (_, port):
                tell(f"{calls} calls of {recording.stem} …")
                script, heard = Script(recording, seconds), transcriber == EMULATED
                await _hold(play, script, calls, f"http://127.0.0.1:{port}", heard=heard)
    wall = now() - time.time()
    return [way for call in play.calls for way in _ways(call, wall, local=transcriber != EMULATED)]


def _settings(play: _Rehearsal, transcriber: str, chunk_ms: int, folder: str) -> JsonObject:
    """Events are stored in `folder` before they are shown, as they are for everybody."""
    local = transcriber != EMULATED
    deepgram = {"api_key": KEY, "url": play.deepgram.url, "chunk_ms": chunk_ms}
    return {
        "server": {"port": 0, "token": TOKEN},
        "deliver": {"data_dir": folder},
        "ingest": {"host_addresses": ["127.0.0.1"]},
        "transcribe": {"provider": transcriber if local else "deepgram", "deepgram": deepgram},
        "emotion": {"provider": "hume", "hume": {"api_key": KEY, "url": play.hume.url}},
        "suggest": {"provider": "gemini", "gemini": {"api_key": KEY, "url": play.gemini.url}},
    }


async def _hold(play: _Rehearsal, script: Script, calls: int, url: str, *, heard: bool) -> None:
    """`heard`: the transcriber is ours, and who is the next to be heard is the next that calls."""
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
            while heard and len(call.ears) < len(CHANNELS) and not sending[-1].done():  # noqa: ASYNC110 - rare
                await asyncio.sleep(PACKET_S)
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
    told = SeenCards()
    for at, event in call.seen:
        told.add(at, event, wall)
    for at, event in call.seen:
        if isinstance(event.data, UtteranceCreated) and event.media is not None:
            way = _said(call, event.media, at, local=local)
            if way is not None:
                card = told.cards.get(event.data.id)
                yield _carded(call, way, card, told) if card else way


def _said(call: _Call, media: Media, at: float, *, local: bool) -> Moments | None:
    """Until the words were on screen; None where the transcriber closed them without a pause."""
    sent = call.sent[media.channel]
    spoke = sent[min(len(sent), max(1, math.ceil((media.end + CODEC_S) / PACKET_S))) - 1]
    if local:
        return Moments(spoke, at, at, at - spoke)
    finals, ear = call.finals.get(media.channel, []), call.ears.get(media.channel)
    end, told = next(((end, when) for end, when in finals if abs(end - media.end) < SAME_S), (0.0, None))
    pause_s = DeepgramSettings().endpointing_ms / 1000
    heard = ear.heard(end + pause_s) if ear is not None else None
    if told is None or heard is None or heard > told:
        return None
    return Moments(spoke, told, at, pause_s + told - heard)


def _carded(call: _Call, way: Moments, card: SeenCard, told: SeenCards) -> Moments:
    """The same with its card, and with what the model said, where it said anything."""
    way = replace(way, card=card.seen if card.instant else None, due=card.due, due_to=card.due_to)
    shown, tone = told.first.get(card.id), told.tones.get(card.utterance)
    asks = [ask for ask in call.asks if shown is not None and way.spoke < ask.answered <= shown]
    if not asks or not card.timed:
        return way
    ask = asks[-1]
    due, waited = max(way.told, way.due or way.told), EmotionSettings().prompt_wait_ms / 1000
    if tone is None or tone > ask.at:  # it was not waited for, or in vain
        tone = due + waited if ask.at >= due + waited else None
    return replace(way, tone=tone, asked=ask.at, answered=ask.answered, shown=shown)
