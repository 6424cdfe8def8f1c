"""Any OpenAI-compatible server over plain httpx: Ollama, llama.cpp, vLLM, and others.

Wire: `POST {url}/chat/completions` with `stream: true`; events are `data:` lines, the last is `[DONE]`.
Leaving the response's context closes the connection, which is how these servers learn to stop.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import httpx

from wingman.config.suggest import OpenAiSettings
from wingman.core.addresses import is_remote
from wingman.core.errors import FaultKind, InputError, ProviderFault
from wingman.llm.base import AnswerBlocked, AnswerTruncated, Prompt, Usage
from wingman.llm.circuit_breaker import Quotas
from wingman.llm.sse import SseReader

PROVIDER = "openai"
KEEP_ALIVE_S = 240
PROBE_TIMEOUT_S = 10.0
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
        self._quotas = Quotas()
        key = settings.api_key.reveal() or "none"
        self._http = httpx.AsyncClient(
            headers={"authorization": f"Bearer {key}", "accept-encoding": "identity"},
            timeout=httpx.Timeout(READ_TIMEOUT_S, connect=5.0),
            limits=httpx.Limits(max_keepalive_connections=8, keepalive_expiry=KEEP_ALIVE_S),
        )

    @property
    def name(self) -> str:
        return PROVIDER

    @property
    def remote(self) -> bool:
        """False for a server on this machine."""
        return is_remote(self._url)

    @property
    def last_usage(self) -> Usage:
        return self._usage

    async def probe(self) -> None:
        """Ask which models are served; check the configured one, or take the first."""
        try:
            async with asyncio.timeout(PROBE_TIMEOUT_S):
                answer = await self._http.get(f"{self._url}/models")
        except (httpx.HTTPError, TimeoutError) as failed:
            raise _unreachable(self._url, failed) from None
        if answer.status_code != 200:
            raise _refused(answer.status_code, answer.content, answer.headers)
        try:
            served = [str(model["id"]) for model in answer.json()["data"]]
        except (ValueError, LookupError, TypeError):
            raise ProviderFault(
                f"{self._url} does not answer like an OpenAI-compatible server; check suggest.openai.url",
                kind=FaultKind.PROTOCOL,
            ) from None
        if not self._model and served:
            self._model = served[0]
        if self._model not in served and f"{self._model}:latest" not in served:
            raise ProviderFault(
                f"model {self._model or '(none)'} is not served at {self._url}; "
                f"set suggest.openai.model to one of {', '.join(served[:5]) or 'those it will serve'}",
                kind=FaultKind.BAD_REQUEST,
                code="404",
            )

    async def stream(self, prompt: Prompt) -> AsyncGenerator[str, None]:
        """Text deltas; thoughts of reasoning models are left out."""
        self._quotas.check(self._model, time.monotonic())
        body = {
            "model": self._model,
            "messages": [
                {"role": "system", "content": prompt.system},
                {"role": "user", "content": prompt.user},
            ],
            "stream": True,
            "max_tokens": prompt.max_output_tokens,
        }
        characters = 0
        usage: Usage | None = None
        try:
            async with self._http.stream("POST", f"{self._url}/chat/completions", json=body) as answer:
                if answer.status_code != 200:
                    fault = _refused(answer.status_code, await answer.aread(), answer.headers)
                    raise self._quotas.note(self._model, fault, time.monotonic())
                reader = SseReader()
                async for piece in answer.aiter_raw():
                    for data in reader.feed(piece):
                        if data == "[DONE]":
                            return
                        event = _event(data)
                        usage = _counted(event) or usage
                        if text := _text(event):
                            characters += len(text)
                            yield text
                        _check_end(event)
                if reader.unfinished:
                    raise ProviderFault("the model's answer broke off", kind=FaultKind.PROTOCOL)
        except httpx.HTTPError as failed:
            raise _unreachable(self._url, failed) from None
        finally:
            estimate = Usage((len(prompt.system) + len(prompt.user)) // 4, characters // 4)
            self._usage = usage or estimate

    async def aclose(self) -> None:
        await self._http.aclose()


def _event(data: str) -> Mapping[str, Any]:
    try:
        tree = json.loads(data)
    except ValueError:
        tree = None
    if isinstance(tree, list) and tree:
        tree = tree[0]  # Gemini behind this form wraps an error in an array
    if not isinstance(tree, Mapping):
        raise ProviderFault("the model's answer could not be read", kind=FaultKind.PROTOCOL)
    if tree.get("error"):
        raise ProviderFault(f"the model failed: {_message(tree)}", kind=FaultKind.UNAVAILABLE)
    return tree


def _choice(event: Mapping[str, Any]) -> Mapping[str, Any]:
    choices = event.get("choices")
    return choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], Mapping) else {}


def _text(event: Mapping[str, Any]) -> str:
    delta = _choice(event).get("delta") or {}
    return str(delta.get("content") or "")


def _check_end(event: Mapping[str, Any]) -> None:
    match _choice(event).get("finish_reason"):
        case "length":
            raise AnswerTruncated("the model's answer ran into its length limit", code="length")
        case "content_filter":
            raise AnswerBlocked("the model refused to answer this", code="content_filter")


def _counted(event: Mapping[str, Any]) -> Usage | None:
    usage = event.get("usage")
    if not isinstance(usage, Mapping):
        return None
    return Usage(int(usage.get("prompt_tokens") or 0), int(usage.get("completion_tokens") or 0))


def _refused(status: int, body: bytes, headers: Mapping[str, str]) -> ProviderFault:
    kind = _KINDS.get(status, FaultKind.UNAVAILABLE)
    wait = None
    if status == 429:
        after = headers.get("retry-after", "")
        wait = float(after) if after.replace(".", "", 1).isdigit() else 10.0
    try:
        tree = json.loads(body)
    except ValueError:
        tree = {}
    tree = tree[0] if isinstance(tree, list) and tree else tree
    said = _message(tree) if isinstance(tree, Mapping) else ""
    sentence = f"the model server answered with status {status}{f': {said}' if said else ''}"
    if status in (401, 403):
        sentence = "the model server refused the key; check suggest.openai.api_key"
    return ProviderFault(sentence, kind=kind, code=str(status), retry_after=wait)


def _message(tree: Mapping[str, Any]) -> str:
    error = tree.get("error")
    message = error.get("message", "") if isinstance(error, Mapping) else error
    return " ".join(str(message or "").split())[:160]


def _unreachable(url: str, failed: Exception) -> ProviderFault:
    if isinstance(failed, httpx.TimeoutException | TimeoutError):
        return ProviderFault(f"the model server at {url} did not answer in time", kind=FaultKind.TIMEOUT)
    return ProviderFault(
        f"cannot reach the model server at {url}; start it, or check suggest.openai.url",
        kind=FaultKind.NETWORK,
    )
