from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.suggest.models import (
    ANSWER,
    ASKED,
    QUICK,
    SLOW,
    WAYS_OUT,
    WayOut,
    answer,
    left_at_once,
    nobody_waits,
)
from tests.support.extras import gemini_messages
from wingman.config.section import Secret
from wingman.config.suggest import GeminiSettings
from wingman.core.errors import FaultKind, ProviderFault
from wingman.llm.base import AnswerBlocked, AnswerTruncated, Usage
from wingman.llm.gemini.legacy_client import GenerativeAiModel
from wingman.testing.gemini.answers import scripted
from wingman.testing.gemini.server import GeminiEmulator, GeminiFault, Pace
from wingman.testing.http_server import LoopbackHttp, Reply, Request


@pytest.fixture(autouse=True)
def _extra() -> None:
    gemini_messages()


@asynccontextmanager
async def older(emulator: GeminiEmulator, **settings: Any) -> AsyncIterator[GenerativeAiModel]:
    fields: dict[str, Any] = {"api_key": Secret("k"), "url": emulator.url, **settings}
    model = GenerativeAiModel(GeminiSettings(**fields))
    try:
        yield model
    finally:
        await model.aclose()


async def test_an_answer_arrives_in_pieces_with_its_usage() -> None:
    async with GeminiEmulator(pace=QUICK) as emulator, older(emulator) as model:
        await model.probe()
        deltas = await answer(model)
        assert len(deltas) > 2
        assert "".join(deltas) == ANSWER
        assert model.last_usage == Usage(6, 21)


async def test_what_is_sent_is_what_the_package_makes_of_it() -> None:
    async with GeminiEmulator(pace=QUICK) as emulator, older(emulator) as model:
        await answer(model)
        (request,) = emulator.requests
    body = json.loads(request.body)
    assert request.path == "/v1beta/models/gemini-3.5-flash-lite:streamGenerateContent"
    assert request.query == {"alt": "sse"}
    assert request.headers["x-goog-api-key"] == "k"
    assert request.headers["x-goog-request-params"] == "model=models/gemini-3.5-flash-lite"
    assert body == {
        "systemInstruction": {"parts": [{"text": ASKED.system}]},
        "contents": [{"role": "user", "parts": [{"text": ASKED.user}]}],
        "generationConfig": {"maxOutputTokens": 100},
    }


@pytest.mark.parametrize("size", [1, 2, 7])
async def test_letters_of_several_bytes_survive_however_they_are_cut(size: int) -> None:
    words = "Grüße, 中文 und 🎧 – „gut“."
    pace = Pace(first_s=0.0, gap_s=0.0, characters=size)
    async with GeminiEmulator(pace=pace, answer=scripted(words)) as emulator, older(emulator) as model:
        assert "".join(await answer(model)) == words


async def test_a_reason_that_the_package_does_not_know_is_no_normal_end() -> None:
    async def odd(_: Request, reply: Reply) -> None:
        event = {"candidates": [{"content": {"parts": [{"text": "Well"}]}, "finishReason": "TIRED"}]}
        await reply.whole(200, b"data: " + json.dumps(event).encode() + b"\n\n", "text/event-stream")

    async with LoopbackHttp(odd) as server:
        url = f"http://127.0.0.1:{server.port}"
        model = GenerativeAiModel(GeminiSettings(api_key=Secret("k"), url=url))
        with pytest.raises(AnswerBlocked):
            await answer(model)
        await model.aclose()


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (GeminiFault.RATE_LIMITED, FaultKind.RATE_LIMITED),
        (GeminiFault.OVERLOADED, FaultKind.UNAVAILABLE),
        (GeminiFault.INTERNAL, FaultKind.UNAVAILABLE),
        (GeminiFault.BAD_KEY, FaultKind.AUTH),
        (GeminiFault.ERROR_EVENT, FaultKind.UNAVAILABLE),
        (GeminiFault.DROPPED, FaultKind.NETWORK),
        (GeminiFault.CUT_JSON, FaultKind.PROTOCOL),
    ],
)
async def test_a_failure_becomes_a_fault_without_a_hidden_retry(fault: GeminiFault, kind: FaultKind) -> None:
    async with GeminiEmulator(pace=QUICK) as emulator, older(emulator) as model:
        emulator.play(fault)
        with pytest.raises(ProviderFault) as failed:
            await answer(model)
        assert failed.value.kind is kind
        assert len(emulator.requests) == 1
        if fault is GeminiFault.RATE_LIMITED:
            assert failed.value.retry_after == 17


async def test_refused_truncated_and_empty_answers_are_told_apart() -> None:
    async with GeminiEmulator(pace=QUICK) as emulator, older(emulator) as model:
        emulator.play(GeminiFault.PROMPT_BLOCKED, GeminiFault.ANSWER_BLOCKED, GeminiFault.TRUNCATED)
        for kind in (AnswerBlocked, AnswerBlocked, AnswerTruncated):
            with pytest.raises(kind):
                await answer(model)
        for fault in (GeminiFault.EMPTY, GeminiFault.NO_CANDIDATES, GeminiFault.EMPTY_BODY):
            emulator.play(fault)
            assert await answer(model) == []


async def test_a_model_that_is_not_served_falls_back_along_the_list() -> None:
    async with GeminiEmulator(pace=QUICK) as emulator:
        async with older(emulator, model="gemini-9", fallbacks=("gemini-3.1-flash-lite",)) as model:
            await model.probe()
            assert model.model == "gemini-3.1-flash-lite"
        async with older(emulator, model="gemini-9", fallbacks=()) as model:
            with pytest.raises(ProviderFault, match="model gemini-9 is not served to this key"):
                await model.probe()


@pytest.mark.parametrize("way_out", WAYS_OUT)
async def test_leaving_closes_the_request_at_once(way_out: WayOut) -> None:
    async with GeminiEmulator(pace=SLOW) as emulator, older(emulator) as model:
        await left_at_once(model, way_out, emulator.left)


async def test_the_next_answer_works_after_every_way_out() -> None:
    async with GeminiEmulator(pace=SLOW) as emulator, older(emulator) as model:
        for way_out in WAYS_OUT:
            await way_out(model)
        assert "".join(await answer(model)) == ANSWER


async def test_nobody_there_is_not_an_overload() -> None:
    model = GenerativeAiModel(GeminiSettings(api_key=Secret("k"), url="http://127.0.0.1:1"))
    try:
        with pytest.raises(ProviderFault, match="cannot be reached") as failed:
            await answer(model)
    finally:
        await model.aclose()
    assert failed.value.kind is FaultKind.NETWORK


async def test_a_request_that_nobody_waited_for_is_counted() -> None:
    async with GeminiEmulator(pace=SLOW) as emulator, older(emulator) as model:
        emulator.play(GeminiFault.NO_HEADERS)
        await nobody_waits(model, lambda: len(emulator.requests))
        assert model.last_usage.prompt_tokens > 0
