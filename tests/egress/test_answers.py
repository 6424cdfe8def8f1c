from __future__ import annotations

import contextlib
import gzip
import zlib
from collections.abc import AsyncIterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wingman.egress.answers import ANSWER_BYTES, AnswerError, unpacked
from wingman.egress.http import counting
from wingman.testing.http_server import LoopbackHttp, Reply, Request

TEXT = b'{"text": "a word"}' * 2_000
BARE = zlib.compress(TEXT)[2:-4]
BOMB = gzip.compress(bytes(ANSWER_BYTES + 1))
PACKED = {
    "": TEXT,
    "identity": TEXT,
    "utf-8": TEXT,
    "gzip": gzip.compress(TEXT),
    "X-GZip": gzip.compress(TEXT),
    "deflate": zlib.compress(TEXT),
    " deflate": BARE,
}


async def _answer(content: bytes, encoding: str, size: int, most: int = ANSWER_BYTES) -> bytes:
    async def body() -> AsyncIterator[bytes]:
        for at in range(0, len(content), size):
            yield content[at : at + size]

    return b"".join([piece async for piece in unpacked(body(), encoding, most)])


@pytest.mark.parametrize("encoding", list(PACKED))
@pytest.mark.parametrize("size", [1, 2, 7, 10_000_000])
async def test_what_is_packed_is_unpacked_whatever_the_pieces(encoding: str, size: int) -> None:
    assert await _answer(PACKED[encoding], encoding, size) == TEXT


@given(content=st.binary(max_size=2000), encoding=st.sampled_from(["gzip", "deflate", "gzip, gzip", "br"]))
async def test_any_bytes_have_an_answer_or_one_error(content: bytes, encoding: str) -> None:
    with contextlib.suppress(AnswerError):
        assert len(await _answer(content, encoding, 100, most=1000)) <= 1000


@pytest.mark.parametrize("encoding", ["gzip", ""])
async def test_an_answer_has_an_end(encoding: str) -> None:
    content = gzip.compress(bytes(50_000)) if encoding else bytes(50_000)
    assert len(await _answer(content, encoding, 100, most=50_000)) == 50_000
    with pytest.raises(AnswerError, match="more than 49999 bytes"):
        await _answer(content, encoding, 100, most=49_999)


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "gzip, br"])
async def test_what_was_not_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(AnswerError, match="not asked for"):
        await _answer(b"", encoding, 1)


async def test_every_client_has_the_bound() -> None:
    asked: list[str] = []

    async def serve(request: Request, reply: Reply) -> None:
        asked.append(request.headers["accept-encoding"])
        body = BOMB if request.path == "/bomb" else PACKED["gzip"]
        await reply.whole(200, body, "application/json", {"content-encoding": "gzip"})

    async with LoopbackHttp(serve) as server, httpx.AsyncClient(transport=counting()) as client:
        assert (await client.get(f"{server.url}/text")).content == TEXT
        with pytest.raises(httpx.DecodingError, match="more than"):
            await client.get(f"{server.url}/bomb")
    assert asked == ["gzip, deflate"] * 2
