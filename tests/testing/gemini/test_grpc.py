"""The local Gemini over gRPC, asked by a plain channel: pieces, scripted faults, and who leaves is noticed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.support.extras import gemini_messages
from tests.support.until import until
from wingman.testing.gemini.answers import scripted
from wingman.testing.gemini.grpc import MAX_TOKENS, SAFETY, SERVICE, STOP, GeminiGrpcEmulator
from wingman.testing.gemini.server import INSTANT, RETRY_DELAY_S, GeminiFault

MODEL = "gemini-3.5-flash-lite"
TEXT = "Name one plan and what it includes, then ask."


@asynccontextmanager
async def running(**options: Any) -> AsyncIterator[tuple[GeminiGrpcEmulator, Any]]:
    """An emulator, and a function that opens a call to it."""
    import grpc.aio

    messages = gemini_messages()
    async with (
        GeminiGrpcEmulator(pace=INSTANT, answer=scripted(TEXT), **options) as emulator,
        grpc.aio.insecure_channel(emulator.target) as channel,
    ):
        method = channel.unary_stream(
            f"/{SERVICE}/StreamGenerateContent",
            request_serializer=messages.GenerateContentRequest.serialize,
            response_deserializer=messages.GenerateContentResponse.deserialize,
        )

        def call(model: str = MODEL) -> Any:
            contents = [{"role": "user", "parts": [{"text": "how much"}]}]
            request = messages.GenerateContentRequest(model=f"models/{model}", contents=contents)
            return method(request, metadata=(("x-goog-api-key", "k"),))

        yield emulator, call


def _refused() -> Any:
    """What a call ends with that the service refuses."""
    import grpc.aio

    return grpc.aio.AioRpcError


def text_of(parts: list[Any]) -> str:
    return "".join(p.text for each in parts for c in each.candidates for p in c.content.parts)


async def test_an_answer_comes_in_pieces_and_says_when_it_is_whole() -> None:
    async with running() as (emulator, call):
        parts = [part async for part in call()]
    assert text_of(parts) == TEXT
    assert [part.candidates[0].finish_reason for part in parts] == [0] * (len(parts) - 1) + [STOP]
    assert {part.model_version for part in parts} == {MODEL}
    assert emulator.requests[0].contents[0].parts[0].text == "how much"
    assert emulator.metadata[0]["x-goog-api-key"] == "k"
    assert emulator.left == []


async def test_a_refusal_has_its_code_and_holds_for_one_request() -> None:
    async with running() as (emulator, call):
        for fault, code in (
            (GeminiFault.RATE_LIMITED, "RESOURCE_EXHAUSTED"),
            (GeminiFault.OVERLOADED, "UNAVAILABLE"),
            (GeminiFault.INTERNAL, "INTERNAL"),
            (GeminiFault.BAD_KEY, "INVALID_ARGUMENT"),
            (GeminiFault.NOT_SERVED, "NOT_FOUND"),
        ):
            emulator.play(fault)
            with pytest.raises(_refused()) as refused:
                await call().read()
            assert refused.value.code().name == code, fault
            assert text_of([part async for part in call()]) == TEXT, fault


async def test_a_limit_says_how_long_to_wait() -> None:
    from google.rpc import error_details_pb2, status_pb2

    async with running() as (emulator, call):
        emulator.play(GeminiFault.RATE_LIMITED)
        with pytest.raises(_refused()) as refused:
            await call().read()
    packed = dict(refused.value.trailing_metadata())["grpc-status-details-bin"]
    info = error_details_pb2.RetryInfo()
    assert status_pb2.Status.FromString(packed).details[0].Unpack(info)
    assert info.retry_delay.seconds == RETRY_DELAY_S


async def test_an_answer_can_end_in_every_odd_way() -> None:
    async with running() as (emulator, call):
        for fault, finishes in (
            (GeminiFault.EMPTY, [STOP]),
            (GeminiFault.TRUNCATED, [MAX_TOKENS]),
            (GeminiFault.ANSWER_BLOCKED, [0, SAFETY]),
            (GeminiFault.NO_CANDIDATES, []),
            (GeminiFault.PROMPT_BLOCKED, []),
            (GeminiFault.EMPTY_BODY, []),
        ):
            emulator.play(fault)
            parts = [part async for part in call()]
            told = [each.finish_reason for part in parts for each in part.candidates]
            assert told == finishes, fault
            blocked = any(part.prompt_feedback.block_reason for part in parts)
            assert blocked is (fault is GeminiFault.PROMPT_BLOCKED), fault


async def test_a_service_can_fail_after_the_first_words() -> None:
    async with running() as (emulator, call):
        emulator.play(GeminiFault.ERROR_EVENT)
        answer = call()
        assert TEXT.startswith(text_of([await answer.read()]))
        with pytest.raises(_refused()) as failed:
            await answer.read()
    assert failed.value.code().name == "UNAVAILABLE"


async def test_who_leaves_a_stalled_answer_is_noticed() -> None:
    async with running() as (emulator, call):
        emulator.play(GeminiFault.STALL)
        answer = call()
        await answer.read()
        answer.cancel()
        await until(lambda: emulator.left)


async def test_a_model_that_is_not_served_is_not_found() -> None:
    async with running(served=frozenset({"gemini-9"})) as (_, call):
        with pytest.raises(_refused()) as refused:
            await call().read()
        assert refused.value.code().name == "NOT_FOUND"
        assert text_of([part async for part in call("gemini-9")]) == TEXT
