"""A local OpenAI-compatible server for chat and embeddings, as Ollama, llama.cpp and vLLM offer it."""

from __future__ import annotations

import asyncio
import json
import re
import zlib
from collections.abc import Mapping
from enum import StrEnum

from wingman.core.json import JsonObject
from wingman.testing.gemini.answers import Answer, by_rules
from wingman.testing.gemini.server import LIVELIKE, Pace
from wingman.testing.gemini.wire import pieces
from wingman.testing.http_server import Reply, Request
from wingman.testing.model_server import ModelServer

JSON = "application/json"


class ChatFault(StrEnum):
    """What can go wrong with one chat request."""

    STALL = "stall"
    RATE_LIMITED = "rate-limited"
    OVERLOADED = "overloaded"
    UNAUTHORIZED = "unauthorized"
    FILTERED = "filtered"
    TRUNCATED = "truncated"
    EMPTY = "empty"
    ERROR_EVENT = "error-event"
    DROPPED = "dropped"
    CUT_JSON = "cut-json"


DIMENSIONS = 256
"""Numbers in an emulated embedding."""
_STATUSES = {ChatFault.RATE_LIMITED: 429, ChatFault.OVERLOADED: 503, ChatFault.UNAUTHORIZED: 401}


class ChatEmulator(ModelServer[ChatFault]):
    """Serve inside `async with`; `url` (with its `/v1`) is what goes into `suggest.openai.url`."""

    def __init__(
        self,
        *,
        answer: Answer = by_rules,
        pace: Pace = LIVELIKE,
        models: tuple[str, ...] = ("local-model",),
        synonyms: Mapping[str, str] | None = None,
        port: int = 0,
    ) -> None:
        super().__init__(port)
        self.answer = answer
        self.pace = pace
        self.models = models
        self._synonyms = synonyms or {}

    @property
    def url(self) -> str:
        """Its root."""
        return f"{super().url}/v1"

    async def handle(self, request: Request, reply: Reply) -> None:
        """Answer one request."""
        if request.path == "/v1/models":
            listed = {"object": "list", "data": [{"id": name, "object": "model"} for name in self.models]}
            await reply.whole(200, json.dumps(listed).encode(), JSON)
        elif request.path == "/v1/chat/completions":
            await self._chat(json.loads(request.body), reply)
        elif request.path == "/v1/embeddings":
            await self._embeddings(json.loads(request.body), reply)
        else:
            await reply.whole(404, b'{"error": {"message": "not found"}}', JSON)

    async def _embeddings(self, body: JsonObject, reply: Reply) -> None:
        """Vectors of hashed words; texts with the same words, or their synonyms, point the same way."""
        fault = self.next_fault()
        if fault in _STATUSES:
            await reply.whole(_STATUSES[fault], b'{"error": {"message": "no, not now"}}', JSON)
            return
        if fault is ChatFault.STALL:
            await asyncio.Event().wait()
        texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
        data = [
            {"object": "embedding", "index": index, "embedding": hashed_words(text, self._synonyms)}
            for index, text in enumerate(texts)
        ]
        if fault is ChatFault.EMPTY:
            data = []
        whole = json.dumps({"object": "list", "data": data[::-1], "model": body["model"]}).encode()
        await reply.whole(200, whole[: len(whole) // 2] if fault is ChatFault.CUT_JSON else whole, JSON)

    async def _chat(self, body: JsonObject, reply: Reply) -> None:
        fault = self.next_fault()
        if fault in _STATUSES:
            await reply.whole(_STATUSES[fault], b'{"error": {"message": "no, not now"}}', JSON)
            return
        if body["model"] not in self.models:
            await reply.whole(404, b'{"error": {"message": "model not found, try pulling it first"}}', JSON)
            return
        messages = body["messages"]
        text = "" if fault is ChatFault.EMPTY else self.answer(messages[0]["content"], messages[-1]["content"])
        await reply.begin(200, "text/event-stream")
        waits = self.pace.waits(f"r{len(self.requests)}")
        await asyncio.sleep(next(waits))
        await reply.chunk(b": a comment, as some servers send\n\n")
        for part in pieces(text, self.pace.characters):
            await _send(reply, {"content": part})
            if fault is not None and await _midway(fault, reply):
                return
            await asyncio.sleep(next(waits))
        await _send(reply, {}, "stop")
        await reply.chunk(b'data: {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 5}}\n\n')
        await reply.chunk(b"data: [DONE]\n\n")
        await reply.end()


def hashed_words(text: str, synonyms: Mapping[str, str]) -> list[float]:
    """A bag of words as a vector of `DIMENSIONS` numbers; the same text always gives the same one."""
    vector = [0.0] * DIMENSIONS
    for word in re.findall(r"\w{3,}", text.lower()):
        vector[zlib.crc32(synonyms.get(word, word).encode()) % DIMENSIONS] += 1.0
    return vector


async def _midway(fault: ChatFault, reply: Reply) -> bool:
    """Faults that strike after the first text. True when the answer is over."""
    match fault:
        case ChatFault.STALL:
            await asyncio.Event().wait()
        case ChatFault.FILTERED:
            await _send(reply, {}, "content_filter")
        case ChatFault.TRUNCATED:
            await _send(reply, {}, "length")
        case ChatFault.ERROR_EVENT:
            await reply.chunk(b'data: {"error": {"message": "out of memory"}}\n\n')
        case ChatFault.CUT_JSON:
            await reply.chunk(b'data: {"choices": [{"del')
        case ChatFault.DROPPED:
            reply.abort()
            return True
        case _:
            return False
    await reply.end()
    return True


async def _send(reply: Reply, delta: JsonObject, finish: str | None = None) -> None:
    event = {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    await reply.chunk(b"data: " + json.dumps(event).encode() + b"\n\n")
