"""The middleware in front of every route: Host, Origin, token, role, and the headers of every answer."""

from __future__ import annotations

from collections.abc import Sequence
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wingman.server.auth import Access, Grant, Neighbours, Role
from wingman.server.errors import error

COOKIE, VIEWER_COOKIE = "wingman_token", "wingman_viewer"
"""Each followed by the port: cookies know no ports, and one machine may run several Wingmans. A viewer's
is another one than the owner's, so that opening a shared link does not take the owner's rights away."""
OPEN_PATHS = frozenset({"/healthz", "/readyz", "/favicon.ico", "/api/pairing/redeem"})
PAGES = ("/overlay", "/meetings/")

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """Refuses with one sentence, or passes on with `scope["state"]["grant"]` set."""

    def __init__(self, app: ASGIApp, access: Access, neighbours: Neighbours) -> None:
        self._app = app
        self._access = access
        self._neighbours = neighbours

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin", "")
        query = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        refusal, grant = self._judge(scope, headers, query)
        foreign = bool(origin) and origin in self._neighbours.origins
        if scope["type"] == "http" and scope["method"] == "OPTIONS" and foreign and refusal is None:
            refusal = Response(status_code=204)  # a preflight: the route itself need not know about it
        cookie = ""
        if query and _is_page(scope["path"]):
            kind = VIEWER_COOKIE if grant is not None and grant.role is Role.VIEWER else COOKIE
            cookie = f"{_cookie_name(kind, headers)}={query}"
        decorate = _Decorated(send, origin if foreign else "", cookie)
        if refusal is not None:
            if refusal.status_code >= 400:
                decorate.cookie = ""
            await _answer(refusal, scope, receive, decorate.send)
            return
        scope.setdefault("state", {})["grant"] = grant
        await self._app(scope, receive, decorate.send if scope["type"] == "http" else send)

    def _judge(self, scope: Scope, headers: Headers, query: str) -> tuple[Response | None, Grant | None]:
        """The refusal, or what the token grants (None on open paths)."""
        host, origin, path = headers.get("host", ""), headers.get("origin", ""), scope["path"]
        if not self._neighbours.knows_host(host):
            return error(403, "this Host is not ours; add it to server.allowed_hosts", field="host"), None
        method = scope.get("method", "WEBSOCKET")
        if path in OPEN_PATHS or path.startswith("/static/") or method == "OPTIONS":
            pairing = path == "/api/pairing/redeem" and origin.startswith("chrome-extension://")
            if origin and not pairing and not self._neighbours.knows_origin(origin, host):
                return _foreign(), None
            return None, None
        grants = (self._access.grant(token) for token in _presented(headers, query))
        grant = next((found for found in grants if found is not None), None)
        if grant is None:
            return _stranger(), None
        if origin and origin != grant.origin and not self._neighbours.knows_origin(origin, host):
            return _foreign(), None
        if grant.origin and origin and origin != grant.origin:
            return _foreign(), None
        if not grant.allows(method, path):
            return error(403, "this token may only watch its own meeting"), None
        return None, grant


class _Decorated:
    """Adds the headers every answer carries."""

    def __init__(self, send: Send, cors: str, cookie: str) -> None:
        self._send = send
        self._cors = cors
        self.cookie = cookie

    async def send(self, message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
            if self._cors:
                headers["Access-Control-Allow-Origin"] = self._cors
                headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, Last-Event-ID, If-Match"
                headers["Access-Control-Allow-Methods"] = "GET, POST, PATCH, DELETE, OPTIONS"
                headers["Access-Control-Expose-Headers"] = "Location, Link, ETag, X-Wingman-Meeting"
                headers.add_vary_header("Origin")
            if self.cookie and message["status"] < 400:
                headers.append("Set-Cookie", f"{self.cookie}; HttpOnly; SameSite=Strict; Path=/; Max-Age=86400")
        await self._send(message)


def _presented(headers: Headers, query: str) -> Sequence[str]:
    """The tokens a request carries, the one that counts first: a named one alone, else the owner's cookie."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return (token.strip(),)
    if query:
        return (query,)
    try:
        jar = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return ()
    found = (jar.get(_cookie_name(kind, headers)) for kind in (COOKIE, VIEWER_COOKIE))
    return [cookie.value for cookie in found if cookie is not None]


def _cookie_name(kind: str, headers: Headers) -> str:
    port = headers.get("host", "").rpartition(":")[2]
    return f"{kind}_{port}" if port.isascii() and port.isdigit() else kind


def _is_page(path: str) -> bool:
    return path == "/" or path.startswith(PAGES)


def _stranger() -> Response:
    return error(
        401,
        "a token is needed: open the address Wingman printed at its start, or send Authorization: Bearer TOKEN",
        headers={"WWW-Authenticate": "Bearer"},
    )


def _foreign() -> Response:
    return error(403, "this Origin is not ours; add it to server.allowed_origins", field="origin")


async def _answer(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    # Starlette writes `websocket.http.response.*` messages when the scope is a WebSocket's
    await response(scope, receive, send)
