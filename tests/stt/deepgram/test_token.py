"""A short-lived token is fetched with the key, and every way that fails is a sentence without the key."""

from __future__ import annotations

import json

import pytest

from wingman.config.section import Secret
from wingman.config.stt import DeepgramSettings
from wingman.core.credentials import masked
from wingman.core.errors import FaultKind, ProviderFault
from wingman.stt.deepgram.token import grant
from wingman.testing.deepgram.server import DeepgramEmulator
from wingman.testing.http_server import LoopbackHttp, Reply, Request

KEY = "local-key"


def settings(rest_url: str, key: str = KEY, ttl: int = 60) -> DeepgramSettings:
    return DeepgramSettings(url="ws://127.0.0.1:9", rest_url=rest_url, api_key=Secret(key), token_ttl_s=ttl)


async def test_every_call_grants_a_token_of_its_own() -> None:
    async with DeepgramEmulator() as emulator:
        tokens = {await grant(settings(emulator.rest_url)) for _ in range(2)}
        assert tokens == emulator.granted
    assert len(tokens) == 2
    assert masked(" ".join(tokens)) == "*** ***"


async def test_the_key_and_the_life_that_is_wanted_are_sent() -> None:
    asked: list[Request] = []

    async def answer(request: Request, reply: Reply) -> None:
        asked.append(request)
        await reply.whole(200, json.dumps({"access_token": "t", "expires_in": 7}).encode(), "application/json")

    async with LoopbackHttp(answer) as server:
        assert await grant(settings(server.url, ttl=7)) == "t"
    [request] = asked
    assert (request.method, request.path) == ("POST", "/v1/auth/grant")
    assert request.headers["authorization"].lower() == f"token {KEY}"
    assert json.loads(request.body) == {"ttl_seconds": 7}


async def test_a_wrong_key_is_final() -> None:
    async with DeepgramEmulator() as emulator:
        with pytest.raises(ProviderFault, match="refused the API key") as refused:
            await grant(settings(emulator.rest_url, key="guessed-wrong"))
    assert (refused.value.kind, refused.value.final) == (FaultKind.AUTH, True)
    assert "guessed-wrong" not in str(refused.value)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (402, FaultKind.BILLING),
        (403, FaultKind.FORBIDDEN),
        (429, FaultKind.RATE_LIMITED),
        (503, FaultKind.UNAVAILABLE),
    ],
)
async def test_a_refusal_is_told_by_its_status_after_one_request(status: int, kind: FaultKind) -> None:
    asked: list[str] = []

    async def refuse(request: Request, reply: Reply) -> None:
        asked.append(request.path)
        await reply.whole(status, b"<html>local-key", "text/html")

    async with LoopbackHttp(refuse) as server:
        with pytest.raises(ProviderFault) as refused:
            await grant(settings(server.url))
    assert (refused.value.kind, refused.value.code) == (kind, str(status))
    assert KEY not in str(refused.value)
    assert len(asked) == 1


async def test_a_service_that_is_gone_or_hangs_up_is_a_fault_of_the_network() -> None:
    async def hang_up(_request: Request, reply: Reply) -> None:
        reply.abort()

    async with LoopbackHttp(hang_up) as server:
        for url in (server.url, "http://127.0.0.1:9"):
            with pytest.raises(ProviderFault, match="could not be reached") as failed:
                await grant(settings(url))
            assert failed.value.kind is FaultKind.NETWORK
