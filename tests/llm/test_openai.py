from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.suggest.models import ANSWER, QUICK, SLOW, WAYS_OUT, WayOut, answer, left_at_once
from tests.support.each import each
from wingman.config.section import Secret
from wingman.config.suggest import OpenAiSettings
from wingman.core.errors import FaultKind, InputError, ProviderFault
from wingman.llm.base import AnswerBlocked, AnswerTruncated, Prompt, Usage
from wingman.llm.openai import OpenAiModel, refused
from wingman.testing.openai.server import ChatEmulator, ChatFault


@asynccontextmanager
async def local(emulator: ChatEmulator, **settings: Any) -> AsyncIterator[OpenAiModel]:
    model = OpenAiModel(OpenAiSettings(**({"url": emulator.url, "model": "local-model"} | settings)))
    try:
        yield model
    finally:
        await model.aclose()


async def test_an_answer_arrives_in_pieces_with_its_usage() -> None:
    async with ChatEmulator(pace=SLOW) as emulator, local(emulator, api_key=Secret("sk")) as model:
        await model.probe()
        deltas = await answer(model)
        assert len(deltas) > 2
        assert "".join(deltas) == ANSWER
        assert model.last_usage == Usage(7, 5)
    request = emulator.requests[-1]
    assert request.headers["authorization"] == "Bearer sk"
    body = json.loads(request.body)
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert (body["stream"], body["max_tokens"]) == (True, 100)
    assert emulator.connections == 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (ChatFault.RATE_LIMITED, FaultKind.RATE_LIMITED),
        (ChatFault.OVERLOADED, FaultKind.UNAVAILABLE),
        (ChatFault.UNAUTHORIZED, FaultKind.AUTH),
        (ChatFault.ERROR_EVENT, FaultKind.UNAVAILABLE),
        (ChatFault.DROPPED, FaultKind.NETWORK),
        (ChatFault.CUT_JSON, FaultKind.PROTOCOL),
    ],
)
async def test_a_failure_becomes_a_fault(fault: ChatFault, kind: FaultKind) -> None:
    async with ChatEmulator(pace=QUICK) as emulator, local(emulator) as model:
        emulator.play(fault)
        with pytest.raises(ProviderFault) as failed:
            await answer(model)
        assert failed.value.kind is kind


async def test_what_one_meeting_ran_into_the_others_do_not_ask_again() -> None:
    async with ChatEmulator(pace=QUICK) as emulator, local(emulator) as model:
        emulator.play(ChatFault.RATE_LIMITED)
        for _ in range(2):
            with pytest.raises(ProviderFault) as failed:
                await answer(model)
            assert failed.value.kind is FaultKind.RATE_LIMITED
        assert len(emulator.requests) == 1


async def test_refused_and_truncated_answers_are_told_apart() -> None:
    async with ChatEmulator(pace=QUICK) as emulator, local(emulator) as model:
        emulator.play(ChatFault.FILTERED, ChatFault.TRUNCATED, ChatFault.EMPTY)
        with pytest.raises(AnswerBlocked):
            await answer(model)
        with pytest.raises(AnswerTruncated):
            await answer(model)
        assert await answer(model) == []


@each("body", [b"[" * 100_000, b"1" * 5000, b"\xff"])
@each("after", ["\u00b2", "9" * 400, "soon"])
def test_a_refusal_that_cannot_be_read_is_one_all_the_same(body: bytes, after: str) -> None:
    fault = refused(429, body, {"retry-after": after})
    assert (fault.kind, fault.retry_after) == (FaultKind.RATE_LIMITED, None)


@pytest.mark.parametrize("way_out", WAYS_OUT)
async def test_leaving_closes_the_request_at_once(way_out: WayOut) -> None:
    async with ChatEmulator(pace=SLOW) as emulator, local(emulator) as model:
        await left_at_once(model, way_out, emulator.left)


async def test_the_probe_names_the_models_there_are() -> None:
    async with ChatEmulator(models=("llama", "qwen")) as emulator:
        async with local(emulator, model="mistral") as model:
            with pytest.raises(ProviderFault, match=r"mistral is not served .* one of llama, qwen"):
                await model.probe()
        async with local(emulator, model="") as model:
            await model.probe()
            await answer(model)
    assert json.loads(emulator.requests[-1].body)["model"] == "llama"


async def test_no_server_and_no_url_are_said_plainly() -> None:
    with pytest.raises(InputError, match=r"suggest.openai.url is empty"):
        OpenAiModel(OpenAiSettings())
    model = OpenAiModel(OpenAiSettings(url="http://127.0.0.1:9/v1"))
    with pytest.raises(ProviderFault, match=r"cannot reach the model server at http://127\.0\.0\.1:9/v1"):
        await model.probe()
    await model.aclose()


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/v1", "http://localhost:1/v1", "https://api.example.com/v1"]
)
async def test_a_prompt_leaves_wherever_the_server_stands(url: str) -> None:
    """One on this machine may be a proxy to a cloud; nobody here can know."""
    model = OpenAiModel(OpenAiSettings(url=url))
    assert model.remote
    await model.aclose()


async def test_an_address_that_is_none_is_a_fault_of_the_model_alone() -> None:
    for url in ("http://127.0.0.1:99999/v1", "http://[::1", "http://x:y", "http:///v1", "http://\u24db/v1"):
        model = OpenAiModel(OpenAiSettings(url=url, model="m"))
        with pytest.raises(ProviderFault, match=r"suggest\.openai\.url"):
            await model.probe()
        with pytest.raises(ProviderFault, match=r"suggest\.openai\.url"):
            await anext(model.stream(Prompt("", "Hello")))
        await model.aclose()
