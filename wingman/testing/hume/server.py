"""Hume's realtime expression API on a local port (the current generation).

Unpublished numbers of the real service (pause that ends speech, tolerance of the pace, idle time-out,
close codes) are settings here: see `HumeHabits`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import SplitResult
from uuid import uuid4

import msgspec
from websockets.http11 import Request, Response

from wingman.core.json import JsonObject
from wingman.testing.connection import Wire
from wingman.testing.faults import FaultScript
from wingman.testing.http_server import LoopbackHttp, Reply
from wingman.testing.http_server import Request as HttpRequest
from wingman.testing.hume.files import AUDIO, DEFAULT_TIMER_MS, Ear, Files, Run, error
from wingman.testing.hume.speech import Detector, Heard, Measurer
from wingman.testing.reconnect_memory import ChannelMemory, Locator
from wingman.testing.scenario import Scenario, Track
from wingman.testing.socket_server import SocketEmulator, http_answer
from wingman.testing.voice_activity import VoiceDetector

PATH = "/v1/expression/audio/realtime"
MAX_FRAME = 320_000
MAX_MESSAGE = 1 << 20
MAX_UPLOAD = 64 * 1024 * 1024
"""What the emulator reads at all; the API's own limit of 25 MB is answered in its words."""


@dataclass(slots=True)
class ScenarioEar:
    """Hears what the scenario says was felt where the session's audio belongs."""

    track: Track
    memory: ChannelMemory = field(default_factory=ChannelMemory)
    """What earlier sessions heard; without it the scenario begins with the audio."""
    clock: Callable[[], float] = time.monotonic
    _locator: Locator = field(init=False)

    def __post_init__(self) -> None:
        self._locator = Locator(self.track, self.memory)

    def accept(self, frame: bytes) -> None:
        self._locator.feed(frame, self.clock())

    def judge(self, start: int, end: int) -> Heard:
        origin = self._locator.guess(self.clock())
        return judge(self.track, (origin + start) / 16_000, (origin + end) / 16_000)


@dataclass(frozen=True, slots=True)
class HumeHabits:
    """What the vendor does not publish."""

    keys: frozenset[str] = frozenset()
    """Keys that are known; empty accepts any key."""
    forbidden: frozenset[str] = frozenset()
    """Keys that are known and may not measure (403)."""
    pause_s: float = 0.5
    """Silence that ends an utterance."""
    burst_s: float = 0.4
    """How far audio may run ahead of real time."""
    idle_s: float = 30.0
    """Without any message for this long the session ends."""
    paced: bool = True
    """False accepts audio at any speed."""


@dataclass(slots=True)
class _Session:
    """What one connection remembers."""

    run: Run
    ear: Ear
    measurer: Measurer
    opened_at: float
    frames: int = 0

    @property
    def id(self) -> str:
        return self.run.id

    @property
    def locked(self) -> bool:
        return self.frames > 0


class HumeEmulator(SocketEmulator):
    """The realtime endpoint: `async with HumeEmulator() as hume:` then use `hume.url`."""

    def __init__(
        self,
        faults: FaultScript = FaultScript(),
        scenario: Scenario = Scenario(),
        habits: HumeHabits = HumeHabits(),
        ear: Callable[[], Ear] | None = None,
    ) -> None:
        """`ear` makes what a session hears with; by default the scenario's first track."""
        super().__init__(faults)
        self.totals: list[JsonObject] = []
        """Every `session.closed` that was said, in order."""
        track, memory = scenario.track("tab"), ChannelMemory()
        self._ear = ear or (lambda: ScenarioEar(track, memory, asyncio.get_running_loop().time))
        self._habits = habits
        self.files = Files(self.detector, ear or (lambda: ScenarioEar(track)))
        self._http = LoopbackHttp(self._serve_http)

    @property
    def http_url(self) -> str:
        """Root of the upload and run endpoints."""
        return self._http.url

    async def start(self, port: int = 0) -> None:
        """Listen on loopback: the socket on `port` and HTTP on the one after it, or both on free ones."""
        await super().start(port)
        self._http = LoopbackHttp(self._serve_http, port=port + 1 if port else 0, max_body=MAX_UPLOAD)
        await self._http.__aenter__()

    async def stop(self) -> None:
        """Close everything."""
        await self._http.__aexit__(None, None, None)
        await super().stop()

    def detector(self) -> Detector:
        """A new detector for one session; tests may replace it."""
        return VoiceDetector(hangover_s=self._habits.pause_s)

    async def admit(self, url: SplitResult, request: Request) -> Response | None:
        """Exactly one credential, in a header; the gateway answers before the service sees it."""
        if url.path != PATH:
            return _error(404, "not_found", f"no such path: {url.path}")
        refused = self._check(request.headers.get("X-Hume-Api-Key"), request.headers.get("Authorization", ""))
        return _json(*refused) if refused else None

    def refusal(self, status: int, retry_after: float | None) -> Response:
        """A scripted refusal in the vendor's words."""
        if status == 401:
            return _json(*unauthorized("scripted"))
        codes = {403: "forbidden", 404: "not_found", 429: "rate_limited", 503: "server_busy"}
        response = _error(status, codes.get(status, "internal_error"), "scripted refusal")
        if retry_after is not None:
            response.headers["Retry-After"] = f"{retry_after:g}"
        return response

    def _check(self, key: str | None, authorization: str) -> tuple[int, JsonObject] | None:
        """None when exactly one credential came and is good, else how the gateway refuses."""
        scheme, _, token = authorization.partition(" ")
        bearer = token if scheme == "Bearer" else None
        credential = key or bearer or ""
        if credential in self._habits.forbidden:
            return error(403, "forbidden", "this key may not measure expressions")
        known = not self._habits.keys or credential in self._habits.keys
        if (key is None) == (bearer is None) or not credential or not known:
            return unauthorized(key)
        return None

    async def _serve_http(self, request: HttpRequest, reply: Reply) -> None:
        refused = self._check(request.headers.get("x-hume-api-key"), request.headers.get("authorization", ""))
        status, body = refused or self.files.serve(request)
        await reply.whole(status, msgspec.json.encode(body), "application/json")

    async def session(self, wire: Wire, url: SplitResult, number: int) -> None:
        """One session, from `session.created` to `session.closed`."""
        state = self._begin(wire)
        try:
            async for frame in wire.incoming(self._habits.idle_s):
                if len(frame) > MAX_MESSAGE:
                    await self._fatal(wire, state, "message_too_large", 1009)
                elif isinstance(frame, bytes):
                    await self._audio(wire, state, frame)
                elif await self._text(wire, state, frame):
                    return
        except TimeoutError:
            await self._close(wire, state, "idle_timeout", 1000)

    def _begin(self, wire: Wire) -> _Session:
        ear = self._ear()
        measurer = Measurer(self.detector(), ear.judge)
        run = Run(str(uuid4()), "realtime")
        self.files.runs[run.id] = run
        state = _Session(run, ear, measurer, asyncio.get_running_loop().time())
        created = {"type": "session.created", "session_id": state.id, "audio": AUDIO}
        wire.say("session.created", created | {"measurement_timer_ms": state.measurer.timer_ms})
        return state

    async def _audio(self, wire: Wire, state: _Session, frame: bytes) -> None:
        if not frame or len(frame) % 2 or len(frame) > MAX_FRAME:
            _say_error(
                wire, "invalid_audio_frame", "a frame holds whole samples, at most ten seconds", retryable=True
            )
            state.run.events.append("invalid_audio_frame")
            return
        elapsed = asyncio.get_running_loop().time() - state.opened_at
        length = len(frame) // 2
        ahead = (state.measurer.accepted + length) / 16_000 - elapsed
        if (self._habits.paced and ahead > self._habits.burst_s) or wire.refuses():
            _say_error(wire, "rate_limited", "audio arrived faster than real time", retryable=True)
            state.run.events.append("rate_limited")
            return
        state.ear.accept(frame)
        state.frames += 1
        state.run.received_bytes += len(frame)
        for message in state.measurer.feed(frame):
            wire.say(message["type"], message)
        await wire.accepted(state.measurer.accepted / 16_000)

    async def _text(self, wire: Wire, state: _Session, text: str) -> bool:
        """Handle one text message; True when the session is over."""
        try:
            message = msgspec.json.decode(text)
            kind = message["type"]
        except (msgspec.DecodeError, KeyError, TypeError):
            _say_error(wire, "message_invalid", "the message cannot be read", retryable=True)
            return False
        if kind == "session.close":
            for said in state.measurer.finish():
                wire.say(said["type"], said)
            await self._close(wire, state, "client_request", 1000)
            return True
        if kind != "session.update":
            _say_error(wire, "message_invalid", f"unknown message type {kind!r}", retryable=True)
            return False
        timer = None if state.locked else _timer_of(message)
        if timer is None:
            await self._fatal(wire, state, "config_invalid", 1008)
            return True
        state.measurer.timer_ms = state.run.timer_ms = timer
        updated = {"type": "session.updated", "audio": AUDIO, "measurement_timer_ms": timer}
        wire.say("session.updated", updated)
        return False

    async def _fatal(self, wire: Wire, state: _Session, code: str, close_code: int) -> None:
        _say_error(wire, code, f"the session ends: {code}", retryable=False)
        await self._close(wire, state, "error", close_code)

    async def _close(self, wire: Wire, state: _Session, reason: str, code: int) -> None:
        measurer = state.measurer
        closed = {
            "type": "session.closed",
            "session_id": state.id,
            "reason": reason,
            "received": {"audio_duration_ms": measurer.accepted_ms, "frames": state.frames},
            "produced": {"utterances": measurer.utterances, "measurements": measurer.measurements},
        }
        self.totals.append(closed)
        state.run.end("errored" if reason == "error" else "ended", reason, code)
        wire.say("session.closed", closed)
        await wire.close(code)


def judge(track: Track, start: float, end: float) -> Heard:
    """Scores of `[start, end)` seconds: what the scenario says was felt then, weighted by time."""
    felt: dict[str, float] = {}
    for turn in track.turns_between(start, end):
        if turn.emotion:
            share = (min(end, turn.end) - max(start, turn.start)) / max(end - start, 1e-6)
            felt[turn.emotion] = felt.get(turn.emotion, 0.0) + share
    expressions = {name: 0.3 + 0.55 * share for name, share in felt.items()} or {"neutral": 0.5}
    return Heard(expressions, {"clear": 0.81, "calm": 0.4})


def _timer_of(message: JsonObject) -> int | None:
    """The timer a `session.update` asks for; None when the configuration is not legal."""
    if set(message) - {"type", "audio", "measurement_timer_ms"}:
        return None
    audio = message.get("audio", {})
    if not isinstance(audio, dict) or not audio.items() <= AUDIO.items():
        return None
    timer = message.get("measurement_timer_ms", DEFAULT_TIMER_MS)
    legal = isinstance(timer, int) and not isinstance(timer, bool) and 3000 <= timer <= 10_000
    return timer if legal else None


def _say_error(wire: Wire, code: str, text: str, *, retryable: bool) -> None:
    wire.say("error", {"type": "error", "code": code, "message": text, "retryable": retryable})


def unauthorized(key: str | None) -> tuple[int, JsonObject]:
    """The gateway's own answer; it names the request only when a key was sent and refused."""
    body = {"message": "Unauthorized"}
    return 401, body | {"request_id": f"req_{uuid4().hex[:12]}"} if key else body


def _error(status: int, code: str, text: str) -> Response:
    return _json(*error(status, code, text))


def _json(status: int, body: JsonObject) -> Response:
    return http_answer(status, msgspec.json.encode(body), {"Content-Type": "application/json"})
