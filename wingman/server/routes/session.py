"""Logging in and out, and the grants: who may do what, until when, and how to take it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import partial

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from wingman.core import encoders
from wingman.core.errors import InputError
from wingman.core.json import JsonObject
from wingman.core.vocabulary import LONGEST_NAME
from wingman.server.audit_log import unpacked
from wingman.server.auth import Access, Session
from wingman.server.errors import error
from wingman.server.grants import SCOPES, Grant, Role, Scope, end_of, may_hand_on
from wingman.server.http import Json, body, whole_number
from wingman.server.routes.pages import PAGE_HEADERS, WEB
from wingman.server.routing import ApiRoute

HIDDEN = frozenset({"path", "key"})


@dataclass(frozen=True, slots=True)
class LogIn:
    """`code` of a login link, or a `token`."""

    code: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True)
class NewGrant:
    """What `POST` of a grant may say."""

    name: str
    role: str = str(Role.SCRIPT)
    scopes: tuple[str, ...] = ()
    """For a script; other roles bring theirs."""
    meeting: str = ""
    days: float | None = None
    """None: as its role lasts."""


@dataclass(frozen=True, slots=True)
class SessionRoutes:
    """Sessions, grants and the audit log over HTTP."""

    access: Access
    with_cookie: Callable[[Response, Session], Response]

    def routes(self) -> list[BaseRoute]:
        return [
            ApiRoute("/api/session", POST=self.log_in, GET=self.whoami, DELETE=self.log_out),
            ApiRoute("/api/grants", GET=self.list, POST=self.make),
            ApiRoute("/api/grants/{id}", DELETE=self.revoke),
            ApiRoute("/api/audit", GET=self.audit),
        ]

    async def log_in(self, request: Request) -> Response:
        """A browser's session for a one-time code or a token. The cookie goes to the session's path alone."""
        wanted = await body(request, LogIn)
        access = self.access
        session = await access.ask(partial(access.log_in, wanted.code)) if wanted.code else None
        grant = await access.known(wanted.token) if session is None and wanted.token else None
        if grant is not None and not grant.key:  # a token that is bound to a key is worth nothing by itself
            session = await access.ask(partial(access.session, grant))
        if session is None:
            address = request.client.host if request.client else ""
            if self.access.wrong(address):
                return error(429, "too many wrong codes came from this address; wait a minute")
            return error(401, "this link was used or is too old; run `wingman grants login` for a new one")
        shown = {"path": f"{session.root}/", **public(session.grant, self.access.clock())}
        return self.with_cookie(Json(shown, 201), session)

    async def whoami(self, request: Request) -> Response:
        """What the asker's credential stands for."""
        grant: Grant | None = request.state.grant
        if grant is None:
            return error(401, "nobody is logged in here", headers={"WWW-Authenticate": "Bearer"})
        return Json(public(grant, self.access.clock()))

    async def log_out(self, request: Request) -> Response:
        grant: Grant | None = request.state.grant
        if grant is None:
            return error(401, "nobody is logged in here", headers={"WWW-Authenticate": "Bearer"})
        forget = partial(self.access.forget, grant.id, by=grant)
        gone = await self.access.ask(forget) if grant.created else []

        async def close() -> None:  # this very request is one of its connections: it is answered first
            self.access.close(gone)

        return Response(status_code=204, background=BackgroundTask(close))

    async def list(self, _: Request) -> Response:
        now = self.access.clock()
        found = await self.access.ask(self.access.store.all)
        return Json({"grants": [public(grant, now) for grant in found]})

    async def make(self, request: Request) -> Response:
        """A grant for a program. Its token is in this answer and nowhere else."""
        wanted = await body(request, NewGrant)
        role, scopes = chosen(wanted.role, wanted.scopes)
        name = encoders.line(wanted.name)
        if not 0 < len(name) <= LONGEST_NAME:
            raise InputError(f"`name` must have 1 to {LONGEST_NAME} characters", field="name")
        by: Grant = request.state.grant
        may_hand_on(by, scopes)
        now = self.access.clock()
        expires = end_of(role, now, wanted.days)
        if by.expires and by.role is not Role.OWNER:  # nor longer than it may do it
            expires = min(expires, by.expires)
        given = {"scopes": scopes, "name": name, "meeting": wanted.meeting, "expires": expires}
        made, token = await self.access.ask(partial(self.access.make, role, by=by, **given))
        return Json({**public(made, now), "token": token}, 201)

    async def revoke(self, request: Request) -> Response:
        """End a grant, and close what is open with it."""
        forget = partial(self.access.forget, request.path_params["id"], by=request.state.grant)
        gone = await self.access.ask(forget)
        self.access.close(gone)
        if not gone:
            raise InputError("there is no such grant, or it is over", field="grant", status=404)
        return Json({"revoked": gone})

    async def audit(self, request: Request) -> Response:
        """Who did what, oldest first; `broken_at` is 0 while no entry was changed or taken out."""
        after = whole_number(request, "after", 0, most=2**53)
        limit = whole_number(request, "limit", 1000, least=1, most=10_000)
        if (trail := self.access.trail) is not None:
            told = await trail.read(after, limit)
            entries = [replace(unpacked(row), seq=at, node=node) for at, node, row in told]
            return Json({"entries": entries, "broken_at": await trail.broken_at()})
        log = self.access.store.audit
        entries = await log.ask(partial(log.entries, after, limit))
        return Json({"entries": entries, "broken_at": await log.ask(log.broken_at)})


def public(grant: Grant, now: float) -> JsonObject:
    """A grant as it is shown: nothing in it opens anything."""
    shown = {part.name: getattr(grant, part.name) for part in fields(Grant) if part.name not in HIDDEN}
    shown["scopes"] = sorted(grant.scopes)
    return {**shown, "session": bool(grant.path), "bound": bool(grant.key), "active": grant.holds(now)}


def chosen(role: str, scopes: tuple[str, ...]) -> tuple[Role, frozenset[Scope]]:
    """A role and its scopes. Raises `InputError`."""
    if role not in set(Role):
        raise InputError(f"`role` must be one of {', '.join(Role)}", field="role")
    unknown = [scope for scope in scopes if scope not in set(Scope)]
    if unknown:
        raise InputError(f"`scopes` may name {', '.join(Scope)}; not {unknown[0][:40]}", field="scopes")
    found = frozenset(Scope(scope) for scope in scopes) or SCOPES[Role(role)]
    if not found:
        raise InputError(f"a script needs `scopes`: some of {', '.join(Scope)}", field="scopes")
    return Role(role), found


def login_page() -> Response:
    """For a person without a session: it redeems a login link, or finds the way back to a session."""
    page = (WEB / "login.html").read_bytes()
    return Response(page, 401, {**PAGE_HEADERS, "WWW-Authenticate": "Bearer"}, "text/html")
