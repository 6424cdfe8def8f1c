"""Meetings that run on another node: what is asked of them here travels; one that nobody runs is taken up."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol
from urllib.parse import parse_qs

import msgspec
from starlette.types import ASGIApp, Receive, Scope, Send

from wingman.core.errors import InputError
from wingman.core.json import JsonObject
from wingman.server.auth import OWNER
from wingman.server.errors import error
from wingman.server.grants import Grant, known_role, known_scopes

MOVING_S = 1
FULL_S = 5
"""Seconds after which a client may ask again."""
_MEETING = re.compile(r"/(?:api/meetings|meetings)/([^/]+)(/.*)?")
_IMPORT = re.compile(r"/api/recordings/(?!inspect$)([^/]+)")
_SESSION = re.compile(r"/whip/([^/]+)\.[^./]+")
_FOLLOWED = frozenset({"/ws", "/stream"})
"""What every node can tell of every meeting: it hears what is stored."""
_TAKES_UP = ("/pcm", "/end")
"""What has a meeting that nobody runs go on: its sound, and its end, for who ends it brings none any more."""
_OF_ALL = ("/api/meetings", "/whip")
"""What a node knows only with the others."""


class FullError(InputError):
    """No node takes another meeting just now."""


class Nodes(Protocol):
    """The other nodes, as the routes need them. `wingman.app` supplies it."""

    cut_off: Callable[[], bool]
    """Is this node without the others, so that it knows nothing of what happens now?"""

    @property
    def id(self) -> str:
        """This node."""
        ...

    async def where(self, meeting: str) -> tuple[str, str]:
        """`here`, `elsewhere` (and on which node), `orphaned` (nobody runs it), `ended` or `unknown`."""
        ...

    async def had(self, meeting: str) -> str:
        """The node that runs a meeting, or ran it to its end, while it is there; empty for this one."""
        ...

    def state(self, meeting: str) -> str:
        """`live` or `orphaned`: a meeting without an end that does not run here, as far as is known."""
        ...

    async def adopt(self, meeting: str) -> str:
        """Have it run from now on where there is room, and return where (empty: here). Raises `InputError`."""
        ...

    async def roomier(self) -> tuple[str, str]:
        """The node to begin a meeting on (empty: here); and a sentence when there is none."""
        ...

    async def relay(self, node: str, scope: Scope, state: JsonObject, receive: Receive, send: Send) -> bool:
        """Have another node answer; False when it is not there."""
        ...

    def serve(self, app: ASGIApp, answer: Callable[[str, str, str], bytes]) -> None:
        """Answer what other nodes pass on: requests with `app`, messages with `answer(meeting, text, by)`."""
        ...

    async def message(self, meeting: str, text: str, by: str) -> bytes | None:
        """Have a client's message answered where the meeting runs; None when nobody does."""
        ...


class NodeRouting:
    """Middleware behind the guard: what arrives here was let in."""

    def __init__(self, app: ASGIApp, nodes: Nodes) -> None:
        self._app = app
        self._nodes = nodes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        try:
            node = await self._node_for(scope)
        except InputError as refused:
            wait = (
                _again(FULL_S if isinstance(refused, FullError) else MOVING_S) if refused.status == 503 else {}
            )
            await error(refused.status, str(refused), field=refused.field, headers=wait)(scope, receive, send)
            return
        if not node:
            await self._app(scope, receive, send)
            return
        grant: Grant | None = scope.get("state", {}).get("grant")
        state = {"grant": msgspec.to_builtins(grant)} if grant is not None else {}
        if not await self._nodes.relay(node, scope, state, receive, send):
            refusal = error(503, "the meeting is moving to another node; ask again", headers=_again(MOVING_S))
            await refusal(scope, receive, send)

    async def _node_for(self, scope: Scope) -> str:
        """The node that answers; empty for this one. Raises `InputError` (503) where nobody can just now."""
        path, method = scope["path"], scope.get("method", "WEBSOCKET")
        if self._nodes.cut_off() and path.startswith(_OF_ALL):
            raise InputError("this node is cut off from the others; ask another one, or again", status=503)
        if found := _SESSION.fullmatch(path):
            return "" if found[1] == self._nodes.id else found[1]
        if method == "POST" and path in ("/whip", "/api/meetings"):
            query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
            named = query.get("meeting", [""])[0] if path == "/whip" else ""
            if named and (to := query.get("to", [""])[0]):  # it is about to move there
                return "" if to == self._nodes.id else to
            return await self._offered(named) if named else await self._begins()
        if (found := _IMPORT.fullmatch(path)) is not None:
            return await self._nodes.had(found[1])
        if (found := _MEETING.fullmatch(path)) is None:
            return ""
        rest = found[2] or ""
        if rest in _FOLLOWED:
            return ""
        reads = method in ("GET", "HEAD") or (method == "DELETE" and not rest)
        return await self._runs(found[1], takes_up=rest in _TAKES_UP, reads=reads)

    async def _begins(self) -> str:
        node, sentence = await self._nodes.roomier()
        if sentence:
            raise FullError(sentence, status=503)
        return node

    async def _offered(self, meeting: str) -> str:
        if (await self._nodes.where(meeting))[0] == "ended":
            raise InputError("this meeting has ended; start a new one", field="meeting", status=410)
        return await self._runs(meeting, takes_up=True)

    async def _runs(self, meeting: str, *, takes_up: bool = False, reads: bool = False) -> str:
        state, node = await self._nodes.where(meeting)
        if state == "elsewhere":
            return node
        if state == "orphaned" and takes_up:
            try:
                return await self._nodes.adopt(meeting)
            except InputError as refused:
                if refused.status != 409:
                    raise
                state, node = await self._nodes.where(meeting)  # somebody was faster
                if state == "orphaned":
                    raise InputError(
                        "this meeting is moving to another node; ask again", field="meeting", status=503
                    ) from None
                return node
        elif state == "orphaned" and not reads:
            raise InputError(
                "nobody runs this meeting just now; send its sound again, or ask again", status=503
            )
        return ""


def behind_guard(app: ASGIApp) -> ASGIApp:
    """`app` for what other nodes pass on: who asks stands in the scope."""

    async def entered(scope: Scope, receive: Receive, send: Send) -> None:
        told: JsonObject | None = scope["state"].get("grant")
        grant = _grant(told) if told is not None else None
        # by its id: what the owner may do is not the same in every version
        scope["state"]["grant"] = OWNER if grant is not None and grant.id == OWNER.id else grant
        await app(scope, receive, send)

    return entered


def _grant(told: JsonObject) -> Grant:
    """As another node, perhaps a newer one, has it."""
    scopes, role = known_scopes(told["scopes"]), known_role(told["role"])
    return msgspec.convert({**told, "scopes": scopes, "role": role}, Grant)


def _again(seconds: int) -> dict[str, str]:
    return {"Retry-After": str(seconds)}
