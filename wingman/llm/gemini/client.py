"""Gemini through `google-genai`: the default model.

Wire: `POST {url}/{version}/models/{model}:streamGenerateContent?alt=sse` over HTTP/1.1, kept alive.
HTTP/2 stays off on purpose: the client does not reset a cancelled stream there.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing

import httpx2
import structlog
from google import genai
from google.genai import errors, types

from wingman.config.suggest import GeminiSettings
from wingman.core.errors import FaultKind, InputError, ProviderFault
from wingman.core.surrogates import whole
from wingman.egress.answers import ANSWER_BYTES, Unpacked, ask
from wingman.egress.http import trusted
from wingman.egress.outlet import current
from wingman.egress.stream import Counted, count
from wingman.llm.base import KEEP_ALIVE_S, PROBE_TIMEOUT_S, AnswerBlocked, AnswerTruncated, Prompt, Usage
from wingman.llm.cancellable_stream import UNREADABLE, CancellableStream
from wingman.llm.gemini.base import GeminiModel, read_in_vain
from wingman.llm.gemini.errors import fault_of_status
from wingman.llm.gemini.models import HELLO, greet, require_key
from wingman.llm.hedging import hedged

log = structlog.get_logger(__name__)

PROVIDER = "gemini"
SDK_TIMEOUT_MS = 15_000
"""Per network operation, and sent to the service, which refuses less than ten seconds. The real
deadlines are kept by whoever consumes the stream."""
SPARE_TIMEOUT_S = 2.0
"""For the second connection, after the first has answered; it is a convenience."""
NORMAL_ENDS = frozenset({"STOP", "FINISH_REASON_UNSPECIFIED"})


class _Body(Counted, httpx2.AsyncByteStream):
    pass


class _Answer(Unpacked, httpx2.AsyncByteStream):
    refused = httpx2.DecodingError


class Counting(httpx2.AsyncHTTPTransport):
    """Requests pass the gate of the meeting they come from (see `wingman.egress`)."""

    def __init__(self, limits: httpx2.Limits, verify: ssl.SSLContext | None = None) -> None:
        super().__init__(verify=verify or trusted(), limits=limits, trust_env=False)
        count(self._pool)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        way_out = current(request.url.host)
        if way_out is not None and isinstance(request.stream, httpx2.AsyncByteStream):
            if not way_out.open:
                raise httpx2.ConnectError("nothing of this meeting may leave now", request=request)
            request.stream = _Body(request.stream, way_out)
        ask(request.headers)
        answer = await super().handle_async_request(request)
        if isinstance(answer.stream, httpx2.AsyncByteStream):
            answer.stream = _Answer(answer.stream, answer.headers, ANSWER_BYTES)
        return answer


class Gemini(GeminiModel):
    """One instance, one client and one connection pool for the whole process."""

    NAME = PROVIDER

    def __init__(self, settings: GeminiSettings) -> None:
        super().__init__(settings)
        if settings.thinking and settings.thinking.upper() not in types.ThinkingLevel.__members__:
            known = ", ".join(name.lower() for name in types.ThinkingLevel.__members__ if "_" not in name)
            raise InputError(
                f"unknown thinking level {settings.thinking!r}; use one of {known}, or leave it empty",
                field="suggest.gemini.thinking",
            )
        self._http = httpx2.AsyncClient(
            transport=Counting(
                httpx2.Limits(max_connections=32, max_keepalive_connections=8, keepalive_expiry=KEEP_ALIVE_S)
            ),
        )
        self._client = genai.Client(
            vertexai=False,
            api_key=settings.api_key.reveal() or "missing",
            http_options=types.HttpOptions(
                base_url=settings.url or None,
                api_version=settings.api_version,
                timeout=SDK_TIMEOUT_MS,
                httpx_async_client=self._http,
                client_args={"verify": trusted()},  # of those it makes beside ours and that nobody asks
            ),
        )
        self._thinks = bool(settings.thinking)

    async def probe(self) -> None:
        """Ask for one word, which checks key, model and thinking level, and warms two connections up."""
        require_key(self._settings)
        try:
            async with asyncio.timeout(PROBE_TIMEOUT_S):
                await self._greet()
        except TimeoutError:
            raise ProviderFault(
                f"Gemini did not answer within {PROBE_TIMEOUT_S:.0f} s; check the network",
                kind=FaultKind.TIMEOUT,
            ) from None

    async def stream(self, prompt: Prompt) -> AsyncGenerator[str, None]:
        """Text deltas; falls back along the configured models on 404 before anything was said.

        With `hedge_after_s` the next fallback is asked as well when no text has come by then.
        """
        after, spare = self._settings.hedge_after_s, self._choice.spare
        answer = self._hedged(spare, prompt, after) if after > 0 and spare else self._served(prompt)
        async with aclosing(answer):
            async for text in answer:
                yield text

    async def aclose(self) -> None:
        """Release every connection."""
        await self._client.aio.aclose()
        await self._http.aclose()  # a client passed in is not closed by the SDK

    async def _greet(self) -> None:
        """One word over the first connection, and a look at the model over a second one."""
        refused: ProviderFault | None = None
        async with asyncio.TaskGroup() as both:
            spare = both.create_task(self._warm_up())
            try:
                await greet(self._served(HELLO), self.model)
            except ProviderFault as fault:
                refused = fault
            await asyncio.wait((spare,), timeout=0 if refused else SPARE_TIMEOUT_S)
            spare.cancel()
        if refused is not None:
            raise refused

    async def _warm_up(self) -> None:
        """Open a second connection: a card that supersedes another closes the first one."""
        try:
            await self._client.aio.models.get(model=self.model)
        except (errors.APIError, *UNREADABLE, httpx2.HTTPError) as failed:
            log.debug("suggest.no_second_connection", why=type(failed).__name__)

    async def _hedged(self, spare: str, prompt: Prompt, after_s: float) -> AsyncGenerator[str, None]:
        asked_twice = False

        def note() -> None:
            nonlocal asked_twice
            asked_twice = True
            log.debug("suggest.hedged", model=self.model, spare=spare)

        race = hedged(lambda: self._served(prompt), lambda: self._plain(spare, prompt), after_s, note)
        try:
            async with aclosing(race):
                async for text in race:
                    yield text
        finally:
            if asked_twice:  # the request that lost has read the prompt, too, and is billed for it
                usage = self._usage
                self._usage = Usage(2 * usage.prompt_tokens, usage.output_tokens)

    async def _served(self, prompt: Prompt) -> AsyncGenerator[str, None]:
        """An answer of the model in use; moves on along the fallbacks and drops a refused thinking level."""
        while True:
            model, thinks = self.model, self._thinks
            try:
                async with aclosing(self._answer(model, prompt, thinks)) as answer:
                    async for text in answer:
                        yield text
                return
            except errors.APIError as refused:
                if refused.code == 404 and self._choice.fall_back(model):
                    continue
                if refused.code == 400 and thinks and "thinking" in str(refused.message).lower():
                    log.warning("suggest.thinking_refused", model=model, level=self._settings.thinking)
                    self._thinks = False
                    continue
                raise self._noted(model, _fault(refused, model)) from None
            except _BROKEN as broken:
                raise _broken(broken) from None

    async def _plain(self, model: str, prompt: Prompt) -> AsyncGenerator[str, None]:
        """An answer of exactly this model."""
        try:
            async with aclosing(self._answer(model, prompt, self._thinks)) as answer:
                async for text in answer:
                    yield text
        except errors.APIError as refused:
            raise self._noted(model, _fault(refused, model)) from None
        except _BROKEN as broken:
            raise _broken(broken) from None

    async def _answer(self, model: str, prompt: Prompt, thinks: bool) -> AsyncGenerator[str, None]:
        async def opened() -> AsyncIterator[types.GenerateContentResponse]:
            return await self._client.aio.models.generate_content_stream(
                model=model, contents=prompt.user, config=self._config(model, prompt, thinks)
            )

        self._check_quota(model)
        usage: Usage | None = None
        ended = spoke = False
        try:
            async with CancellableStream(opened) as chunks:
                async for chunk in chunks:
                    usage = _usage(chunk) or usage
                    for text in _texts(chunk):
                        spoke = True
                        yield text
                    _check_end(chunk)
                    ended = ended or any(one.finish_reason for one in _first(chunk))
            if spoke and not ended:
                raise AnswerTruncated("Gemini's answer broke off", code="no_end")
        except (asyncio.CancelledError, GeneratorExit):
            usage = usage or read_in_vain(prompt)
            raise
        finally:
            self._usage = usage or Usage()  # only now: other meetings may be streaming at the same time

    def _config(self, model: str, prompt: Prompt, thinks: bool) -> types.GenerateContentConfig:
        return types.GenerateContentConfig(
            system_instruction=prompt.system,
            max_output_tokens=prompt.max_output_tokens,
            automatic_continuation=False,
            thinking_config=_thinking(model, self._settings.thinking) if thinks else None,
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        )


_BROKEN = (errors.UnknownApiResponseError, httpx2.HTTPError)
"""What a stream raises when the connection, not the service, is at fault."""


def _broken(failed: Exception) -> ProviderFault:
    if isinstance(failed, errors.UnknownApiResponseError):
        return ProviderFault("Gemini's answer broke off or could not be read", kind=FaultKind.PROTOCOL)
    if isinstance(failed, httpx2.TimeoutException):
        return ProviderFault("Gemini did not answer in time", kind=FaultKind.TIMEOUT)
    return ProviderFault(
        f"the connection to Gemini failed ({type(failed).__name__}); check the network",
        kind=FaultKind.NETWORK,
    )


def _thinking(model: str, level: str) -> types.ThinkingConfig | None:
    """The 2.5 generation takes a budget (0 is off) where later ones take a level; both at once are refused."""
    if model.startswith("gemini-2.5"):
        return types.ThinkingConfig(thinking_budget=0) if level == "minimal" else None
    return types.ThinkingConfig(thinking_level=types.ThinkingLevel(level.upper()))


def _usage(chunk: types.GenerateContentResponse) -> Usage | None:
    """The running total, which every event carries; thinking is billed as output."""
    usage = chunk.usage_metadata
    if usage is None:
        return None
    answered = (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0)
    return Usage(usage.prompt_token_count or 0, answered)


def _first(chunk: types.GenerateContentResponse) -> Iterator[types.Candidate]:
    """The first answer of several, which is the one asked for."""
    return (candidate for candidate in chunk.candidates or () if not candidate.index)


def _texts(chunk: types.GenerateContentResponse) -> Iterator[str]:
    for candidate in _first(chunk):
        for part in (candidate.content.parts or ()) if candidate.content else ():
            if part.text and not part.thought:
                yield whole(part.text)


def _check_end(chunk: types.GenerateContentResponse) -> None:
    """Raise when the answer was refused, cut or ended in a way that is not normal."""
    feedback = chunk.prompt_feedback
    if feedback is not None and feedback.block_reason:
        code = str(feedback.block_reason.value)
        raise AnswerBlocked(f"Gemini refused the prompt ({code.lower()})", code=code)
    for candidate in _first(chunk):
        reason = candidate.finish_reason.value if candidate.finish_reason else "STOP"
        if reason == "MAX_TOKENS":
            raise AnswerTruncated("Gemini's answer ran into its length limit", code=reason)
        if reason not in NORMAL_ENDS:
            raise AnswerBlocked(f"Gemini cut its answer ({reason.lower()})", code=reason)


def _fault(refused: errors.APIError, model: str) -> ProviderFault:
    details = refused.details if isinstance(refused.details, dict) else {}
    headers = getattr(refused.response, "headers", None) or {}
    return fault_of_status(refused.code, refused.message or "", details, model, headers)
