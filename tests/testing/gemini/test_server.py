"""The emulator's own promises, checked over a plain socket client that knows nothing of Gemini's SDKs."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import httpx
import pytest

from tests.support.http import http_client
from tests.support.until import until
from wingman.core.errors import InputError
from wingman.testing.faults import Fault, FaultScript, Kind
from wingman.testing.gemini.answers import scripted
from wingman.testing.gemini.server import INSTANT, GeminiEmulator, GeminiFault, Pace

MODEL = "gemini-3.5-flash-lite"
BODY: dict[str, Any] = {"contents": [{"role": "user", "parts": [{"text": "how much is it"}]}]}
KEY = {"x-goog-api-key": "k"}
QUICK = Pace(first_s=0.0, gap_s=0.01, characters=20)


def path(method: str = "streamGenerateContent", version: str = "v1", model: str = MODEL) -> str:
    return f"/{version}/models/{model}:{method}"


async def post(url: str, where: str, body: Any = BODY, headers: dict[str, str] | None = None) -> httpx.Response:
    async with http_client(url) as client:
        return await client.post(where, json=body, headers=KEY if headers is None else headers)


async def test_events_are_single_data_lines_with_a_running_total() -> None:
    async with GeminiEmulator(pace=QUICK) as emulator:
        answer = await post(emulator.url, path() + "?alt=sse")
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.headers["transfer-encoding"] == "chunked"
    blocks = answer.content.split(b"\r\n\r\n")
    assert blocks.pop() == b""
    assert all(block.startswith(b"data: {") and b"\n" not in block for block in blocks)
    events = [json.loads(block[6:]) for block in blocks]
    totals = [event["usageMetadata"]["totalTokenCount"] for event in events]
    assert totals == sorted(totals)
    finishes = [event["candidates"][0].get("finishReason") for event in events]
    assert finishes == [None] * (len(events) - 1) + ["STOP"]
    assert {(event["modelVersion"], event["responseId"]) for event in events} == {(MODEL, "r1")}


async def test_without_sse_the_body_is_one_json_array() -> None:
    async with GeminiEmulator(pace=QUICK) as emulator:
        answer = await post(emulator.url, path())
    assert len(answer.json()) > 2
    assert answer.content.startswith(b"[")


async def test_unary_count_and_the_list_of_models() -> None:
    async with GeminiEmulator(pace=INSTANT, answer=scripted("Fine.")) as emulator:
        whole = await post(emulator.url, path("generateContent"))
        count = await post(emulator.url, path("countTokens"))
        async with http_client(emulator.url, headers=KEY) as client:
            listed = await client.get("/v1beta/models")
            one = await client.get(f"/v1/models/{MODEL}")
    assert whole.json()["candidates"][0]["content"]["parts"][0]["text"] == "Fine."
    assert count.json() == {"totalTokens": 4}
    assert f"models/{MODEL}" in [model["name"] for model in listed.json()["models"]]
    assert one.json()["name"] == f"models/{MODEL}"


@pytest.mark.parametrize(
    ("where", "headers", "code", "status"),
    [
        (path(), {}, 403, "PERMISSION_DENIED"),
        (path(), {"x-goog-api-key": "bad"}, 400, "INVALID_ARGUMENT"),
        (path() + "?key=k", KEY, 400, "INVALID_ARGUMENT"),
        (path(model="gemini-1.5-flash"), KEY, 404, "NOT_FOUND"),
        (path(model="gemini-flash-lite-latest"), KEY, 404, "NOT_FOUND"),
        ("/v2/models", KEY, 404, "NOT_FOUND"),
        (path(), KEY | {"x-server-timeout": "5"}, 400, "INVALID_ARGUMENT"),
    ],
)
async def test_errors_look_like_the_services_own(
    where: str, headers: dict[str, str], code: int, status: str
) -> None:
    async with GeminiEmulator(pace=INSTANT) as emulator:
        answer = await post(emulator.url, where, headers=headers)
    assert answer.status_code == code
    assert answer.headers["content-type"] == "application/json; charset=UTF-8"
    error = answer.json()["error"]
    assert (error["code"], error["status"]) == (code, status)
    assert answer.text.startswith('{\n  "error"')


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"colour": "red"}, 'Unknown name "colour"'),
        ({"contents": []}, "contents is not specified"),
        ({"contents": [{"role": "model", "parts": []}]}, "last content has role user"),
        (
            {"generationConfig": {"thinkingConfig": {"thinkingLevel": "low", "thinkingBudget": 0}}},
            "only set one",
        ),
        ({"generationConfig": {"thinkingConfig": {"thinking_level": "XHIGH"}}}, "Thinking level XHIGH"),
        ({"generationConfig": {"presencePenalty": 1}}, "Penalty is not enabled"),
        ({"generationConfig": {"responseSchema": {}, "responseJsonSchema": {}}}, "Only one of response_schema"),
    ],
)
async def test_a_wrong_request_is_refused_in_words(change: dict[str, Any], words: str) -> None:
    async with GeminiEmulator(pace=INSTANT) as emulator:
        answer = await post(emulator.url, path(), BODY | change)
    assert answer.status_code == 400
    assert words in answer.json()["error"]["message"]


async def test_a_body_that_is_no_json_is_refused() -> None:
    async with GeminiEmulator(pace=INSTANT) as emulator, http_client(emulator.url) as client:
        answer = await client.post(path(), content=b"{", headers=KEY)
    assert answer.status_code == 400


async def test_both_spellings_of_thinking_and_the_key_in_the_query_are_taken() -> None:
    async with GeminiEmulator(pace=INSTANT) as emulator:
        for thinking in ({"thinkingLevel": "minimal"}, {"thinking_level": "MINIMAL"}):
            body = BODY | {"generationConfig": {"thinkingConfig": thinking}}
            answer = await post(emulator.url, path() + "?key=k", body, headers={})
            assert answer.status_code == 200
        alias = path(version="v1beta", model="gemini-flash-lite-latest")
        assert (await post(emulator.url, alias)).status_code == 200


async def test_the_pace_is_kept() -> None:
    pace = Pace(first_s=0.2, gap_s=0.05, characters=10)
    async with GeminiEmulator(pace=pace, answer=scripted("one two three four five six seven")) as emulator:
        began = time.monotonic()
        arrived = []
        async with (
            http_client(emulator.url) as client,
            client.stream("POST", path() + "?alt=sse", json=BODY, headers=KEY) as answer,
        ):
            async for _ in answer.aiter_raw():
                arrived.append(time.monotonic() - began)
    assert arrived[0] >= 0.2
    assert arrived[-1] - arrived[0] >= 0.05 * 3


async def test_a_rate_limit_carries_its_delay() -> None:
    async with GeminiEmulator(pace=INSTANT) as emulator:
        emulator.play(GeminiFault.RATE_LIMITED)
        refused = await post(emulator.url, path())
        healthy = await post(emulator.url, path())
    details = refused.json()["error"]["details"]
    assert {"retryDelay": "17s"}.items() <= details[-1].items()
    assert (refused.status_code, healthy.status_code) == (429, 200)


@pytest.mark.parametrize("how", ["close", "reset"])
async def test_a_client_that_leaves_is_noticed(how: str) -> None:
    slow = Pace(first_s=0.0, gap_s=0.02, characters=5)
    async with GeminiEmulator(pace=slow) as emulator:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(emulator.url.rsplit(":", 1)[1]))
        body = json.dumps(BODY).encode()
        lines = (f"POST {path()}?alt=sse HTTP/1.1", "host: x", "x-goog-api-key: k")
        head = "\r\n".join((*lines, f"content-length: {len(body)}", "", ""))
        writer.write(head.encode() + body)
        await reader.readuntil(b"data:")
        if how == "close":
            writer.close()
            await writer.wait_closed()
        else:
            writer.transport.abort()
        await until(lambda: emulator.left)


async def test_one_connection_takes_one_request_after_the_other() -> None:
    async with GeminiEmulator(pace=INSTANT) as emulator, http_client(emulator.url) as client:
        for _ in range(3):
            assert (await client.post(path() + "?alt=sse", json=BODY, headers=KEY)).status_code == 200
        assert emulator.connections == 1
        assert [request.connection for request in emulator.requests] == [1, 1, 1]


async def test_a_fault_script_counts_requests_for_an_answer() -> None:
    refused = Fault(kind=Kind.REFUSE, on=2, status=429)
    async with GeminiEmulator(pace=INSTANT) as emulator:
        emulator.follow(FaultScript((refused, Fault(kind=Kind.MALFORMED, on="4+"))))
        statuses = []
        for call in (path(), path("countTokens"), path(), path()):
            statuses.append((await post(emulator.url, call + "?alt=sse")).status_code)
        cut = await post(emulator.url, path() + "?alt=sse")
    assert statuses == [200, 200, 429, 200]
    assert not cut.content.endswith(b"}\r\n\r\n"), "the body ends in the middle of an event"


@pytest.mark.parametrize("fault", [Fault(kind=Kind.REORDER), Fault(kind=Kind.REFUSE, status=402)])
def test_what_cannot_go_wrong_with_a_request_is_refused(fault: Fault) -> None:
    with pytest.raises(InputError, match="cannot play"):
        GeminiEmulator().follow(FaultScript((fault,)))
