"""The three emulators for calls that are measured: each puts down when it heard what and when it answered.

Clocks are `time.perf_counter`. Calls begin one after the other: the first connections belong to the first call.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import msgspec

from wingman.core.json import JsonObject
from wingman.testing.connection import Traffic
from wingman.testing.deepgram.server import DeepgramEmulator
from wingman.testing.deepgram.speech import ScriptedSource, Source, StreamOptions
from wingman.testing.faults import Fault, FaultScript, Kind
from wingman.testing.gemini.answers import by_rules
from wingman.testing.gemini.server import LIVELIKE, GeminiEmulator
from wingman.testing.hume.server import HumeEmulator, ScenarioEar
from wingman.testing.scenario import Track, load

TRANSCRIPTION_S = 0.225
"""What the transcriber takes for a final once the pause is over: the middle of the 150 to 300 ms published."""
KEY = "local-key"
"""What the emulators take."""
CHANNELS = 2
"""Connections of a call to the transcriber."""
now = time.perf_counter


@dataclass(frozen=True, slots=True)
class Ask:
    """A request that reached the model, and when its first words leave."""

    at: float
    answered: float


class _DatedSource(ScriptedSource):
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

    def arrived(self, media_s: float) -> float | None:
        """When so much of it had arrived; None where it never did."""
        at = bisect_left(self._fed, media_s, key=lambda fed: fed[0])
        return self._fed[at][1] if at < len(self._fed) else None


@dataclass(slots=True)
class CallNotes:
    """What the vendors put down of one call."""

    brief: str
    """What its prompts are known by."""
    asks: list[Ask] = field(default_factory=list)
    sources: dict[str, _DatedSource] = field(default_factory=dict)
    said: dict[str, list[tuple[float, float]]] = field(default_factory=dict)

    @property
    def connections(self) -> int:
        """Channels that the transcriber has been connected to."""
        return len(self.sources)

    def finals(self, channel: str) -> list[tuple[float, float]]:
        """Seconds of media at which a final's last word ends, and when that final was sent."""
        return self.said.get(channel, [])

    def arrived(self, channel: str, media_s: float) -> float | None:
        """When the transcriber had so much of the channel; None where it never had."""
        source = self.sources.get(channel)
        return source.arrived(media_s) if source is not None else None


class TimedVendors:
    """`async with TimedVendors(script) as vendors:`, then start a service with `vendors.settings(…)`."""

    def __init__(self, script: Path) -> None:
        """`script` says what the recording of each call says (see `scenario.load`)."""
        self._scenario = load(script)
        self._calls: list[CallNotes] = []
        self._open = AsyncExitStack()
        late = Fault(kind=Kind.LATE, on="every", delay=TRANSCRIPTION_S)
        self._deepgram = DeepgramEmulator(self._scenario, FaultScript((late,)), hearing=self._listen)
        self._deepgram.on_said = self._transcribed
        self._hume = HumeEmulator(ear=lambda: ScenarioEar(self._scenario.track("tab")))
        self._gemini = GeminiEmulator(answer=self._answer, pace=LIVELIKE)

    async def __aenter__(self) -> Self:
        for emulator in (self._deepgram, self._hume, self._gemini):
            await self._open.enter_async_context(emulator)
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self._open.aclose()

    def settings(self, chunk_ms: int) -> JsonObject:
        """The sections of a service that uses them, and sends sound in pieces of `chunk_ms`."""
        return {
            "transcribe": {
                "provider": "deepgram",
                "deepgram": {"api_key": KEY, "url": self._deepgram.url, "chunk_ms": chunk_ms},
            },
            "emotion": {"provider": "hume", "hume": {"api_key": KEY, "url": self._hume.url}},
            "suggest": {"provider": "gemini", "gemini": {"api_key": KEY, "url": self._gemini.url}},
        }

    def expect(self, brief: str) -> CallNotes:
        """The next call is about to begin; `brief` stands in its prompts and in no other's."""
        self._calls.append(CallNotes(brief))
        return self._calls[-1]

    def _listen(self, options: StreamOptions) -> Source:
        """The call whose channel nobody hears yet has just begun."""
        channel = options.channel_name
        source = _DatedSource(self._scenario.track(channel), options.rate)
        for call in self._calls:
            if call.sources.setdefault(channel, source) is source:
                break
        return source

    def _transcribed(self, traffic: Traffic, message: bytes) -> None:
        result = msgspec.json.decode(message)
        number = (traffic.connection - 1) // CHANNELS
        if number < len(self._calls) and result.get("speech_final"):
            words = result["channel"]["alternatives"][0]["words"]
            if words:
                said = self._calls[number].said.setdefault(traffic.channel, [])
                said.append((float(words[-1]["end"]), now()))

    def _answer(self, system: str, prompt: str) -> str:
        first = next(self._gemini.pace.waits(f"r{len(self._gemini.requests)}"))
        for call in self._calls:
            if call.brief in prompt or call.brief in system:
                call.asks.append(Ask(now(), now() + first))
        return by_rules(system, prompt)
