"""HTTP whose requests are written down in the ledger of the meeting they come from."""

from __future__ import annotations

import httpx

from wingman.core.egress import count


class CountingTransport(httpx.AsyncBaseTransport):
    """An HTTP transport whose requests leave by the current outlet. Does not read proxy variables."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            answer = await self._inner.handle_async_request(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            raise  # nothing left
        except httpx.HTTPError:
            count(request.headers)
            raise
        count(request.headers)
        return answer

    async def aclose(self) -> None:
        await self._inner.aclose()


def counting(**limits: float) -> CountingTransport:
    """A client's transport; `limits` as `httpx.Limits` takes them. Proxy variables are not read."""
    return CountingTransport(httpx.AsyncHTTPTransport(limits=httpx.Limits(**limits), trust_env=False))  # type: ignore[arg-type]
