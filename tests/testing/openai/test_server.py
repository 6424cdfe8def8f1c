"""The emulated chat server, asked by the vendor-neutral client of httpx."""

from __future__ import annotations

import json

import pytest

from tests.support.http import http_client
from wingman.testing.gemini.answers import scripted
from wingman.testing.gemini.server import INSTANT
from wingman.testing.openai.server import ChatEmulator, ChatFault, hashed_words

ASK = {
    "model": "local-model",
    "stream": True,
    "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}],
}


async def streamed(url: str) -> tuple[int, str, str]:
    """Status, the words and the reason they ended for."""
    text, reason = "", ""
    async with http_client() as client:
        answer = await client.post(f"{url}/chat/completions", json=ASK)
    for line in answer.text.splitlines():
        if line.startswith("data: {") and (choices := json.loads(line[6:]).get("choices")):
            text += choices[0]["delta"].get("content", "")
            reason = choices[0]["finish_reason"] or reason
    return answer.status_code, text, reason


async def test_an_answer_is_streamed_and_ends() -> None:
    async with ChatEmulator(answer=scripted("Ask what it costs them."), pace=INSTANT) as emulator:
        assert await streamed(emulator.url) == (200, "Ask what it costs them.", "stop")
        assert len(emulator.requests) == 1


@pytest.mark.parametrize(
    ("fault", "status"),
    [(ChatFault.RATE_LIMITED, 429), (ChatFault.OVERLOADED, 503), (ChatFault.UNAUTHORIZED, 401)],
)
async def test_a_fault_meets_one_request(fault: ChatFault, status: int) -> None:
    async with ChatEmulator(answer=scripted("fine"), pace=INSTANT) as emulator:
        emulator.play(fault)
        async with http_client() as client:
            assert (await client.post(f"{emulator.url}/chat/completions", json=ASK)).status_code == status
        assert (await streamed(emulator.url))[0] == 200


async def test_models_and_vectors() -> None:
    async with ChatEmulator() as emulator, http_client() as client:
        listed = (await client.get(f"{emulator.url}/models")).json()
        assert [model["id"] for model in listed["data"]] == ["local-model"]
        told = await client.post(f"{emulator.url}/embeddings", json={"model": "m", "input": ["a price", "b"]})
        vectors = {each["index"]: each["embedding"] for each in told.json()["data"]}
        assert vectors[0] == hashed_words("a price", {})
        assert (await client.get(f"{emulator.url}/nothing")).status_code == 404


def test_synonyms_point_the_same_way() -> None:
    assert hashed_words("cost", {"cost": "price"}) == hashed_words("price", {})
    assert hashed_words("cost", {}) != hashed_words("price", {})
