"""REST under the asynchronous client of `google-generativeai`, which has it for its blocking client alone.

The package's messages, its mapping to JSON and its client are used as they are; what is ours is the socket,
which counts what leaves by it (`wingman.egress`), and the framing: events, where the package would read an
array and break a letter that lies across two reads.

Wire: `POST {root}/v1beta/models/{model}:streamGenerateContent?alt=sse`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Any

import httpx
from google.ai.generativelanguage_v1beta import Candidate, GenerateContentResponse
from google.ai.generativelanguage_v1beta.services.generative_service.transports import (
    GenerativeServiceTransport,
)
from google.api_core import path_template
from google.api_core.gapic_v1 import method_async
from google.protobuf import json_format

from wingman.core.json import NOT_JSON, JsonObject
from wingman.core.surrogates import loads
from wingman.llm.sse import SseReader

_transcode: Any = path_template.transcode  # neither has types
_wrap: Any = method_async.wrap_method
ASKS = [{"method": "post", "uri": "/v1beta/{model=models/*}:streamGenerateContent", "body": "*"}]
"""How the package's own transport maps this request (google.api.http)."""


class RefusedError(Exception):
    """The service said no, before the answer or in it."""

    def __init__(self, status: int, body: JsonObject) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        """Google's: `error` with `message` and `details`."""


class RestTransport(GenerativeServiceTransport):
    """What `GenerativeServiceAsyncClient` asks for an answer in pieces. It asks nothing else of it here."""

    _ignore_credentials = True  # the key travels as a header, and nothing is looked up

    def __init__(self, http: httpx.AsyncClient, root: str) -> None:
        super().__init__()
        self._http = http
        self._root = root
        call = _wrap(self.stream_generate_content, client_info=None, kind=self.kind)
        self._wrapped_methods = {self.stream_generate_content: call}

    @property
    def kind(self) -> str:
        return "rest_asyncio"

    @property
    def stream_generate_content(self) -> Any:
        """What takes a request, and gives its answer in pieces."""
        return self._stream

    async def _stream(
        self, request: Any, *, timeout: float | None = None, metadata: Sequence[tuple[str, str]] = ()
    ) -> AsyncGenerator[Any, None]:
        """Pieces of one answer. Raises `RefusedError`, `httpx.HTTPError`, and `ValueError` for nonsense."""
        asked = _transcode(ASKS, type(request).pb(request))
        body = json_format.MessageToJson(asked["body"], indent=None, ensure_ascii=False)
        headers = {"content-type": "application/json", **dict(metadata)}
        async with self._http.stream(
            "POST",
            f"{self._root}{asked['uri']}?alt=sse",
            content=body.encode(),
            headers=headers,
            timeout=timeout,
        ) as answer:
            if answer.status_code != 200:
                raise RefusedError(answer.status_code, _error(await answer.aread()))
            reader = SseReader()
            async for piece in answer.aiter_bytes():
                for data in reader.feed(piece):
                    yield _response(data)
            for data in reader.finish():
                yield _response(data)


def _response(data: str) -> Any:
    try:
        tree = loads(data)
    except RecursionError:
        raise ValueError("an event that is nested too deeply") from None
    if not isinstance(tree, dict):
        raise ValueError("an event that is no answer")
    error = tree.get("error")
    if isinstance(error, dict):
        code = error.get("code")
        raise RefusedError(code if isinstance(code, int) and code > 0 else 503, tree)
    for candidate in tree.get("candidates") or ():
        if not isinstance(candidate, dict):
            raise ValueError("a candidate that is none")
        if candidate.get("finishReason", "STOP") not in Candidate.FinishReason.__members__:
            candidate["finishReason"] = "OTHER"  # a reason that is younger than the package
        _drop_thoughts(candidate.get("content"))
    response = GenerateContentResponse()
    try:
        json_format.ParseDict(tree, GenerateContentResponse.pb(response), ignore_unknown_fields=True)
    except json_format.Error as odd:
        raise ValueError("an event that is no answer") from odd
    return response


def _drop_thoughts(content: Any) -> None:
    """Take out what a model thought: the package is older than their mark, and hands on all text."""
    if isinstance(content, dict) and isinstance(content.get("parts"), list):
        content["parts"] = [p for p in content["parts"] if not (isinstance(p, dict) and p.get("thought"))]


def _error(body: bytes) -> JsonObject:
    try:
        tree = loads(body.decode("utf-8-sig"))
    except NOT_JSON:
        return {}
    tree = tree[0] if isinstance(tree, list) and tree else tree
    return tree if isinstance(tree, dict) else {}
