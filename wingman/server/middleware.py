"""The middleware in front of every route: Host, Origin, credential, scope, and the headers of every answer."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wingman.core.errors import InputError
from wingman.server import proof_of_possession
from wingman.server.audit import audited
from wingman.server.auth import OWNER, Access, Session
from wingman.server.errors import error
from wingman.server.grants import Grant, Role, needed
from wingman.server.http import SECURITY_HEADERS
from wingman.server.neighbours import Neighbours
from wingman.server.routes.session import login_page
from wingman.server.uvicorn_seam import ABORT, EXTENSION, Push

COOKIE = "wingman_session"
OPEN_PATHS = frozenset({"/healthz", "/readyz", "/favicon.ico", "/api/pairing/redeem", "/api/session"}) | {
    "/api/openapi.json",
    "/api/asyncapi.json",
    "/api/schemas/events.json",
    "/api/schemas/vocabulary.json",
}
PAGES = re.compile(r"/|/overlay|/meetings/[^/]+|/(?!api/|static/|whip)[a-z-]+")
CLOSE_REVOKED = 4401
"""WebSocket close code: this credential holds no longer."""
CLOSE_SECONDS = 0.3
"""What a client is given to take that close frame."""
MOST_SOCKETS = {Role.VIEWER: 16, Role.SCRAPER: 4}
SOCKETS = 128
"""Connections a grant may hold open at a time; the service's own token is not counted."""

_SESSION_PATH = re.compile(r"/~([\w-]{10,64})(/.*|$)")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request presents, before anything of it is believed."""

    method: str
    path: str
    """Without the session's part."""
    session: str
    """The secret path it came by; empty for a request that has no session."""
    host: str
    origin: str
    bearers: tuple[str, ...]
    """Of the `Authorization` header and of the query, each once."""
    cookie: str
    proof: str
    address: str
    html: bool
    """A person is looking: navigations accept HTML."""


class Guard:
    """Refuses with one sentence, or passes on with `scope["state"]["grant"]` set."""

    def __init__(self, app: ASGIApp, access: Access, neighbours: Neighbours, secure: bool = False) -> None:
        """`secure` marks cookies for TLS alone: the address people use begins with https."""
        self._app = app
        self._access = access
        self._neighbours = neighbours
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope, asked = _read(scope)
        try:
            refusal, grant = await self._judge(asked)
            if refusal is None and grant is not None and self._is_page(asked, scope):
                refusal = await self._move_in(asked, scope, grant)
        except InputError as failed:  # the disk; no handler of errors stands further out
            refusal, grant = error(failed.status, str(failed), field=failed.field), None
        foreign = asked.origin if self._neighbours.allows(asked.origin) else ""
        if scope["type"] == "http" and asked.method == "OPTIONS" and foreign and refusal is None:
            refusal = Response(status_code=204)  # a preflight: the route itself need not know about it
        decorate = _Decorated(send, foreign)
        if refusal is not None:
            await _answer(refusal, scope, receive, decorate.send)
            return
        scope.setdefault("state", {})["grant"] = grant
        passed_on = decorate.send if scope["type"] == "http" else send
        if grant is None:
            await self._app(scope, receive, passed_on)
            return
        exchange = _Exchange(scope, passed_on)
        with self._access.connected(grant, exchange.drop):
            metered = receive if grant is OWNER else self._metered(grant, receive, exchange)
            await self._app(scope, metered, audited(scope, grant, self._access, exchange.send))

    def _metered(self, grant: Grant, receive: Receive, exchange: _Exchange) -> Receive:
        """`receive`, for as long as the grant holds and for as many bytes as it has left."""

        async def received() -> Message:
            message = await receive()
            if exchange.over and message["type"] == "http.request":
                raise InputError("this token is over: it was revoked, or its time has passed", status=401)
            size = len(message.get("body") or message.get("bytes") or b"")
            if size and not self._access.budget(grant).bytes.take(time.monotonic(), size):
                raise InputError("this grant has sent too much lately; wait a while", status=429)
            return message

        return received

    async def _judge(self, asked: Asked) -> tuple[Response | None, Grant | None]:
        """The refusal, or what the credential grants (None on open paths)."""
        if not self._neighbours.knows_host(asked.host):
            return error(403, "this Host is not ours; add it to server.allowed_hosts", field="host"), None
        knows_origin = not asked.origin or self._neighbours.knows_origin(asked.origin, asked.host)
        if asked.path in OPEN_PATHS or asked.path.startswith("/static/") or asked.method == "OPTIONS":
            pairing = asked.path == "/api/pairing/redeem" and asked.origin.startswith("chrome-extension://")
            shown = await self._found(asked)
            shown = shown if self._proven(shown, asked) else None
            return (None if knows_origin or pairing else _foreign()), shown
        if len(asked.bearers) > 1:  # which of them counts, a proxy in front might judge otherwise
            return error(400, "several different tokens came; send one", field="token"), None
        grant = await self._found(asked)
        if grant is None:
            return self._stranger(asked), None
        if asked.origin and asked.origin != grant.origin and (grant.origin or not knows_origin):
            return _foreign(), None
        if not self._proven(grant, asked):
            return error(401, "this token only works for the extension that was paired; pair it again"), None
        if not grant.allows(asked.method, asked.path):
            return error(403, _forbidden(grant, asked)), None
        if grant is not OWNER and (spent := self._spent(grant, asked)):
            return error(429, spent), None
        return None, grant

    def _spent(self, grant: Grant, asked: Asked) -> str:
        """What this grant has had enough of; empty while it has not."""
        if _starts(asked) and not self._access.budget(grant).meetings.take(time.monotonic()):
            return "this grant has begun too many meetings lately; wait a minute"
        if self._access.connections(grant.id) >= MOST_SOCKETS.get(grant.role, SOCKETS):
            return "this grant has too many connections open; close some and try again"
        return ""

    async def _found(self, asked: Asked) -> Grant | None:
        """The grant that counts: a named token alone, else the session's cookie."""
        if asked.bearers:
            return await self._access.known(asked.bearers[0])
        return await self._access.known(asked.cookie, asked.session) if asked.cookie and asked.session else None

    def _proven(self, grant: Grant | None, asked: Asked) -> bool:
        """Does whoever asks hold the key that the grant is bound to, if it is bound to one?"""
        if grant is None or not grant.key:
            return True
        return proof_of_possession.holds(grant.key, asked.proof, asked.method, asked.path, self._access.clock())

    def _stranger(self, asked: Asked) -> Response:
        if (asked.bearers or asked.cookie) and self._access.wrong(asked.address):
            return error(429, "too many wrong tokens came from this address; wait a minute")
        if asked.html and asked.method in ("GET", "HEAD"):
            return login_page()
        what = "this token is wrong, or over" if asked.bearers else "a token is needed"
        mend = "open a login link, or send Authorization: Bearer TOKEN"
        return error(401, f"{what}: {mend}", headers={"WWW-Authenticate": "Bearer"})

    def _is_page(self, asked: Asked, scope: Scope) -> bool:
        """A page that was opened with a token in its address."""
        named = "token" in dict(parse_qsl(scope["query_string"].decode("latin-1")))
        return named and asked.method == "GET" and PAGES.fullmatch(asked.path) is not None

    async def _move_in(self, asked: Asked, scope: Scope, grant: Grant) -> Response:
        """Exchange the token in a page's address for a session, and go to where that lives."""
        session = await self._access.ask(partial(self._access.session, grant))
        query = [(k, v) for k, v in parse_qsl(scope["query_string"].decode("latin-1")) if k != "token"]
        target = session.root + asked.path + (f"?{urlencode(query)}" if query else "")
        return with_cookie(RedirectResponse(target, 303), session, secure=self._secure)


def _starts(asked: Asked) -> bool:
    return asked.method == "POST" and asked.path in ("/api/meetings", "/whip")


def with_cookie(response: Response, session: Session, *, secure: bool) -> Response:
    """`response` with the session's cookie, which the browser sends to the session's own path alone."""
    response.set_cookie(
        COOKIE,
        session.token,
        max_age=max(60, int(session.grant.expires - session.grant.created)),
        path=session.root,
        secure=secure,
        httponly=True,
        samesite="strict",
    )
    return response


class _Decorated:
    """Adds the headers every answer carries."""

    def __init__(self, send: Send, cors: str) -> None:
        self._send = send
        self._cors = cors

    async def send(self, message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
            if self._cors:
                headers["Access-Control-Allow-Origin"] = self._cors
                allowed = f"Authorization, Content-Type, Last-Event-ID, If-Match, {proof_of_possession.HEADER}"
                headers["Access-Control-Allow-Headers"] = allowed
                headers["Access-Control-Allow-Methods"] = "GET, POST, PUT, PATCH, DELETE, OPTIONS"
                headers["Access-Control-Expose-Headers"] = "Location, Link, ETag, X-Wingman-Meeting"
                headers.add_vary_header("Origin")
        await self._send(message)


def _read(scope: Scope) -> tuple[Scope, Asked]:
    """The request as routes see it (without the session's part of the path), and what it presents."""
    path, session = scope["path"], ""
    if found := _SESSION_PATH.fullmatch(path):
        session, path = found[1], found[2] or "/"
        raw = scope.get("raw_path", b"")
        scope = {**scope, "path": path, "raw_path": raw[raw.find(b"/", 2) :] if b"/" in raw[2:] else b"/"}
    headers = Headers(scope=scope)
    asked = parse_qsl(scope["query_string"].decode("latin-1"))
    schemes = (value.partition(" ") for value in headers.getlist("authorization"))
    shown = [token.strip() for scheme, _, token in schemes if scheme.lower() == "bearer"]
    bearers = dict.fromkeys(filter(None, [*shown, *(value for name, value in asked if name == "token")]))
    client = scope.get("client")
    return scope, Asked(
        method=scope.get("method", "WEBSOCKET"),
        path=path,
        session=session,
        host=headers.get("host", ""),
        origin=headers.get("origin", ""),
        bearers=tuple(bearers),
        cookie=_cookie(headers),
        proof=headers.get(proof_of_possession.HEADER.lower(), dict(asked).get("proof", "")),
        address=client[0] if client else "",
        html="text/html" in headers.get("accept", ""),
    )


def _cookie(headers: Headers) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found is not None else ""


class _Exchange:
    """A request and its answer, or a socket: ended from outside when its grant is over."""

    __slots__ = ("_abort", "_begun", "_done", "_push", "_send", "over")

    def __init__(self, scope: Scope, send: Send) -> None:
        extensions = scope.get("extensions", {})
        push = extensions.get(EXTENSION)
        self._push = push if isinstance(push, Push) else None
        self._abort: Callable[[], object] = extensions.get(ABORT, lambda: None)
        self._send = send
        self._begun = self._done = False
        self.over = False
        """The grant holds no longer: what is still read of a body is answered with 401."""

    async def send(self, message: Message) -> None:
        self._begun = True
        self._done = message["type"] == "http.response.body" and not message.get("more_body", False)
        await self._send(message)

    def drop(self) -> None:
        """End it. A request that was not answered yet is left a moment in which it can hear why."""
        self.over = True
        loop = asyncio.get_running_loop()
        if self._push is not None:
            self._push.close(CLOSE_REVOKED, "this credential is over: revoked, or its time has passed")
            loop.call_later(CLOSE_SECONDS, self._push.abort)
        elif self._begun:
            self._end()
        else:
            loop.call_later(CLOSE_SECONDS, self._end)

    def _end(self) -> None:
        if not self._done:  # else the connection is the next request's
            self._abort()


def _forbidden(grant: Grant, asked: Asked) -> str:
    """Why a grant does not open this, and what would."""
    if grant.role is Role.VIEWER:
        return "this token may only watch its own meeting"
    scopes = needed(asked.method, asked.path)
    if scopes is None or scopes & grant.scopes:
        return "this token is for one meeting"
    wanted = " or ".join(f"`{scope}`" for scope in sorted(scopes))
    return f"this takes the scope {wanted}, which this token lacks; make one that has it: wingman grants create"


def _foreign() -> Response:
    return error(403, "this Origin is not ours; add it to server.allowed_origins", field="origin")


async def _answer(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    # Starlette writes `websocket.http.response.*` messages when the scope is a WebSocket's
    await response(scope, receive, send)
