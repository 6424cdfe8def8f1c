"""HTTP whose requests pass the gate of the meeting they come from, and are written down as they leave."""

from __future__ import annotations

import ssl
from functools import cache

import httpx

from wingman.egress.answers import ANSWER_BYTES, Unpacked, ask
from wingman.egress.outlet import current
from wingman.egress.stream import Counted, count

SECONDS = "wingman.seconds"
"""Extension of a request: how many seconds of sound its body holds."""


@cache
def trusted() -> ssl.SSLContext:
    """The certificates that every client of this process goes by: those that come with us and the machine's.

    `SSL_CERT_FILE` names more of them: for servers that are signed by whom nobody else knows.

    Reading them takes 20 ms of processor time, in which no packet moves: once a process, not once a client.
    Call it in a thread where sound is waiting.
    """
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context


class _Body(Counted, httpx.AsyncByteStream):
    pass


class _Answer(Unpacked, httpx.AsyncByteStream):
    refused = httpx.DecodingError


class CountingTransport(httpx.AsyncHTTPTransport):
    """An HTTP transport whose requests leave by the current outlet, and whose answers have a bound."""

    def __init__(self, verify: ssl.SSLContext, limits: httpx.Limits, *, plain: bool, most: int) -> None:
        super().__init__(verify=verify, limits=limits, trust_env=False)
        self._plain = plain
        self._most = most
        count(self._pool)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if (request.url.port or 0) >= 1 << 16:  # the loop's own error is no failure of a connection
            raise httpx.ConnectError("a port is 65535 at most", request=request)
        ask(request.headers)
        answer = await self._sent(request)
        if isinstance(answer.stream, httpx.AsyncByteStream):
            answer.stream = _Answer(answer.stream, answer.headers, self._most)
        return answer

    async def _sent(self, request: httpx.Request) -> httpx.Response:
        way_out = current(request.url.host)
        if way_out is None or not isinstance(request.stream, httpx.AsyncByteStream):
            return await super().handle_async_request(request)
        if not way_out.open and not self._plain:
            raise httpx.ConnectError("nothing of this meeting may leave now", request=request)
        size = int(request.headers.get("content-length", 0))
        seconds = float(request.extensions.get(SECONDS, 0.0))
        request.stream = _Body(request.stream, way_out, seconds, size)
        return await super().handle_async_request(request)


def counting(
    verify: ssl.SSLContext | None = None, *, plain: bool = False, most: int = ANSWER_BYTES, **limits: float
) -> CountingTransport:
    """A client's transport; `limits` as `httpx.Limits` takes them. Proxy variables are not read.

    What a `plain` one sends holds nothing of a meeting's (a token's request): a pause does not hold it back.
    An answer with more than `most` bytes, unpacked, is an `httpx.DecodingError`.
    """
    bounds = httpx.Limits(**limits)  # type: ignore[arg-type]  # numbers of either kind
    return CountingTransport(verify or trusted(), bounds, plain=plain, most=most)
