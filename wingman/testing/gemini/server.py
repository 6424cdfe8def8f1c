"""A local Gemini: streaming REST with the service's framing, errors and faults.

Speaks `v1` and `v1beta`: `:streamGenerateContent` (SSE, or a JSON array without `alt=sse`),
`:generateContent`, `:countTokens`, and the list of models.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from wingman.core.errors import InputError
from wingman.core.json import JsonObject
from wingman.testing.faults import Fault, FaultScript, Kind
from wingman.testing.gemini import wire as wire
from wingman.testing.gemini.answers import Answer, by_rules
from wingman.testing.http_server import Reply, Request
from wingman.testing.model_server import ModelServer

JSON = "application/json; charset=UTF-8"
RETRY_DELAY_S = 17


class GeminiFault(StrEnum):
    """What can go wrong with one request, as seen in the field."""

    LATE = "late"
    """The first token comes `Pace.late_s` late."""
    STALL = "stall"
    """Silence after the first event."""
    NO_HEADERS = "no-headers"
    """The request is taken and never answered."""
    RATE_LIMITED = "rate-limited"
    OVERLOADED = "overloaded"
    INTERNAL = "internal"
    BAD_KEY = "bad-key"
    NOT_SERVED = "not-served"
    PROMPT_BLOCKED = "prompt-blocked"
    ANSWER_BLOCKED = "answer-blocked"
    """Some text, then a safety stop without content."""
    EMPTY = "empty"
    """A normal end without a word."""
    TRUNCATED = "truncated"
    """The output budget went into thinking."""
    NO_CANDIDATES = "no-candidates"
    EMPTY_BODY = "empty-body"
    ERROR_EVENT = "error-event"
    """A 503 inside the 200 stream, after some text."""
    DROPPED = "dropped"
    """The connection breaks after some text."""
    CUT_JSON = "cut-json"
    """The body ends in the middle of an event."""


_PLAYED = {
    Kind.HANG: GeminiFault.NO_HEADERS,
    Kind.DROP: GeminiFault.DROPPED,
    Kind.CLOSE: GeminiFault.ERROR_EVENT,
    Kind.HALF_OPEN: GeminiFault.STALL,
    Kind.STALL: GeminiFault.STALL,
    Kind.LATE: GeminiFault.LATE,
    Kind.MALFORMED: GeminiFault.CUT_JSON,
}
_REFUSED = {
    400: GeminiFault.BAD_KEY,
    404: GeminiFault.NOT_SERVED,
    429: GeminiFault.RATE_LIMITED,
    500: GeminiFault.INTERNAL,
    503: GeminiFault.OVERLOADED,
}
"""What a fault script may ask for: the same words as for a connection, here for one request."""
_STATUSES = {
    GeminiFault.RATE_LIMITED: (429, "You exceeded your current quota, please check your plan."),
    GeminiFault.OVERLOADED: (503, "The model is overloaded. Please try again later."),
    GeminiFault.INTERNAL: (500, "An internal error has occurred."),
    GeminiFault.BAD_KEY: (400, "API key not valid. Please pass a valid API key."),
    GeminiFault.NOT_SERVED: (404, "This model is no longer available to new users."),
}


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the emulated model is. The defaults resemble a Flash-Lite that does not think."""

    first_s: float = 0.6
    gap_s: float = 0.09
    characters: int = 40
    """Characters per event."""
    late_s: float = 6.0
    """What `GeminiFault.LATE` adds."""
    jitter: float = 0.0
    """Spread of the waits: the sigma of a log-normal factor whose median is 1; 0 keeps them exact."""

    def waits(self, seed: str) -> Iterator[float]:
        """Seconds before the first event, then before each further one; the same for the same seed."""
        dice = random.Random(seed)
        yield self.first_s * dice.lognormvariate(0.0, self.jitter)
        while True:
            yield self.gap_s * dice.lognormvariate(0.0, self.jitter)


LIVELIKE = Pace(jitter=0.35)
"""What an emulator keeps unless told otherwise: most waits near the median, one in ten half as long again."""
INSTANT = Pace(first_s=0.0, gap_s=0.0)
"""For tests that do not measure time."""


class GeminiEmulator(ModelServer[GeminiFault]):
    """Serve inside `async with`; `url` is what goes into `suggest.gemini.url`."""

    def __init__(
        self,
        *,
        answer: Answer = by_rules,
        pace: Pace = LIVELIKE,
        key: str = "",
        served: frozenset[str] = frozenset(wire.MODELS),
        lists_models: bool = True,
        port: int = 0,
    ) -> None:
        super().__init__(port)
        self.answer = answer
        self.pace = pace
        self.served = served
        self._key = key
        self._lists_models = lists_models
        self._scripted: tuple[tuple[Fault, GeminiFault], ...] = ()
        self._asked = 0
        self.sent: list[float] = []
        """Loop times at which the first event of each stream was written."""

    def follow(self, script: FaultScript) -> None:
        """Requests for an answer, counted from 1, meet what `script` says; what is `play`ed goes before.

        Raises `InputError` for what cannot go wrong with a request.
        """
        self._scripted = tuple((fault, _as_request_fault(fault)) for fault in script.faults)

    def next_fault(self) -> GeminiFault | None:
        """What goes wrong with the next request; None when nothing does."""
        self._asked += 1
        scripted = (kind for fault, kind in self._scripted if fault.applies(self._asked))
        return super().next_fault() or next(scripted, None)

    async def handle(self, request: Request, reply: Reply) -> None:
        """Answer one request."""
        try:
            call = wire.parse_path(request.path)
            wire.check_key(request.headers, request.query, self._key)
            if call.method == "get":
                await self._models(call, reply)
                return
            model = wire.resolve_model(call, self.served)
            body = _body(request)
            wire.check_body(model, body, request.headers)
            await self._generate(call, model, body, request, reply)
        except wire.Refused as refused:
            await reply.whole(refused.code, refused.body, JSON)

    async def _models(self, call: wire.Call, reply: Reply) -> None:
        if not self._lists_models:
            raise wire.Refused(503, "The service is currently unavailable.")
        if call.model:
            tree: JsonObject = _model(wire.resolve_model(call, self.served))
        else:
            tree = {"models": [_model(name) for name in sorted(self.served)]}
        await reply.whole(200, json.dumps(tree).encode(), JSON)

    async def _generate(
        self, call: wire.Call, model: str, body: JsonObject, request: Request, reply: Reply
    ) -> None:
        system, prompt = wire.prompt_text(body)
        stream = wire.Stream(model, f"r{len(self.requests)}", wire.tokens(len(system) + len(prompt)))
        if call.method == "countTokens":
            await reply.whole(200, json.dumps({"totalTokens": stream.prompt_tokens}).encode(), JSON)
            return
        fault = self.next_fault()
        await self._before(fault)
        text = self.answer(system, prompt)
        if call.method == "generateContent":
            waits = self.pace.waits(stream.response_id)
            pieces = -(-len(text) // self.pace.characters)
            await asyncio.sleep(sum(itertools.islice(waits, 1 + pieces)))
            tree = stream.event(text, len(text), "STOP")
            await reply.whole(200, json.dumps(tree).encode(), JSON)
        elif call.method == "streamGenerateContent":
            framed = request.query.get("alt") == "sse"
            await _Streaming(self, stream, reply, framed).run(text, fault)
        else:
            raise wire.Refused(404, f"Method {call.method} is not found.")

    async def _before(self, fault: GeminiFault | None) -> None:
        """Faults that come in place of an answer."""
        if fault is GeminiFault.NO_HEADERS:
            await asyncio.Event().wait()
        if fault in _STATUSES:
            code, message = _STATUSES[fault]
            raise wire.Refused(code, message, _details(fault))


class _Streaming:
    """One streamed answer."""

    def __init__(self, owner: GeminiEmulator, stream: wire.Stream, reply: Reply, framed: bool) -> None:
        self._owner = owner
        self._stream = stream
        self._reply = reply
        self._framed = framed
        self._index = 0

    async def run(self, text: str, fault: GeminiFault | None) -> None:
        pace = self._owner.pace
        await self._reply.begin(200, "text/event-stream" if self._framed else JSON)
        if fault is GeminiFault.EMPTY_BODY:
            await self._reply.end()
            return
        waits = pace.waits(self._stream.response_id)
        await asyncio.sleep(next(waits) + (pace.late_s if fault is GeminiFault.LATE else 0.0))
        self._owner.sent.append(asyncio.get_running_loop().time())
        if fault is not None and await self._instead(fault):
            await self._finish()
            return
        said = 0
        parts = list(wire.pieces(text, pace.characters))
        for number, part in enumerate(parts):
            said += len(part)
            last = number == len(parts) - 1
            await self._send(self._stream.event(part, said, "STOP" if last else ""))
            if fault is not None and await self._midway(fault, said):
                return
            if not last:
                await asyncio.sleep(next(waits))
        await self._finish()

    async def _instead(self, fault: GeminiFault) -> bool:
        """Faults that leave an answer without text. True when the answer is over."""
        match fault:
            case GeminiFault.PROMPT_BLOCKED:
                await self._send(self._stream.blocked("SAFETY"))
            case GeminiFault.EMPTY:
                await self._send(
                    {"candidates": [{"content": {"role": "model"}, "finishReason": "STOP", "index": 0}]}
                )
            case GeminiFault.TRUNCATED:
                await self._send(self._stream.stopped("MAX_TOKENS", 0))
            case GeminiFault.NO_CANDIDATES:
                await self._send(self._stream.usage(0))
            case _:
                return False
        return True

    async def _midway(self, fault: GeminiFault, said: int) -> bool:
        """Faults that strike after the first text. True when the answer is over."""
        match fault:
            case GeminiFault.STALL:
                await asyncio.Event().wait()
            case GeminiFault.ANSWER_BLOCKED:
                await self._send(self._stream.stopped("SAFETY", said))
                await self._finish()
            case GeminiFault.ERROR_EVENT:
                await self._send(wire.Refused(503, "The service is currently unavailable.").tree)
                await self._finish()
            case GeminiFault.CUT_JSON:
                whole = wire.sse(self._stream.event("and then", said))
                await self._reply.chunk(whole[: len(whole) // 2])
                await self._reply.end()
            case GeminiFault.DROPPED:
                self._reply.abort()
            case _:
                return False
        return True

    async def _send(self, event: JsonObject) -> None:
        framed = wire.sse(event) if self._framed else wire.array_piece(event, self._index)
        self._index += 1
        await self._reply.chunk(framed)

    async def _finish(self) -> None:
        if not self._framed:
            await self._reply.chunk(b"]")
        await self._reply.end()


def request_faults(script: FaultScript, requests: int) -> list[GeminiFault | None]:
    """What the first so many requests meet. Raises `InputError` for what cannot go wrong with a request."""
    scripted = [(fault, _as_request_fault(fault)) for fault in script.faults]
    return [
        next((kind for fault, kind in scripted if fault.applies(number)), None)
        for number in range(1, requests + 1)
    ]


def _as_request_fault(fault: Fault) -> GeminiFault:
    found = _REFUSED.get(fault.status) if fault.kind is Kind.REFUSE else _PLAYED.get(fault.kind)
    if found is None:
        what = f"{fault.kind} with status {fault.status}" if fault.kind is Kind.REFUSE else str(fault.kind)
        known = ", ".join(["refuse (400, 404, 429, 500 or 503)", *_PLAYED])
        raise InputError(f"the emulated Gemini cannot play {what}; it knows {known}", field="script")
    return found


def _body(request: Request) -> JsonObject:
    try:
        tree = json.loads(request.body)
    except ValueError:
        tree = None
    if not isinstance(tree, dict):
        raise wire.Refused(400, "Invalid JSON payload received. Unexpected token.")
    return tree


def _model(name: str) -> JsonObject:
    return {"name": f"models/{name}", "supportedGenerationMethods": ["generateContent", "countTokens"]}


def _details(fault: GeminiFault | None) -> list[JsonObject]:
    if fault is GeminiFault.RATE_LIMITED:
        retry = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{RETRY_DELAY_S}s"}
        quota = {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaValue": "10"}]}
        return [quota, retry]
    if fault is GeminiFault.BAD_KEY:
        return [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]
    return []
