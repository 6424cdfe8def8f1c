"""Vectors from a server: asked for in one request, made unit length, and every odd answer is a sentence."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from wingman.config.section import Secret
from wingman.config.suggest import EmbeddingSettings
from wingman.core.errors import FaultKind, ProviderFault
from wingman.suggest.knowledge.http_encoder import HttpEncoder
from wingman.testing.http_server import Reply, Request
from wingman.testing.model_server import ModelServer

TEXTS = ("refund", "security")


class Server(ModelServer[None]):
    """Answers every request with the same body."""

    def __init__(self, answer: Any, status: int = 200) -> None:
        super().__init__()
        self._body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self._status = status

    async def handle(self, request: Request, reply: Reply) -> None:
        await reply.whole(self._status, self._body, "application/json")


def rows(*vectors: Any) -> dict[str, Any]:
    return {"data": [{"index": n, "embedding": vector} for n, vector in enumerate(vectors)]}


def encoder(server: Server, **settings: Any) -> HttpEncoder:
    return HttpEncoder(EmbeddingSettings(url=f"{server.url}/v1/", model="small", **settings))


async def test_all_texts_go_in_one_request_with_the_key() -> None:
    async with Server(rows([3.0, 4.0], [0.0, 2.0])) as server:
        known = encoder(server, api_key=Secret("local-key"))
        vectors = await known.encode(TEXTS, "passage")
        await known.encode(TEXTS, "passage")
        await known.aclose()
        assert server.connections == 1
    assert np.allclose(vectors, [[0.6, 0.8], [0.0, 1.0]])
    first = server.requests[0]
    assert (first.method, first.path) == ("POST", "/v1/embeddings")
    assert json.loads(first.body) == {"model": "small", "input": list(TEXTS), "encoding_format": "float"}
    assert first.headers["authorization"] == "Bearer local-key"


async def test_rows_are_put_in_the_order_of_the_texts() -> None:
    answer = {"data": [{"index": 1, "embedding": [0, 5]}, {"index": 0, "embedding": [0, 0]}]}
    async with Server(answer) as server:
        known = encoder(server)
        vectors = await known.encode(TEXTS, "passage")
        await known.aclose()
    assert vectors.tolist() == [[0, 0], [0, 1]], "a vector without length stays one"
    assert "authorization" not in server.requests[0].headers


@pytest.mark.parametrize(
    "answer",
    [
        b"no json",
        b"",
        [],
        {"data": None},
        {"error": "no such model"},
        rows([1, 0]),
        rows([1, 0], [1, 0], [1, 0]),
        rows([1, 0], [1]),
        rows(1, 2),
        rows(["a"], ["b"]),
        rows([1, None], [1, 0]),
        b'{"data": [{"index": 0, "embedding": [NaN]}, {"index": 1, "embedding": [1]}]}',
        {"data": [{"embedding": [1]}, {"embedding": [1]}]},
    ],
)
async def test_what_is_not_one_vector_per_text_is_refused(answer: Any) -> None:
    async with Server(answer) as server:
        known = encoder(server)
        with pytest.raises(ProviderFault, match=r"check suggest\.embeddings\.url") as refused:
            await known.encode(TEXTS, "passage")
        await known.aclose()
    assert refused.value.kind is FaultKind.PROTOCOL


@pytest.mark.parametrize("status", [401, 404, 500, 204])
async def test_a_refusal_is_told_with_its_status_and_without_the_key(status: int) -> None:
    async with Server(b"local-key is wrong" if status != 204 else b"", status) as server:
        known = encoder(server, api_key=Secret("local-key"))
        with pytest.raises(ProviderFault, match=f"status {status}") as refused:
            await known.encode(TEXTS, "passage")
        await known.aclose()
    assert refused.value.code == str(status)
    assert "local-key" not in str(refused.value)


async def test_a_server_that_has_gone_is_told_and_one_that_is_back_is_used() -> None:
    server = Server(rows([1], [1]))
    async with server:
        known = encoder(server)
        await known.encode(TEXTS, "passage")
    with pytest.raises(ProviderFault, match="cannot reach the embedding server") as failed:
        await known.encode(TEXTS, "passage")
    assert failed.value.kind is FaultKind.NETWORK
    await known.aclose()
    await known.aclose()
    assert known.name.startswith("small at http://127.0.0.1")
