"""Which requests the audit log keeps: what was done, by which grant, to which meeting. No content.

What a client changes over its event socket is no request; `routes.streams` notes that itself.
"""

from __future__ import annotations

import re

from starlette.types import Message, Scope, Send

from wingman.server.auth import Access
from wingman.server.grants import Grant

_ONE = r"/api/meetings/(?P<meeting>[^/]+)"
_RULES: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("POST", re.compile(r"/api/meetings|/api/recordings|/whip"), "meeting"),
    ("POST", re.compile(rf"{_ONE}/pause"), "pause"),
    ("POST", re.compile(rf"{_ONE}/resume"), "resume"),
    ("POST", re.compile(rf"{_ONE}/end"), "end"),
    ("POST", re.compile(rf"{_ONE}/control"), "control"),
    ("POST", re.compile(rf"{_ONE}/recording"), "recording"),
    ("DELETE", re.compile(_ONE), "delete"),
    ("GET", re.compile(rf"{_ONE}/export"), "export"),
    ("GET", re.compile(rf"{_ONE}/audio/[^/]+"), "listen"),
    ("POST", re.compile(r"/api/pairing"), "pairing"),
    ("POST", re.compile(r"/api/webhooks/deliveries/[^/]+/resend"), "resend"),
    ("POST", re.compile(r"/api/hume/token"), "token"),
    ("PUT", re.compile(r"/api/(?!meetings/).*"), "configure"),
    ("PATCH", re.compile(r"/api/(?!meetings/).*"), "configure"),
    ("POST", re.compile(r"/api/playbooks/[^/]+/restore"), "configure"),
    ("DELETE", re.compile(r"/api/(?!meetings/|grants/|session$).*"), "configure"),
)
MADE = re.compile(r"/api/(?:meetings|recordings)/([^/]+)")
"""Where an answer says which meeting it made."""
DONE = 400
"""Answers below this status mean that it was done."""


def audited(scope: Scope, grant: Grant, access: Access, send: Send) -> Send:
    """`send`, which also writes the request down once it was carried out."""
    what, meeting = _what(scope.get("method", ""), scope["path"])
    if not what:
        return send

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] < DONE:
            made = dict(message.get("headers", ())).get(b"x-wingman-meeting", b"").decode("latin-1")
            place = MADE.fullmatch(dict(message.get("headers", ())).get(b"location", b"").decode("latin-1"))
            named = meeting or made or (place[1] if place else "")
            access.store.audit.note(what, access.clock(), grant=grant.id, meeting=named)
        await send(message)

    return told


def _what(method: str, path: str) -> tuple[str, str]:
    """The audit log's word for a request, and the meeting it is about; empty where it is not written down."""
    for wanted, pattern, what in _RULES:
        if method == wanted and (found := pattern.fullmatch(path)):
            return what, found.groupdict().get("meeting", "") or ""
    return "", ""
