"""A local Deepgram: `/v1/listen` as the service speaks it, live and for recordings, and `/v1/auth/grant`.

It does its own voice detection on the audio it receives. With a scenario it says that track's words at their
times; without one it says a placeholder word for every stretch of voice. Times count the audio of this
connection, as the service's do.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult

from websockets.http11 import Request, Response

from wingman.core.json import JsonMapping
from wingman.testing.connection import Wire
from wingman.testing.deepgram import recording
from wingman.testing.deepgram.speech import (
    PlaceholderSource,
    Recogniser,
    ScriptedSource,
    Source,
    StreamOptions,
    channel_name,
)
from wingman.testing.faults import FaultScript
from wingman.testing.http_server import LoopbackHttp, Reply
from wingman.testing.http_server import Request as HttpRequest
from wingman.testing.reconnect_memory import ChannelMemory
from wingman.testing.scenario import Scenario
from wingman.testing.socket_server import SocketEmulator, http_answer, query

IDLE_REASON = "Deepgram did not receive audio data or a text message within the timeout window. See https://dpgr.am/net0001"
_REFUSALS: Mapping[int, tuple[str, str]] = {
    400: ("Bad Request", "The request was refused."),
    401: ("INVALID_AUTH", "Invalid credentials."),
    402: ("ASR_PAYMENT_REQUIRED", "Project does not have enough credits for an ASR request."),
    403: ("INSUFFICIENT_PERMISSIONS", "Project does not have access to the requested model."),
    404: ("NOT_FOUND", "Not found."),
    429: ("TOO_MANY_REQUESTS", "Too many requests. Please try again later"),
}


MAX_RECORDING = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class DeepgramLimits:
    """What the emulated service enforces."""

    idle_s: float = 10.0
    """Seconds without any frame after which it closes with 1011."""
    keys: frozenset[str] = frozenset({"local-key"})
    tokens: frozenset[str] = frozenset()
    """Bearer tokens that are valid besides those granted here."""
    pace: float | None = 1.25
    """Seconds of audio per second it takes in, beyond `head_start_s`; it reads no faster. None: no limit."""
    head_start_s: float = 1.0


class DeepgramEmulator(SocketEmulator):
    """`async with DeepgramEmulator(scenario) as emulator:` then use `emulator.url`."""

    def __init__(
        self,
        scenario: Scenario | None = None,
        faults: FaultScript = FaultScript(),
        limits: DeepgramLimits = DeepgramLimits(),
        hearing: Callable[[StreamOptions], Source] | None = None,
    ) -> None:
        """`hearing` replaces scenario and placeholder, e.g. by one that decodes indexed audio."""
        super().__init__(faults)
        self.scenario = scenario
        self._hearing = hearing
        self._http = LoopbackHttp(self._serve_http, max_body=MAX_RECORDING)
        self.limits = limits
        self.granted: set[str] = set()
        """Tokens handed out so far."""
        self.recordings: list[HttpRequest] = []
        """Every recording that was posted, in order."""
        self.refusals: list[int] = []
        """Statuses with which the next recordings are refused; 0 takes one."""
        self._request_ids: dict[int, str] = {}
        self._memories: dict[tuple[str, int], ChannelMemory] = {}

    @property
    def rest_url(self) -> str:
        """Root of the REST calls (`/v1/auth/grant`, `/v1/listen`)."""
        return self._http.url

    async def start(self, port: int = 0) -> None:
        """Listen on `port`; 0 takes any."""
        await super().start(port)
        await self._http.__aenter__()

    async def stop(self) -> None:
        """Close everything."""
        await self._http.__aexit__(None, None, None)
        await super().stop()

    def channel_of(self, url: SplitResult) -> str:
        """Which channel a connection is for."""
        return channel_name(query(url))

    def greet(self, number: int) -> Mapping[str, str]:
        """Headers of an accepted handshake."""
        return {"dg-request-id": self._request_ids.setdefault(number, str(uuid.uuid4()))}

    def refusal(self, status: int, retry_after: float | None) -> Response:
        """A refused handshake."""
        code, text = _REFUSALS.get(status, ("UNAVAILABLE", "The service is unavailable."))
        return _deny(status, code, text, retry_after)

    async def admit(self, url: SplitResult, request: Request) -> Response | None:
        """A refusal, or None to let it in."""
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if not scheme and (offered := request.headers.get("Sec-WebSocket-Protocol")):
            scheme, _, secret = (part.strip() for part in offered.partition(","))
        known = {"token": self.limits.keys, "bearer": self.limits.tokens | self.granted}.get(scheme.lower(), ())
        if url.path != "/v1/listen":
            return self.refusal(404, None)
        if secret not in known:
            return self.refusal(401, None)
        try:
            StreamOptions.of(query(url))
        except ValueError as wrong:
            return _deny(400, "Bad Request", str(wrong))
        return None

    async def session(self, wire: Wire, url: SplitResult, number: int) -> None:
        """Serve one connection."""
        options = StreamOptions.of(query(url))
        recogniser = Recogniser(options, self._source(options), self.greet(number)["dg-request-id"])
        begun = asyncio.get_running_loop().time()
        await wire.accepted(0.0)
        try:
            async for frame in wire.incoming(self.limits.idle_s):
                if isinstance(frame, bytes) and frame:
                    for kind, message in recogniser.hear(frame):
                        wire.say(kind, message)
                    await wire.accepted(recogniser.heard_s)
                    await self._keep_pace(wire, recogniser.heard_s, begun)
                elif await self._control(wire, recogniser, frame):
                    self._memories.pop(_channel(options), None)  # whoever comes next begins anew
                    return
        except TimeoutError:
            wire.say("Metadata", recogniser.summary())
            await wire.close(1011, IDLE_REASON)

    async def _keep_pace(self, wire: Wire, heard_s: float, begun: float) -> None:
        """Read no faster than the service does, so that a client in a hurry meets back pressure."""
        elapsed = asyncio.get_running_loop().time() - begun
        if self.limits.pace is not None:
            ahead = heard_s - self.limits.head_start_s - self.limits.pace * elapsed
            wire.traffic.ahead_s = max(wire.traffic.ahead_s, ahead)
            if ahead > 0:
                await asyncio.sleep(ahead / self.limits.pace)

    async def _control(self, wire: Wire, recogniser: Recogniser, frame: bytes | str) -> bool:
        """Obey a control message; True when it ended the stream. An empty binary frame ends it as well."""
        try:
            message = json.loads(frame) if frame else {"type": "CloseStream"}
            kind = message["type"]
        except (ValueError, KeyError, TypeError):
            kind = None
        if kind == "CloseStream":
            for name, said in recogniser.finish():
                wire.say(name, said)
            wire.say("Metadata", recogniser.summary())
            await wire.close(1000)
            return True
        if kind == "Finalize":
            for name, said in recogniser.finalize():
                wire.say(name, said)
        elif kind == "Configure":
            wire.say(*recogniser.configure(message))
        elif kind != "KeepAlive":
            text = frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
            wire.say(
                "Error",
                {
                    "type": "Error",
                    "variant": "SchemaError",
                    "description": "Could not deserialize last text message",
                    "message": text,
                },
            )
        return False

    async def _serve_http(self, request: HttpRequest, reply: Reply) -> None:
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        keys = {"token": self.limits.keys, "bearer": self.limits.tokens | self.granted}
        known = keys.get(scheme.lower(), frozenset())
        if (request.method, request.path) == ("POST", "/v1/listen"):
            await self._recording(request, reply, allowed=secret in known)
            return
        if (request.method, request.path) != ("POST", "/v1/auth/grant"):
            status, answer = 404, _error("NOT_FOUND", "Not found.")
        elif scheme.lower() != "token" or secret not in self.limits.keys:
            status, answer = 401, _error("INVALID_AUTH", "Invalid credentials.")
        else:
            asked = json.loads(request.body or b"{}")
            token = f"jwt-{uuid.uuid4()}"
            self.granted.add(token)
            status, answer = 200, {"access_token": token, "expires_in": asked.get("ttl_seconds", 30)}
        await reply.whole(status, json.dumps(answer).encode(), "application/json")

    async def _recording(self, request: HttpRequest, reply: Reply, *, allowed: bool) -> None:
        """A recording in one request: WAV of 16 kHz mono, as Wingman sends it."""
        asked = {name: [value] for name, value in request.query.items()}
        self.recordings.append(request)
        fault = self.refusals.pop(0) if self.refusals else 0
        try:
            if fault:
                status, answer = fault, _error(*_REFUSALS.get(fault, ("UNAVAILABLE", "Try again later.")))
            elif not allowed:
                status, answer = 401, _error("INVALID_AUTH", "Invalid credentials.")
            else:
                options = StreamOptions.of({**asked, "encoding": ["linear16"], "sample_rate": ["16000"]})
                status, answer = (
                    200,
                    recording.transcript(options, self._source(options), recording.samples_of(request.body)),
                )
        except ValueError as wrong:
            status, answer = 400, _error("Bad Request", str(wrong))
        await reply.whole(status, json.dumps(answer).encode(), "application/json")

    def _source(self, options: StreamOptions) -> Source:
        if self._hearing is not None:
            return self._hearing(options)
        if self.scenario is None:
            return PlaceholderSource(options.rate)
        # What was heard is kept across connections, so that a replay is answered with the words it holds.
        memory = self._memories.setdefault(_channel(options), ChannelMemory(options.rate))
        track = self.scenario.track(options.channel_name)
        return ScriptedSource(track, options.rate, memory, asyncio.get_running_loop().time)


def _channel(options: StreamOptions) -> tuple[str, int]:
    """What tells one stream of a meeting from another."""
    return options.channel_name, options.rate


def _error(code: str, text: str) -> JsonMapping:
    return {"err_code": code, "err_msg": text, "request_id": str(uuid.uuid4())}


def _deny(status: int, code: str, text: str, retry_after: float | None = None) -> Response:
    request_id = str(uuid.uuid4())
    body = json.dumps({"err_code": code, "err_msg": text, "request_id": request_id}).encode()
    headers = {"Content-Type": "application/json", "dg-request-id": request_id, "dg-error": text}
    if retry_after is not None:
        headers["Retry-After"] = f"{retry_after:g}"
    return http_answer(status, body, headers)


async def serve(port: int, scenario: Scenario | None = None, faults: FaultScript = FaultScript()) -> None:
    """Serve on loopback until cancelled, with the key `local-key`."""
    await DeepgramEmulator(scenario, faults).serve_forever(port)
