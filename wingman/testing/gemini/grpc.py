"""The gRPC face of the local Gemini, for programs that speak it. Needs the `generativeai` extra."""

from __future__ import annotations

import asyncio
import time
import warnings
from collections import deque
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any

from wingman.core.json import JsonObject
from wingman.testing.gemini import wire as wire
from wingman.testing.gemini.answers import Answer, by_rules
from wingman.testing.gemini.server import LIVELIKE, RETRY_DELAY_S, GeminiFault, Pace

SERVICE = "google.ai.generativelanguage.v1beta.GenerativeService"
STOP, MAX_TOKENS, SAFETY = 1, 2, 3

_CODES = {
    GeminiFault.RATE_LIMITED: "RESOURCE_EXHAUSTED",
    GeminiFault.OVERLOADED: "UNAVAILABLE",
    GeminiFault.INTERNAL: "INTERNAL",
    GeminiFault.BAD_KEY: "INVALID_ARGUMENT",
    GeminiFault.NOT_SERVED: "NOT_FOUND",
}


class GeminiGrpcEmulator:
    """Serve inside `async with`; `target` is where it listens."""

    def __init__(
        self,
        *,
        answer: Answer = by_rules,
        pace: Pace = LIVELIKE,
        served: frozenset[str] = frozenset(wire.MODELS),
        port: int = 0,
    ) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            import grpc
            from google.ai import generativelanguage_v1beta as messages
        self._grpc: Any = grpc
        self._messages: Any = messages
        self._answer = answer
        self._pace = pace
        self._served = served
        self._faults: deque[GeminiFault | None] = deque()
        self._server: Any = None
        self.port = port
        """The port in use; before the start the one that is wanted (0: a free one)."""
        self.requests: list[Any] = []
        self.metadata: list[dict[str, str]] = []
        self.left: list[float] = []
        """Monotonic times at which clients left before their answer was complete."""

    @property
    def target(self) -> str:
        """Where it listens, as gRPC names it."""
        return f"127.0.0.1:{self.port}"

    def play(self, *faults: GeminiFault | None) -> None:
        """The next requests meet these faults, one each; None is a healthy one."""
        self._faults.extend(faults)

    async def __aenter__(self) -> GeminiGrpcEmulator:
        request, response = self._messages.GenerateContentRequest, self._messages.GenerateContentResponse
        handler = self._grpc.unary_stream_rpc_method_handler(
            self._stream, request_deserializer=request.deserialize, response_serializer=response.serialize
        )
        self._server = self._grpc.aio.server()
        self._server.add_generic_rpc_handlers(
            (self._grpc.method_handlers_generic_handler(SERVICE, {"StreamGenerateContent": handler}),)
        )
        self.port = self._server.add_insecure_port(f"127.0.0.1:{self.port}")
        await self._server.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._server.stop(None)

    async def _stream(self, request: Any, context: Any) -> AsyncIterator[Any]:
        self.requests.append(request)
        self.metadata.append({str(key): str(value) for key, value in context.invocation_metadata()})
        try:
            fault = self._faults.popleft() if self._faults else None
            model = request.model.removeprefix("models/")
            if model not in self._served:
                fault = GeminiFault.NOT_SERVED
            await self._before(fault, context)
            async for event in self._events(request, model, fault):
                yield event
            if fault is GeminiFault.ERROR_EVENT:
                await context.abort(self._grpc.StatusCode.UNAVAILABLE, "The service is unavailable.")
        except asyncio.CancelledError:
            self.left.append(time.monotonic())
            raise

    async def _before(self, fault: GeminiFault | None, context: Any) -> None:
        if fault is GeminiFault.NO_HEADERS:
            await asyncio.Event().wait()
        if fault in _CODES:
            code = getattr(self._grpc.StatusCode, _CODES[fault])
            trailers = _retry_trailers(self._grpc) if fault is GeminiFault.RATE_LIMITED else ()
            words = "API key not valid." if fault is GeminiFault.BAD_KEY else f"emulated {fault}"
            await context.abort(code, words, trailers)

    async def _events(self, request: Any, model: str, fault: GeminiFault | None) -> AsyncIterator[Any]:
        system = "".join(part.text for part in request.system_instruction.parts)
        prompt = "".join(part.text for part in request.contents[-1].parts)
        late = self._pace.late_s if fault is GeminiFault.LATE else 0.0
        waits = self._pace.waits(f"{model} {len(prompt)}")
        await asyncio.sleep(next(waits) + late)
        match fault:
            case GeminiFault.EMPTY_BODY:
                return
            case GeminiFault.PROMPT_BLOCKED:
                yield self._response({"prompt_feedback": {"block_reason": 1}}, model)
                return
            case GeminiFault.EMPTY:
                yield self._response({"candidates": [{"finish_reason": STOP}]}, model)
                return
            case GeminiFault.TRUNCATED:
                yield self._response({"candidates": [{"finish_reason": MAX_TOKENS}]}, model)
                return
            case GeminiFault.NO_CANDIDATES:
                yield self._response({}, model)
                return
            case _:
                pass
        parts = list(wire.pieces(self._answer(system, prompt), self._pace.characters))
        for number, part in enumerate(parts):
            last = number == len(parts) - 1 and fault is None
            candidate: JsonObject = {"content": {"role": "model", "parts": [{"text": part}]}}
            if last:
                candidate["finish_reason"] = STOP
            yield self._response({"candidates": [candidate]}, model)
            if fault is GeminiFault.STALL:
                await asyncio.Event().wait()
            if fault is GeminiFault.ANSWER_BLOCKED:
                yield self._response({"candidates": [{"finish_reason": SAFETY}]}, model)
            if fault in (GeminiFault.ANSWER_BLOCKED, GeminiFault.ERROR_EVENT):
                return
            await asyncio.sleep(next(waits))

    def _response(self, fields: JsonObject, model: str) -> Any:
        usage = {"prompt_token_count": 7, "candidates_token_count": 5, "total_token_count": 12}
        return self._messages.GenerateContentResponse(
            fields | {"usage_metadata": usage, "model_version": model}
        )


def _retry_trailers(grpc: Any) -> tuple[tuple[str, bytes], ...]:
    """`RetryInfo` as the service packs it into the trailing metadata."""
    from google.protobuf import any_pb2, duration_pb2
    from google.rpc import error_details_pb2, status_pb2

    packed = any_pb2.Any()
    packed.Pack(error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(seconds=RETRY_DELAY_S)))
    code = grpc.StatusCode.RESOURCE_EXHAUSTED.value[0]
    status = status_pb2.Status(code=code, message="emulated rate-limited", details=[packed])
    return (("grpc-status-details-bin", status.SerializeToString()),)
