"""Gemini through the older `google-generativeai` package (an extra), for those who must use it.

Only its low-level asynchronous client over gRPC is used: the high-level call hands each chunk over one
chunk late, retries a 503 for ten minutes whatever timeout it is given, and leaves the call running
when its consumer goes away. Thinking cannot be set through this package.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import structlog

from wingman.config.suggest import GeminiSettings
from wingman.core.errors import InputError
from wingman.core.json import JsonObject
from wingman.egress.outlet import current
from wingman.llm.base import AnswerBlocked, AnswerTruncated, Prompt, Usage
from wingman.llm.gemini.base import GeminiModel
from wingman.llm.gemini.errors import RETRY_AFTER_S, fault_of_status, unreachable
from wingman.llm.gemini.models import HELLO, greet, require_key

log = structlog.get_logger(__name__)

PROVIDER = "generativeai"
HOST = "generativelanguage.googleapis.com"
CALL_TIMEOUT_S = 30.0
"""Only a net below the deadlines that whoever consumes the stream keeps."""
NORMAL_ENDS = (0, 1)
"""Unspecified and STOP. Numbers, because the package's enum does not know the newer reasons."""
MAX_TOKENS = 2
GRPC_TO_HTTP = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "RESOURCE_EXHAUSTED": 429,
    "CANCELLED": 499,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}


class GenerativeAiModel(GeminiModel):
    """One instance per process; construct it inside the running event loop, where its channel lives."""

    NAME = PROVIDER

    def __init__(self, settings: GeminiSettings) -> None:
        super().__init__(settings)
        self._sdk = _Sdk()
        self._channel, self._api = self._sdk.connect(settings.grpc_target)

    async def probe(self) -> None:
        """Ask for one word, which checks key and model and opens the channel."""
        require_key(self._settings)
        await greet(self.stream(HELLO), self.model)

    async def stream(self, prompt: Prompt) -> AsyncGenerator[str, None]:
        """Text deltas; falls back along the configured models on NOT_FOUND before anything was said."""
        while True:
            model = self.model
            try:
                async with aclosing(self._answer(model, prompt)) as answer:
                    async for text in answer:
                        yield text
                return
            except self._sdk.failure as failed:
                status = _status(failed)
                if status == 404 and self._choice.fall_back(model):
                    continue
                if status == 503 and not self._connected:
                    raise unreachable() from None
                fault = fault_of_status(status, _message(failed), _details(failed), model)
                raise self._noted(model, fault) from None

    async def aclose(self) -> None:
        """Release every connection."""
        await self._channel.close()

    @property
    def _connected(self) -> bool:
        """Whether there is a connection at all: gRPC says "unavailable" for a lookup that failed, too."""
        return self._channel.get_state().name in ("READY", "IDLE")

    async def _connect(self) -> None:
        """Return when the connection stands. Raises `ProviderFault`: then nothing has left."""
        try:
            async with asyncio.timeout(CALL_TIMEOUT_S):
                while (state := self._channel.get_state(try_to_connect=True)).name != "READY":
                    if state.name in ("TRANSIENT_FAILURE", "SHUTDOWN"):
                        raise unreachable()
                    await self._channel.wait_for_state_change(state)
        except TimeoutError:
            raise unreachable() from None

    async def _answer(self, model: str, prompt: Prompt) -> AsyncGenerator[str, None]:
        self._check_quota(model)
        request = self._sdk.request(model, prompt)
        metadata = [("x-goog-api-key", self._settings.api_key.reveal())]
        usage = Usage()
        ended = spoke = False
        way_out = current((self._settings.grpc_target or HOST).partition(":")[0])
        if (
            way_out is not None
        ):  # gRPC does not say when it has written: over a standing connection it is at once
            await self._connect()
            way_out.sent(type(request).pb(request).ByteSize(), 0.0)
        call = await self._api.stream_generate_content(
            request, timeout=CALL_TIMEOUT_S, retry=None, metadata=metadata
        )
        try:
            async for chunk in call:
                usage = _usage(chunk) or usage
                if chunk.prompt_feedback.block_reason:
                    code = str(int(chunk.prompt_feedback.block_reason))
                    raise AnswerBlocked("Gemini refused the prompt", code=code)
                for candidate in chunk.candidates[:1]:
                    for part in candidate.content.parts:
                        if "text" in part and part.text:
                            spoke = True
                            yield part.text
                    _check_end(int(candidate.finish_reason))
                    ended = ended or bool(candidate.finish_reason)
            if spoke and not ended:
                raise AnswerTruncated("Gemini's answer broke off", code="no_end")
        finally:
            call.cancel()  # resets the one stream; the channel stays open for the next
            self._usage = usage


class _Sdk:
    """What is used of the package, imported on first use with its farewell warnings kept quiet."""

    def __init__(self) -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)
                warnings.simplefilter("ignore", DeprecationWarning)
                import grpc
                from google.ai.generativelanguage_v1beta import (
                    Content,
                    GenerateContentRequest,
                    GenerationConfig,
                    GenerativeServiceAsyncClient,
                    Part,
                )
                from google.ai.generativelanguage_v1beta.services.generative_service.transports import (
                    GenerativeServiceGrpcAsyncIOTransport,
                )
                from google.api_core.exceptions import GoogleAPICallError
        except ImportError:
            raise InputError(
                "suggest.provider is `generativeai` but its package is not installed; "
                "install wingman-sidecar[generativeai], or use `gemini`",
                field="suggest.provider",
            ) from None
        self._grpc: Any = grpc
        self._content, self._part = Content, Part
        self._generate, self._config = GenerateContentRequest, GenerationConfig
        self._client, self._transport = GenerativeServiceAsyncClient, GenerativeServiceGrpcAsyncIOTransport
        self.failure: type[Exception] = GoogleAPICallError

    def connect(self, target: str) -> tuple[Any, Any]:
        """(channel, client). A target is a plaintext server; without one it is Google's over TLS."""
        if target:
            channel = self._grpc.aio.insecure_channel(target)
        else:
            credentials = self._grpc.ssl_channel_credentials()
            channel = self._grpc.aio.secure_channel(f"{HOST}:443", credentials)
        # the channel is ours, so credentials travel as metadata and nothing else is looked up
        return channel, self._client(transport=self._transport(channel=channel))

    def request(self, model: str, prompt: Prompt) -> Any:
        return self._generate(
            model=f"models/{model}",
            system_instruction=self._content(parts=[self._part(text=prompt.system)]),
            contents=[self._content(role="user", parts=[self._part(text=prompt.user)])],
            generation_config=self._config(max_output_tokens=prompt.max_output_tokens),
        )


def _check_end(reason: int) -> None:
    if reason == MAX_TOKENS:
        raise AnswerTruncated("Gemini's answer ran into its length limit", code="MAX_TOKENS")
    if reason not in NORMAL_ENDS:
        raise AnswerBlocked("Gemini cut its answer", code=str(reason))


def _usage(chunk: Any) -> Usage | None:
    counted = chunk.usage_metadata
    if not counted.total_token_count:
        return None
    return Usage(int(counted.prompt_token_count), int(counted.candidates_token_count))


def _status(failed: Any) -> int:
    code = getattr(failed, "grpc_status_code", None)
    return GRPC_TO_HTTP.get(getattr(code, "name", ""), 503)


def _message(failed: Any) -> str:
    return str(getattr(failed, "message", "") or "")


def _details(failed: Any) -> JsonObject:
    """The error details in the form REST has them."""
    details = []
    for detail in getattr(failed, "details", None) or ():
        if hasattr(detail, "retry_delay"):
            wait = detail.retry_delay.seconds + detail.retry_delay.nanos / 1e9
            details.append({"retryDelay": f"{wait or RETRY_AFTER_S}s"})
        elif hasattr(detail, "reason"):
            details.append({"reason": detail.reason})
    return {"error": {"details": details}}
