"""A short-lived token of a v0 gateway for an authorised browser client, so that no key reaches client code."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from wingman.config.emotion import HumeV0Settings
from wingman.core.errors import InputError, ProviderFault
from wingman.emotion.hume_v0.tokens import GatewayAccess, browser_token
from wingman.server.http import Json
from wingman.server.routing import ApiRoute


def routes(access: GatewayAccess, settings: HumeV0Settings) -> list[BaseRoute]:
    """`POST /api/hume/token` → `{"access_token", "expires_in", "url"}`; scope `configure` (see the guard)."""

    async def token(_: Request) -> Response:
        try:
            made = await browser_token(access, settings)
        except ProviderFault as fault:
            raise InputError(str(fault), field="emotion.hume_v0", status=502) from None
        return Json(made)

    return [ApiRoute("/api/hume/token", POST=token)]
