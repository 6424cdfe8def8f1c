"""Short-lived Deepgram tokens: the key stays on this machine's side of one REST call."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator

import httpx

from wingman.config.stt import DeepgramSettings
from wingman.core.errors import FaultKind, ProviderFault
from wingman.egress.outlet import current
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
    written: list[int] = []
    try:
        return await asyncio.to_thread(_grant, settings, written)
    finally:
        if (way_out := current()) is not None:
            way_out.sent(sum(written), 0.0)


class _Body(httpx.SyncByteStream):
    """A request's body; `written` is told of each piece that was written to the socket."""

    def __init__(self, inner: Iterable[bytes], written: list[int]) -> None:
        self._inner = inner
        self._written = written

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._inner:
            yield piece
            self._written.append(len(piece))


class _Counting(httpx.HTTPTransport):
    """See `wingman.egress.http`: the same where the vendor's client is not asynchronous."""

    def __init__(self, written: list[int]) -> None:
        super().__init__(trust_env=False)
        self._written = written

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if isinstance(request.stream, httpx.SyncByteStream):
            request.stream = _Body(request.stream, self._written)
        return super().handle_request(request)


def _grant(settings: DeepgramSettings, written: list[int]) -> str:
    from deepgram import DeepgramClient
    from deepgram.core.api_error import ApiError
    from deepgram.environment import DeepgramClientEnvironment

    rest, socket = wire.rest_url(settings), settings.url
    where = DeepgramClientEnvironment(base=rest, production=socket, agent=socket, agent_rest=rest)
    with httpx.Client(timeout=TIMEOUT_S, transport=_Counting(written)) as http:
        client = DeepgramClient(api_key=settings.api_key.reveal(), environment=where, httpx_client=http)
        try:
            answer = client.auth.v1.tokens.grant(
                ttl_seconds=settings.token_ttl_s, request_options={"max_retries": 0}
            )
        except ApiError as failed:
            raise wire.refused(failed.status_code or 500, {}, b"") from None
        except httpx.HTTPError as failed:
            raise ProviderFault(
                f"Deepgram's token service could not be reached ({type(failed).__name__}).",
                kind=FaultKind.NETWORK,
            ) from None
    return str(answer.access_token)
