"""Any OpenAI-compatible server over plain httpx: Ollama, llama.cpp, vLLM, and others.

Wire: `POST {url}/chat/completions` with `stream: true`; events are `data:` lines, the last is `[DONE]`.
Leaving the response's context closes the connection, which is how these servers learn to stop.

Source: OpenAI's API reference, "Create chat completion" and "Streaming"; what servers make of it is in
`chat_reply`.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing

import httpx
import structlog

from wingman.config.suggest import OpenAiSettings
from wingman.core.errors import FaultKind, InputError, ProviderFault
from wingman.core.json import NOT_JSON
from wingman.core.retry_after import retry_after
from wingman.core.surrogates import loads
from wingman.egress.http import counting
from wingman.llm.base import KEEP_ALIVE_S, PROBE_TIMEOUT_S, Prompt, Usage
from wingman.llm.chat_reply import ChatReply, message_of, served_models
from wingman.llm.circuit_breaker import Quotas
from wingman.llm.reasoning import thinks_aloud
from wingman.llm.sse import SseReader

log = structlog.get_logger(__name__)

PROVIDER = "openai"
NEWER_LIMIT = "max_completion_tokens"
_BLANK = b"\xef\xbb\xbf \t\r\n"
"""What may stand before an answer."""
READ_TIMEOUT_S = 60.0
"""Only a net below the deadlines that whoever consumes the stream keeps."""

_KINDS = {
    400: FaultKind.BAD_REQUEST,
    401: FaultKind.AUTH,
    402: FaultKind.BILLING,
    403: FaultKind.FORBIDDEN,
    404: FaultKind.BAD_REQUEST,
    422: FaultKind.BAD_REQUEST,
    429: FaultKind.RATE_LIMITED,
}


class OpenAiModel:
    """One instance, one client and one connection pool for the whole process."""

    def __init__(self, settings: OpenAiSettings) -> None:
        if not settings.url:
            raise InputError(
                "suggest.openai.url is empty; set it, for Ollama to http://127.0.0.1:11434/v1",
                field="suggest.openai.url",
            )
        self._url = settings.url.rstrip("/")
        self._model = settings.model
        self._usage = Usage()
        self._limit = "max_tokens"
        self._wary = thinks_aloud(settings.model)
        self._quotas = Quotas()
        key = settings.api_key.reveal() or "none"
        self._http = httpx.AsyncClient(
            headers={"authorization": f"Bearer {key}", "accept-encoding": "identity"},
            timeout=httpx.Timeout(READ_TIMEOUT_S, connect=5.0),
            transport=counting(max_keepalive_connections=8, keepalive_expiry=KEEP_ALIVE_S),
        )

    @property
    def name(self) -> str:
        """The provider's name in settings and events."""
        return PROVIDER

    @property
    def remote(self) -> bool:
        """True even for a server on this machine: what it hands on, nobody here can know."""
        return True

    @property
    def last_usage(self) -> Usage:
        """Tokens of the last answer."""
        return self._usage

    async def probe(self) -> None:
        """Ask which models are served; check the configured one, or take the first."""
        try:
            async with asyncio.timeout(PROBE_TIMEOUT_S):
                answer = await self._http.get(f"{self._url}/models")
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as failed:
            raise _unreachable(self._url, failed) from None
        if answer.status_code in (404, 405, 501) and self._model:
            log.warning("the model server lists no models; the configured one is used", url=self._url)
            return
        if answer.status_code != 200:
            raise refused(answer.status_code, answer.content, answer.headers)
        served = served_models(answer.content)
        if served is None:
            raise ProviderFault(
                f"{self._url} does not answer like an OpenAI-compatible server; check suggest.openai.url",
                kind=FaultKind.PROTOCOL,
            )
        if not self._model and served:
            self._model = served[0]
        names = {self._model, f"{self._model}:latest", f"models/{self._model}"}
        if not names & set(served):
            raise ProviderFault(
                f"model {self._model or '(none)'} is not served at {self._url}; "
                f"set suggest.openai.model to one of {', '.join(served[:5]) or 'those it will serve'}",
                kind=FaultKind.BAD_REQUEST,
                code="404",
            )

    async def stream(self, prompt: Prompt) -> AsyncGenerator[str, None]:
        """Text deltas; thoughts of reasoning models are left out."""
        self._quotas.check(self._model, time.monotonic())
        reply = ChatReply(wary=self._wary)
        try:
            async with contextlib.AsyncExitStack() as stack:
                answer = await self._asked(stack, prompt)
                async with aclosing(_pieces(answer, reply)) as pieces:
                    async for text in pieces:
                        yield text
        except (httpx.HTTPError, httpx.InvalidURL) as failed:
            raise _unreachable(self._url, failed) from None
        finally:
            self._wary = self._wary or reply.leaked
            estimate = Usage((len(prompt.system) + len(prompt.user)) // 4, reply.characters // 4)
            self._usage = reply.usage or estimate

    async def _asked(self, stack: contextlib.AsyncExitStack, prompt: Prompt) -> httpx.Response:
        """An accepted request. A limit's name that the server does not know is replaced by its newer one."""
        while True:
            body = {
                "model": self._model,
                "messages": [
                    {"role": "system", "content": prompt.system},
                    {"role": "user", "content": prompt.user},
                ],
                "stream": True,
                self._limit: prompt.max_output_tokens,
            }
            asking = self._http.stream("POST", f"{self._url}/chat/completions", json=body)
            answer = await stack.enter_async_context(asking)
            if answer.status_code == 200:
                return answer
            said = await answer.aread()
            if answer.status_code == 400 and self._limit != NEWER_LIMIT and NEWER_LIMIT.encode() in said:
                log.info("the model server wants another name for the limit", name=NEWER_LIMIT)
                self._limit = NEWER_LIMIT
                continue
            fault = refused(answer.status_code, said, answer.headers)
            raise self._quotas.note(self._model, fault, time.monotonic())

    async def aclose(self) -> None:
        """Release every connection."""
        await self._http.aclose()


async def _pieces(answer: httpx.Response, reply: ChatReply) -> AsyncGenerator[str, None]:
    """What may be shown of an accepted request's answer, as it comes."""
    reader = SseReader()
    body = answer.aiter_bytes()
    begun = b""
    async for piece in body:
        begun += piece
        if begun.strip(_BLANK):
            break
    whole = begun.lstrip(_BLANK)[:1] in (
        b"{",
        b"[",
    )  # a server that does not stream, whatever it calls its answer
    if whole:
        rest = [piece async for piece in body]
        if text := reply.take((begun + b"".join(rest)).decode("utf-8-sig", "replace"), time.monotonic()):
            yield text
    else:
        async for piece in _after(begun, body):
            if text := _told(reply, reader, piece):
                yield text
            if reply.done:
                break
        if text := "".join(reply.take(data, time.monotonic()) for data in reader.finish()):
            yield text
    if text := reply.finish():
        yield text
    reply.check(streamed=not whole)


async def _after(first: bytes, rest: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """`first`, then what comes."""
    yield first
    async for piece in rest:
        yield piece


def _told(reply: ChatReply, reader: SseReader, piece: bytes) -> str:
    """What may be shown of one more piece. Raises `ProviderFault`."""
    try:
        events = tuple(reader.feed(piece))
    except ValueError as endless:
        raise ProviderFault(f"the model's answer: {endless}", kind=FaultKind.PROTOCOL) from None
    return "".join(reply.take(data, time.monotonic()) for data in events)


def refused(status: int, body: bytes, headers: Mapping[str, str]) -> ProviderFault:
    """An answer that is no success, as a fault. `headers` as httpx or a dict with names in lower case."""
    kind = _KINDS.get(status, FaultKind.UNAVAILABLE)
    wait = retry_after(headers) if status == 429 else None
    try:
        tree = loads(body.decode("utf-8-sig"))
    except NOT_JSON:
        tree = {}
    tree = tree[0] if isinstance(tree, list) and tree else tree
    said = message_of(tree) if isinstance(tree, Mapping) else ""
    sentence = f"the model server answered with status {status}{f': {said}' if said else ''}"
    if status in (401, 403):
        sentence = "the model server refused the key; check suggest.openai.api_key"
    return ProviderFault(sentence, kind=kind, code=str(status), retry_after=wait)


def _unreachable(url: str, failed: Exception) -> ProviderFault:
    if isinstance(failed, httpx.TimeoutException | TimeoutError):
        return ProviderFault(f"the model server at {url} did not answer in time", kind=FaultKind.TIMEOUT)
    if isinstance(failed, httpx.DecodingError):
        return ProviderFault(f"the model server's answer cannot be read: {failed}", kind=FaultKind.PROTOCOL)
    return ProviderFault(
        f"cannot reach the model server at {url}; start it, or check suggest.openai.url",
        kind=FaultKind.NETWORK,
    )
