from __future__ import annotations

import asyncio
import gzip
import json
import re
import socket
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
    leave_the_loop,
    left_at_once,
    nobody_waits,
    until_left,
)
from wingman.config.section import Secret
from wingman.config.suggest import GeminiSettings
from wingman.core.errors import FaultKind, InputError, ProviderFault
from wingman.egress.answers import ANSWER_BYTES
from wingman.llm.base import AnswerBlocked, AnswerTruncated, Usage
from wingman.llm.gemini.client import Gemini
from wingman.testing.gemini.answers import scripted
from wingman.testing.gemini.server import GeminiEmulator, GeminiFault


@asynccontextmanager
async def gemini(emulator: GeminiEmulator, **settings: Any) -> AsyncIterator[Gemini]:
    fields: dict[str, Any] = {"api_key": Secret("k"), "url": emulator.url, **settings}
    model = Gemini(GeminiSettings(**fields))
    try:
        yield model
    finally:
        await model.aclose()


async def test_an_answer_arrives_in_pieces_with_its_usage() -> None:
    async with GeminiEmulator(pace=QUICK) as emulator, gemini(emulator) as model:
        deltas = await answer(model)
        assert len(deltas) > 2
        assert "".join(deltas) == ANSWER
        assert model.last_usage == Usage(6, 21)


async def test_what_is_sent_is_what_the_service_wants() -> None:
    async with GeminiEmulator(pace=QUICK) as emulator, gemini(emulator) as model:
        await answer(model)
        (request,) = emulator.requests
    body = json.loads(request.body)
    assert request.path == "/v1/models/gemini-3.5-flash-lite:streamGenerateContent"
    assert request.query == {"alt": "sse"}
    assert request.headers["x-goog-api-key"] == "k"
    assert "k" not in request.query.values()
    assert int(request.headers["x-server-timeout"]) >= 10
    config = body["generationConfig"]
    assert config["maxOutputTokens"] == 100
    assert config["thinkingConfig"] == {"thinking_level": "MINIMAL"}
    assert not {"temperature", "topP", "topK"} & set(config)


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (GeminiFault.RATE_LIMITED, FaultKind.RATE_LIMITED, "quota"),
        (GeminiFault.OVERLOADED, FaultKind.UNAVAILABLE, "overloaded"),
        (GeminiFault.INTERNAL, FaultKind.UNAVAILABLE, "status 500"),
        (GeminiFault.BAD_KEY, FaultKind.AUTH, "refused the key"),
        (GeminiFault.ERROR_EVENT, FaultKind.UNAVAILABLE, "overloaded"),
        (GeminiFault.DROPPED, FaultKind.NETWORK, "connection to Gemini failed"),
        (GeminiFault.CUT_JSON, FaultKind.PROTOCOL, "broke off"),
    ],
)
async def test_a_failure_becomes_a_fault_with_a_sentence(
    fault: GeminiFault, kind: FaultKind, words: str
) -> None:
    async with GeminiEmulator(pace=QUICK) as emulator, gemini(emulator) as model:
        emulator.play(fault)
        with pytest.raises(ProviderFault, match=words) as failed:
            await answer(model)
        assert failed.value.kind is kind
        assert len(emulator.requests) == 1


async def test_a_rate_limit_says_how_long_to_wait() -> None:
    async with GeminiEmulator(pace=QUICK) as emulator, gemini(emulator) as model:
        emulator.play(GeminiFault.RATE_LIMITED)
        with pytest.raises(ProviderFault) as failed:
            await answer(model)
        assert failed.value.retry_after == 17


async def test_what_one_meeting_ran_into_the_others_do_not_ask_again() -> None:
    async with GeminiEmulator(pace=QUICK) as emulator, gemini(emulator) as model:
        emulator.play(GeminiFault.RATE_LIMITED)
        for _ in range(3):
            with pytest.raises(ProviderFault) as failed:
                await answer(model)
            assert failed.value.kind is FaultKind.RATE_LIMITED
            assert failed.value.retry_after is not None
            assert 10 < failed.value.retry_after <= 17
        assert len(emulator.requests) == 1


@pytest.mark.parametrize("fault", [GeminiFault.PROMPT_BLOCKED, GeminiFault.ANSWER_BLOCKED])
async def test_a_refused_answer_is_told_apart(fault: GeminiFault) -> None:
    async with GeminiEmulator(pace=QUICK) as emulator, gemini(emulator) as model:
        emulator.play(fault)
        with pytest.raises(AnswerBlocked, match="safety"):
            await answer(model)


async def test_an_answer_that_was_all_thinking_is_truncated() -> None:
    async with GeminiEmulator(pace=QUICK) as emulator, gemini(emulator) as model:
        emulator.play(GeminiFault.TRUNCATED)
        with pytest.raises(AnswerTruncated):
            await answer(model)


@pytest.mark.parametrize("fault", [GeminiFault.EMPTY, GeminiFault.NO_CANDIDATES, GeminiFault.EMPTY_BODY])
async def test_an_answer_without_words_is_simply_empty(fault: GeminiFault) -> None:
    async with GeminiEmulator(pace=QUICK) as emulator, gemini(emulator) as model:
        emulator.play(fault)
        assert await answer(model) == []


async def test_line_separators_inside_the_text_survive() -> None:
    odd = "one\u2028two\u0085three"
    async with GeminiEmulator(pace=QUICK, answer=scripted(odd)) as emulator, gemini(emulator) as model:
        assert "".join(await answer(model)) == odd


@pytest.mark.parametrize("way_out", WAYS_OUT)
async def test_leaving_closes_the_request_at_once(way_out: WayOut) -> None:
    async with GeminiEmulator(pace=SLOW) as emulator, gemini(emulator) as model:
        await left_at_once(model, way_out, emulator.left)


async def test_a_hundred_interrupted_answers_leave_no_connection_behind() -> None:
    async with GeminiEmulator(pace=SLOW) as emulator, gemini(emulator) as model:
        for way_out in WAYS_OUT * 34:
            await way_out(model)
        await until_left(emulator.left, 102)
        assert len(emulator.requests) == 102


async def test_one_connection_serves_one_answer_after_the_other() -> None:
    async with GeminiEmulator(pace=QUICK) as emulator, gemini(emulator) as model:
        for _ in range(4):
            await answer(model)
        assert emulator.connections == 1


async def test_the_probe_warms_two_connections_so_that_a_newer_card_needs_no_handshake() -> None:
    async with GeminiEmulator(pace=SLOW) as emulator, gemini(emulator) as model:
        await model.probe()
        assert emulator.connections == 2
        await leave_the_loop(model)  # closes its connection; the other one is still warm
        await leave_the_loop(model)
        await until_left(emulator.left, 2)
        assert emulator.connections == 2


async def test_a_second_connection_that_fails_is_no_reason_to_refuse_the_model() -> None:
    async with GeminiEmulator(pace=QUICK, lists_models=False) as emulator, gemini(emulator) as model:
        await model.probe()
        assert [request.method for request in emulator.requests].count("GET") == 1


@pytest.mark.slow
async def test_a_connection_outlives_a_pause_between_suggestions() -> None:
    async with GeminiEmulator(pace=QUICK) as emulator, gemini(emulator) as model:
        await answer(model)
        await asyncio.sleep(8)  # the client's own default would have hung up after five seconds
        await answer(model)
        assert emulator.connections == 1


async def test_two_meetings_keep_their_usage_apart() -> None:
    async with GeminiEmulator(pace=QUICK) as emulator, gemini(emulator) as model:
        seen: list[Usage] = []

        async def one(words: str) -> None:
            prompt = type(ASKED)("s", words)
            async for _ in model.stream(prompt):
                pass
            seen.append(model.last_usage)

        await asyncio.gather(one("how much " * 40), one("so"))
        assert sorted(usage.prompt_tokens for usage in seen) == [1, 91]


# --- models, keys, probing ------------------------------------------------------------------------


async def test_a_model_that_is_not_served_falls_back_along_the_list() -> None:
    async with GeminiEmulator(pace=QUICK) as emulator:
        names = {"model": "gemini-9", "fallbacks": ("gemini-8", "gemini-3.1-flash-lite")}
        async with gemini(emulator, **names) as model:
            await model.probe()
            assert model.model == "gemini-3.1-flash-lite"
            asked = [request for request in emulator.requests if request.method == "POST"]
            assert len(asked) == 3
            await answer(model)
            assert emulator.requests[-1].path.endswith("gemini-3.1-flash-lite:streamGenerateContent")


async def test_when_no_model_is_served_the_probe_says_so() -> None:
    names = {"model": "gemini-9", "fallbacks": ("gemini-8",)}
    async with GeminiEmulator(pace=QUICK) as emulator, gemini(emulator, **names) as model:
        with pytest.raises(ProviderFault, match="model gemini-8 is not served to this key"):
            await model.probe()


async def test_an_alias_exists_on_v1beta_only() -> None:
    alias: dict[str, Any] = {"model": "gemini-flash-lite-latest", "fallbacks": ()}
    async with GeminiEmulator(pace=QUICK) as emulator:
        async with gemini(emulator, **alias) as model:
            with pytest.raises(ProviderFault, match="not served"):
                await model.probe()
        async with gemini(emulator, api_version="v1beta", **alias) as model:
            await model.probe()


async def test_a_thinking_level_the_model_refuses_is_left_out() -> None:
    async with GeminiEmulator(pace=QUICK) as emulator, gemini(emulator, model="gemini-3.8-flash") as model:
        assert "".join(await answer(model)) == ANSWER
        await answer(model)
    bodies = [json.loads(request.body)["generationConfig"] for request in emulator.requests]
    assert ["thinkingConfig" in body for body in bodies] == [True, False, False]


async def test_the_older_generation_is_sent_a_budget_instead_of_a_level() -> None:
    async with GeminiEmulator(pace=QUICK) as emulator, gemini(emulator, model="gemini-2.5-flash-lite") as model:
        assert "".join(await answer(model)) == ANSWER
    (request,) = emulator.requests
    assert json.loads(request.body)["generationConfig"]["thinkingConfig"] == {"thinking_budget": 0}


def test_an_unknown_thinking_level_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="use one of minimal, low, medium, high"):
        Gemini(GeminiSettings(api_key=Secret("k"), thinking="tiny"))


async def test_a_key_is_needed_and_never_shown() -> None:
    async with GeminiEmulator(pace=QUICK, key="right") as emulator:
        async with gemini(emulator, api_key=Secret("")) as model:
            with pytest.raises(ProviderFault, match="no Gemini key is set"):
                await model.probe()
        async with gemini(emulator, api_key=Secret("AIzaWrongWrong")) as model:
            with pytest.raises(ProviderFault, match="refused the key") as failed:
                await model.probe()
            assert "AIza" not in str(failed.value)


async def test_nobody_at_the_address_is_a_network_fault() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        model = Gemini(GeminiSettings(api_key=Secret("k"), url=url))
        with pytest.raises(ProviderFault) as failed:
            await answer(model)
        assert failed.value.kind is FaultKind.NETWORK
        await model.aclose()


ODD_SHAPES: tuple[Any, ...] = (
    {"candidates": [5]},
    {"candidates": [{"content": []}]},
    {"candidates": [{"content": {"parts": {"text": "x"}}}]},
    {"candidates": [{"content": {"parts": [{"text": 5}]}}]},
    {"candidates": [{"content": {"parts": [{"text": "SAY hi."}]}, "finishReason": 7}]},
    {"candidates": [{"content": {"parts": [{"inlineData": {"mimeType": "image/png", "data": "!"}}]}}]},
    {"usageMetadata": {"promptTokenCount": "many"}},
    {"promptFeedback": "SAFETY"},
    {"error": "boom"},
    5,
)
"""Events that are JSON and no answer of the service's."""


async def test_an_answer_of_another_shape_is_a_fault_and_ends_nothing_else() -> None:
    shapes = [json.dumps(shape).encode() for shape in ODD_SHAPES]
    shapes.append(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        await reader.readexactly(int(length[1]) if length else 0)
        body = b"data: " + shapes.pop() + b"\r\n\r\n"
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n" + body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        model = Gemini(GeminiSettings(api_key=Secret("k"), url=url))
        shapes += shapes[:2]
        with pytest.raises(ProviderFault):
            await model.probe()  # its look at the model over a second connection is answered no better
        while shapes:
            with pytest.raises(ProviderFault):
                await answer(model)
        await model.aclose()


async def test_an_answer_that_unpacks_without_end_is_a_fault() -> None:
    bomb = gzip.compress(b"data: " + bytes(ANSWER_BYTES))
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\n"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head + b"content-length: %d\r\n\r\n" % len(bomb) + bomb)
        await reader.read()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        model = Gemini(GeminiSettings(api_key=Secret("k"), url=url))
        with pytest.raises(ProviderFault, match="DecodingError"):
            await answer(model)
        await model.aclose()


async def test_a_request_that_nobody_waited_for_is_counted() -> None:
    async with GeminiEmulator(pace=SLOW) as emulator, gemini(emulator) as model:
        emulator.play(GeminiFault.NO_HEADERS)
        await nobody_waits(model, lambda: len(emulator.requests))
        assert model.last_usage.prompt_tokens > 0
