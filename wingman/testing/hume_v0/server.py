"""A v0-compatible Hume gateway on local ports: the streaming socket, the token endpoint and batch jobs.

The socket listens on `port`, HTTP on the port after it (or both on free ones).
"""

from __future__ import annotations

import asyncio
import binascii
from base64 import b64decode
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qs
from uuid import uuid4

import msgspec
import numpy as np
from websockets.http11 import Request, Response

from wingman.core.json import JsonObject
from wingman.testing.connection import Wire
from wingman.testing.faults import FaultScript
from wingman.testing.http_server import LoopbackHttp, Reply
from wingman.testing.http_server import Request as HttpRequest
from wingman.testing.hume_v0 import shapes
from wingman.testing.hume_v0.batch import Jobs
from wingman.testing.hume_v0.names import VOICE
from wingman.testing.hume_v0.replies import RATE, Manner, Samples, Stream, answer
from wingman.testing.scenario import Scenario
from wingman.testing.socket_server import SocketEmulator, http_answer, query

PATH = "/v0/stream/models"
NAMED = {name.lower(): name for name in VOICE}
MAX_UPLOAD = 512 * 1024 * 1024
"""The largest batch job the emulator reads."""
IDENTICAL = 10
"""Identical errors in a row at which the gateway closes."""


@dataclass(frozen=True, slots=True)
class GatewayHabits:
    """What a gateway does that its wire does not say."""

    keys: dict[str, str] = field(default_factory=lambda: {"local-key": "local-secret"})
    """API key → client secret."""
    token_s: float = 1800.0
    """Life of an access token."""
    idle_s: float = 60.0
    """Without any request for this long the socket is closed."""
    session_s: float = 1800.0
    """Longest life of a socket."""
    tokens_bind: bool = True
    """Close a socket when the token that opened it expires."""
    connections: int = 0
    """Sockets the plan allows at once, further ones are refused with 429; 0 sets no limit."""
    manner: Manner = field(default_factory=Manner)
    """How replies are written down."""
    echo_ids: bool = True
    """Repeat `payload_id` in replies."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One clip that was served, for whoever counts them."""

    connection: int
    payload_id: str | None
    audio: Samples


class HumeV0Emulator(SocketEmulator):
    """`async with HumeV0Emulator() as gateway:` then use `gateway.url` and `gateway.http_url`."""

    def __init__(
        self,
        faults: FaultScript = FaultScript(),
        habits: GatewayHabits = GatewayHabits(),
        *,
        errors: dict[int, tuple[str, str]] | None = None,
        scenario: Scenario | None = None,
    ) -> None:
        """`scenario` says how the counterpart sounds to whoever names clips after their first sample.

        `errors` puts an error (code, text) in place of the reply number n (from 1, over all sockets)."""
        super().__init__(faults)
        self.habits = habits
        self.jobs = Jobs(self._judge)
        self.taken: list[Taken] = []
        self.errors = errors or {}
        self._track = (scenario or Scenario()).track("tab")
        self.requests = 0
        self.minted = 0
        self.open = 0
        """Sockets that are served now."""
        self.handshakes: list[float] = []
        """Loop times of all handshakes."""
        self._tokens: dict[str, float] = {}
        self._http = LoopbackHttp(self._serve_http)

    @property
    def http_url(self) -> str:
        """Root of the token endpoint and the batch jobs."""
        return self._http.url

    def revoke_tokens(self) -> int:
        """Every token is void from now on; sockets opened with one are closed (1008). How many there were."""
        count = len(self._tokens)
        self._tokens.clear()
        return count

    async def start(self, port: int = 0) -> None:
        """Listen on loopback: the socket on `port` and HTTP on the one after it, or both on free ones."""
        await super().start(port)
        self._http = LoopbackHttp(self._serve_http, port=port + 1 if port else 0, max_body=MAX_UPLOAD)
        await self._http.__aenter__()

    async def stop(self) -> None:
        """Close everything."""
        await self._http.__aexit__(None, None, None)
        await super().stop()

    async def admit(self, url: SplitResult, request: Request) -> Response | None:
        """A key in the header, a key in the query (any case), or a token in the query."""
        self.handshakes.append(_now())
        if url.path != PATH:
            return _refuse(404, "Not Found")
        if self.habits.connections and self.open >= self.habits.connections:
            return _refuse(429, "Too many concurrent connections for this plan")
        asked = {name.lower(): values[0] for name, values in query(url).items()}
        key = request.headers.get("X-Hume-Api-Key") or asked.get("apikey")
        token = asked.get("access_token")
        if key in self.habits.keys or (token is not None and self._valid(token)):
            return None
        return _refuse(401, "Invalid ApiKey" if key else "Invalid or expired access token")

    def refusal(self, status: int, retry_after: float | None) -> Response:
        """A refused handshake."""
        response = _refuse(status, "scripted refusal")
        if retry_after is not None:
            response.headers["Retry-After"] = f"{retry_after:g}"
        return response

    async def session(self, wire: Wire, url: SplitResult, number: int) -> None:
        """One socket: one reply per request, in order."""
        token = query(url).get("access_token", [None])[0]
        stream = Stream(self._judge, self.habits.manner)
        opened, last, identical = _now(), "", 0
        self.open += 1
        try:
            async for frame in wire.incoming(self.habits.idle_s):
                if _now() >= opened + self.habits.session_s:
                    await wire.close(1000, "the session has reached its longest life")
                    return
                if token is not None and self.habits.tokens_bind and not self._valid(token):
                    await wire.close(1008, "the access token is no longer valid")
                    return
                reply = self._answer(frame, stream, number)
                code = shapes.code_of(reply)
                wire.say("error" if code else "reply", reply)
                identical = identical + 1 if code and code == last else 1
                last = code
                if code and not code.startswith("W") and identical >= IDENTICAL:
                    await wire.close(1008, "too many identical errors")
                    return
                await wire.accepted(stream.seconds)
        except TimeoutError:
            await wire.close(1000, "inactivity timeout")
        finally:
            self.open -= 1

    def _answer(self, frame: str | bytes, stream: Stream, number: int) -> JsonObject:
        self.requests += 1
        line = frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
        if (scripted := self.errors.get(self.requests)) is not None:
            return _with_id(shapes.error(*scripted, self.habits.manner.errors), line)
        reply = answer(line, stream)
        if len(stream.audio):
            self.taken.append(Taken(number, reply.get("payload_id"), stream.audio))
        if not self.habits.echo_ids:
            reply.pop("payload_id", None)
        return reply

    def _valid(self, token: str) -> bool:
        return self._tokens.get(token, 0.0) > _now()

    def _judge(self, audio: Samples, start: int | None = None) -> str:
        """What the scenario says of this moment; without one loud voices sound excited, soft ones calm."""
        if start is not None and self._track.turns:
            turn = self._track.turn_at((start + len(audio) / 2) / RATE)
            return NAMED.get(turn.emotion.lower(), turn.emotion) if turn else ""
        level = float(np.sqrt(np.mean(np.square(audio.astype(np.float32))))) if len(audio) else 0.0
        return "Excitement" if level > 6000 else "Interest" if level > 2000 else "Calmness"

    async def _serve_http(self, request: HttpRequest, reply: Reply) -> None:
        if request.path == "/oauth2-cc/token" and request.method == "POST":
            status, body = self._grant(request)
        elif request.headers.get("x-hume-api-key") not in self.habits.keys:
            status, body = 401, {"message": "Unauthorized"}
        elif (job := self.jobs.find(request.path)) is not None:
            await reply.whole(200, self.jobs.artifacts(job), "application/zip")
            return
        else:
            status, body = self.jobs.serve(request)
        await reply.whole(status, msgspec.json.encode(body), "application/json")

    def _grant(self, request: HttpRequest) -> tuple[int, JsonObject]:
        form = parse_qs(request.body.decode("utf-8", "replace"))
        if form.get("grant_type") != ["client_credentials"]:
            return 400, {"error": "unsupported_grant_type"}
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        try:
            key, _, secret = b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            key = secret = ""
        if scheme.lower() != "basic" or not secret or self.habits.keys.get(key) != secret:
            return 401, {"error": "invalid_client"}
        self.minted += 1
        token = f"tok_{uuid4().hex}"
        self._tokens[token] = _now() + self.habits.token_s
        life = self.habits.token_s
        return 200, {"access_token": token, "token_type": "bearer", "expires_in": life}


def _with_id(reply: JsonObject, line: str) -> JsonObject:
    try:
        asked = msgspec.json.decode(line)
        return reply | ({"payload_id": asked["payload_id"]} if "payload_id" in asked else {})
    except (msgspec.DecodeError, TypeError):
        return reply


def _refuse(status: int, text: str) -> Response:
    body = msgspec.json.encode({"message": text})
    return http_answer(status, body, {"Content-Type": "application/json"})


def _now() -> float:
    return asyncio.get_running_loop().time()
