"""Gemini through the older `google-generativeai` package (an extra), for those who must use it.

Only its low-level asynchronous client is used, over a transport of ours (`legacy_transport`): the high-level
call hands each chunk over one chunk late, retries a 503 for ten minutes whatever timeout it is given, and
leaves the call running when its consumer goes away; gRPC does not say what of a prompt it has sent. Thinking
cannot be set through this package.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Any

import httpx
import structlog

from wingman.config.suggest import GeminiSettings
from wingman.core.errors import FaultKind, InputError, ProviderFault
from wingman.core.json import JsonObject
from wingman.egress.http import counting
from wingman.llm.base import KEEP_ALIVE_S, AnswerBlocked, AnswerTruncated, Prompt, Usage
from wingman.llm.cancellable_stream import UNREADABLE
from wingman.llm.gemini.base import GeminiModel, read_in_vain
from wingman.llm.gemini.errors import fault_of_status, unreachable
from wingman.llm.gemini.models import HELLO, greet, require_key

log = structlog.get_logger(__name__)

PROVIDER = "generativeai"
ROOT = "https://generativelanguage.googleapis.com"
CALL_TIMEOUT_S = 30.0
"""Only a net below the deadlines that whoever consumes the stream keeps."""
NORMAL_ENDS = (0, 1)
"""Unspecified and STOP."""
MAX_TOKENS = 2


class GenerativeAiModel(GeminiModel):
    """One instance, one client and one connection pool for the whole process."""

    NAME = PROVIDER

    def __init__(self, settings: GeminiSettings) -> None:
        super().__init__(settings)
        self._sdk = _Sdk()
        self._http = httpx.AsyncClient(
            headers={"accept-encoding": "identity"},
            transport=counting(max_keepalive_connections=8, keepalive_expiry=KEEP_ALIVE_S),
        )
        self._api = self._sdk.client(self._http, (settings.url or ROOT).rstrip("/"))

    async def probe(self) -> None:
        """Ask for one word, which checks key and model and opens a connection."""
        require_key(self._settings)
        await greet(self.stream(HELLO), self.model)

    async def stream(self, prompt: Prompt) -> AsyncGenerator[str, None]:
        """Text deltas; falls back along the configured models on 404 before anything was said."""
        while True:
            model = self.model
            try:
                async with aclosing(self._answer(model, prompt)) as answer:
                    async for text in answer:
                        yield text
                return
            except self._sdk.refused as refused:
                if refused.status == 404 and self._choice.fall_back(model):
                    continue
                fault = fault_of_status(refused.status, _message(refused.body), refused.body, model)
                raise self._noted(model, fault) from None
            except httpx.HTTPError as failed:
                raise _broken(failed) from None
            except UNREADABLE:
                raise ProviderFault(
                    "Gemini's answer broke off or could not be read", kind=FaultKind.PROTOCOL
                ) from None

    async def aclose(self) -> None:
        """Release every connection."""
        await self._http.aclose()

    async def _answer(self, model: str, prompt: Prompt) -> AsyncGenerator[str, None]:
        self._check_quota(model)
        usage: Usage | None = None
        ended = spoke = False
        call = self._api.stream_generate_content(
            self._sdk.request(model, prompt),
            timeout=CALL_TIMEOUT_S,
            retry=None,
            metadata=[("x-goog-api-key", self._settings.api_key.reveal())],
        )
        try:
            async with aclosing(call):  # closes the connection: that is how the service learns to stop
                async for chunk in call:
                    usage = _usage(chunk) or usage
                    if chunk.prompt_feedback.block_reason:
                        code = str(int(chunk.prompt_feedback.block_reason))
                        raise AnswerBlocked("Gemini refused the prompt", code=code)
                    for candidate in _first(chunk.candidates):
                        for part in candidate.content.parts:
                            if "text" in part and part.text:
                                spoke = True
                                yield part.text
                        _check_end(int(candidate.finish_reason))
                        ended = ended or bool(candidate.finish_reason)
            if spoke and not ended:
                raise AnswerTruncated("Gemini's answer broke off", code="no_end")
        except (asyncio.CancelledError, GeneratorExit):
            usage = usage or read_in_vain(prompt)
            raise
        finally:
            self._usage = usage or Usage()


class _Sdk:
    """What is used of the package, imported on first use with its farewell warnings kept quiet."""

    def __init__(self) -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)
                warnings.simplefilter("ignore", DeprecationWarning)
                from google.ai import generativelanguage_v1beta as messages

                from wingman.llm.gemini.legacy_transport import RefusedError, RestTransport
        except ImportError:
            raise InputError(
                "suggest.provider is `generativeai` but its package is not installed; "
                "install wingman-sidecar[generativeai], or use `gemini`",
                field="suggest.provider",
            ) from None
        self._messages: Any = messages
        self._transport = RestTransport
        self.refused = RefusedError

    def client(self, http: httpx.AsyncClient, root: str) -> Any:
        """The package's asynchronous client, whose requests go to `root` by `http`."""
        return self._messages.GenerativeServiceAsyncClient(transport=self._transport(http, root))

    def request(self, model: str, prompt: Prompt) -> Any:
        made = self._messages
        return made.GenerateContentRequest(
            model=f"models/{model}",
            system_instruction=made.Content(parts=[made.Part(text=prompt.system)]),
            contents=[made.Content(role="user", parts=[made.Part(text=prompt.user)])],
            generation_config=made.GenerationConfig(max_output_tokens=prompt.max_output_tokens),
        )


def _first(candidates: Any) -> Iterator[Any]:
    """The first answer of several, which is the one asked for."""
    return (candidate for candidate in candidates if not candidate.index)


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


def _message(body: JsonObject) -> str:
    error = body.get("error")
    return str(error.get("message") or "") if isinstance(error, dict) else ""


def _broken(failed: httpx.HTTPError) -> ProviderFault:
    if isinstance(failed, httpx.TimeoutException):
        return ProviderFault("Gemini did not answer in time", kind=FaultKind.TIMEOUT)
    if isinstance(failed, httpx.ConnectError):
        return unreachable()
    return ProviderFault(
        f"the connection to Gemini failed ({type(failed).__name__}); check the network",
        kind=FaultKind.NETWORK,
    )
