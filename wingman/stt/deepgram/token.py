"""Short-lived Deepgram tokens: the key stays on this machine's side of one REST call.

Source: Deepgram's API reference, "Token-based authentication" (`POST /v1/auth/grant`).
"""

from __future__ import annotations

import ssl

import httpx

from wingman.config.section import Secret
from wingman.config.stt import DeepgramSettings
from wingman.core.errors import FaultKind, ProviderFault
from wingman.core.threads import in_thread
from wingman.egress.http import counting, trusted
from wingman.stt.deepgram import wire

TIMEOUT_S = 5.0


async def authorization(settings: DeepgramSettings) -> str:
    """The header's value: the key itself, or a token that is made for this. Raises `ProviderFault`."""
    if not settings.api_key:
        raise ProviderFault(
            "No Deepgram key is set. Set DEEPGRAM_API_KEY or transcribe.deepgram.api_key.", kind=FaultKind.AUTH
        )
    if settings.auth == "token":
        return f"Bearer {await grant(settings)}"
    return f"Token {settings.api_key.reveal()}"


async def grant(settings: DeepgramSettings) -> str:
    """A token that is valid for `settings.token_ttl_s` (`POST /v1/auth/grant`). Raises `ProviderFault`."""
    # The SDK takes 0.4 s to import and the TLS roots take 0.1 s to load, both once: off the loop.
    roots = await in_thread(_warmed)
    from deepgram import AsyncDeepgramClient
    from deepgram.core.api_error import ApiError
    from deepgram.environment import DeepgramClientEnvironment

    rest, socket = wire.rest_url(settings), settings.url
    where = DeepgramClientEnvironment(base=rest, production=socket, agent=socket, agent_rest=rest)
    async with httpx.AsyncClient(timeout=TIMEOUT_S, transport=counting(roots, plain=True)) as http:
        client = AsyncDeepgramClient(api_key=settings.api_key.reveal(), environment=where, httpx_client=http)
        try:
            answer = await client.auth.v1.tokens.grant(
                ttl_seconds=settings.token_ttl_s, request_options={"max_retries": 0}
            )
        except ApiError as failed:
            raise wire.refused(failed.status_code or 500, {}, b"") from None
        except httpx.HTTPError as failed:
            raise ProviderFault(
                f"Deepgram's token service could not be reached ({type(failed).__name__}).",
                kind=FaultKind.NETWORK,
            ) from None
    token = Secret(str(answer.access_token), token=True)
    return token.reveal()


def _warmed() -> ssl.SSLContext:
    import deepgram  # noqa: F401 - loads it

    return trusted()
