"""A token is fetched once for everybody, renewed before it expires, and a key goes only where it should."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from wingman.config.emotion import HumeV0Settings
from wingman.config.section import Secret
from wingman.core.errors import FaultKind, InputError, ProviderFault
from wingman.emotion.hume_v0.tokens import GatewayAccess, browser_token, http_root, websocket_root
from wingman.testing.http_server import LoopbackHttp, Reply, Request
from wingman.testing.hume_v0.server import PATH, GatewayHabits, HumeV0Emulator
from wingman.testing.virtual_time import run

BASE = HumeV0Settings(url="ws://gateway/", api_key=Secret("local-key"), secret_key=Secret("local-secret"))


def settings(**changes: Any) -> HumeV0Settings:
    return msgspec.structs.replace(BASE, **changes)


def with_gateway(check: Callable[[HumeV0Emulator, GatewayAccess], Awaitable[None]], **changes: Any) -> None:
    async def main() -> None:
        async with HumeV0Emulator(habits=GatewayHabits(token_s=600.0)) as gateway:
            here = settings(auth="token", url=gateway.url, http_url=gateway.http_url, **changes)
            await check(gateway, GatewayAccess(here))

    run(main())


def test_a_key_goes_into_the_header_or_the_query() -> None:
    async def main() -> None:
        header = await GatewayAccess(settings(auth="header", api_key=Secret("a&b"))).target()
        assert (header.url, header.headers) == (f"ws://gateway{PATH}", {"X-Hume-Api-Key": "a&b"})
        in_query = await GatewayAccess(settings(auth="query", api_key=Secret("a&b"))).target()
        assert (in_query.url, in_query.headers) == (f"ws://gateway{PATH}?apiKey=a%26b", {})
        assert header.good_until is in_query.good_until is None

    run(main())


def test_one_token_serves_everybody_until_it_is_due() -> None:
    async def check(gateway: HumeV0Emulator, access: GatewayAccess) -> None:
        targets = await asyncio.gather(*[access.target() for _ in range(5)])
        assert gateway.minted == 1
        assert len({target.url for target in targets}) == 1
        assert targets[0].good_until == pytest.approx(480, abs=1)
        await asyncio.sleep(481)
        assert (await access.target()).url != targets[0].url
        assert gateway.minted == 2

    with_gateway(check, token_margin_s=120.0)


def test_a_refused_token_is_replaced_once() -> None:
    async def check(gateway: HumeV0Emulator, access: GatewayAccess) -> None:
        assert not access.refuse(), "there was none"
        await access.target()
        assert access.refuse()
        assert not access.refuse()
        await access.target()
        assert gateway.minted == 2

    with_gateway(check)


def test_a_browser_gets_a_token_of_its_own_and_no_key() -> None:
    async def check(gateway: HumeV0Emulator, access: GatewayAccess) -> None:
        here = settings(url=gateway.url)
        one, two = [await browser_token(access, here) for _ in range(2)]
        assert one.access_token != two.access_token
        assert one.expires_in == pytest.approx(600, abs=1)
        assert one.url == gateway.url + PATH
        for secret in ("local-key", "local-secret"):
            assert secret not in repr(one)

    with_gateway(check)


def test_a_server_without_a_secret_hands_out_nothing() -> None:
    async def main() -> None:
        bare = settings(secret_key=Secret())
        with pytest.raises(InputError, match="hands out no Hume tokens") as refused:
            await browser_token(GatewayAccess(bare), bare)
        assert refused.value.status == 409

    run(main())


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b'{"token": 1}', FaultKind.PROTOCOL),
        (200, b"\xff<html>", FaultKind.PROTOCOL),
        (401, b"no", FaultKind.AUTH),
    ],
)
def test_an_endpoint_that_gives_no_token_is_a_fault(status: int, body: bytes, kind: FaultKind) -> None:
    async def answer(_: Request, reply: Reply) -> None:
        await reply.whole(status, body, "application/json")

    async def main() -> None:
        async with LoopbackHttp(answer) as http:
            access = GatewayAccess(settings(auth="token", http_url=http.url))
            with pytest.raises(ProviderFault) as fault:
                await access.target()
        assert fault.value.kind == kind
        assert "local-secret" not in str(fault.value)

    run(main())


def test_where_the_gateway_is() -> None:
    assert websocket_root("wss://gateway/v0/") == "wss://gateway/v0"
    assert http_root(settings(url="wss://gateway/")) == "https://gateway"
    assert http_root(settings(http_url="http://tokens/")) == "http://tokens"
    for odd in ("", "gateway", "http://gateway", "ws://"):
        with pytest.raises(ProviderFault, match=r"emotion\.hume_v0\.url"):
            websocket_root(odd)
