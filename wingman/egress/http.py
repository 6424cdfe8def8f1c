"""HTTP whose requests pass the gate of the meeting they come from, and are written down as they leave."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator

import httpx

from wingman.egress.outlet import current, written

SECONDS = "wingman.seconds"
"""Extension of a request: how many seconds of sound its body holds."""
PLAIN = "wingman.plain"
"""Extension of a request that holds nothing of a meeting's (a token's): a pause does not hold it back."""


class CountedBody(httpx.AsyncByteStream):
    """A request's body, counted piece by piece."""

    def __init__(self, inner: httpx.AsyncByteStream, seconds: float, size: int) -> None:
        self._inner = inner
        self._seconds = seconds
        self._size = size

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in written(self._inner, self._seconds, self._size):
            yield piece

    async def aclose(self) -> None:
        await self._inner.aclose()


class CountingTransport(httpx.AsyncBaseTransport):
    """An HTTP transport whose requests leave by the current outlet."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        way_out = current()
        if way_out is None or not isinstance(request.stream, httpx.AsyncByteStream):
            return await self._inner.handle_async_request(request)
        if not way_out.open and not request.extensions.get(PLAIN):
            raise httpx.ConnectError("nothing of this meeting may leave now", request=request)
        size = int(request.headers.get("content-length", 0))
        seconds = float(request.extensions.get(SECONDS, 0.0))
        request.stream = CountedBody(request.stream, seconds, size)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


def counting(verify: ssl.SSLContext | bool = True, **limits: float) -> CountingTransport:
    """A client's transport; `limits` as `httpx.Limits` takes them. Proxy variables are not read."""
    bounds = httpx.Limits(**limits)  # type: ignore[arg-type]  # numbers of either kind
    return CountingTransport(httpx.AsyncHTTPTransport(verify=verify, limits=bounds, trust_env=False))
