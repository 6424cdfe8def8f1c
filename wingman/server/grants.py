"""Who may do what: roles, scopes, and which scope each address needs. Pure; rows are kept by `grant_store`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from wingman.core.errors import InputError


class Scope(StrEnum):
    """One thing a grant may allow."""

    CAPTURE = "capture"
    """Start meetings and feed them sound."""
    WATCH = "watch"
    """Follow a meeting while it runs."""
    ADVISE = "advise"
    """Show the user a card or a note of one's own."""
    COACH = "coach"
    """Ask for cards, judge them, change a live setting."""
    READ = "read"
    """List and read what is stored."""
    EXPORT = "export"
    LISTEN = "listen"
    """Hear stored sound."""
    DELETE = "delete"
    CONFIGURE = "configure"
    """See and change the service's settings; everything no other scope names."""
    PAIR = "pair"
    """Make, list and revoke grants."""
    METRICS = "metrics"


class Role(StrEnum):
    """A bundle of scopes under one name."""

    OWNER = "owner"
    EXTENSION = "extension"
    VIEWER = "viewer"
    """Watches one meeting."""
    COACH = "coach"
    """A second pair of eyes: watches one meeting and shows its user cards."""
    AUDITOR = "auditor"
    SCRAPER = "scraper"
    SCRIPT = "script"
    """A program of the owner's; its scopes are chosen when it is made."""


ALL = frozenset(Scope)
_SCOPES, _ROLES = frozenset(map(str, Scope)), frozenset(map(str, Role))
SCOPES: dict[Role, frozenset[Scope]] = {
    Role.OWNER: ALL,
    Role.EXTENSION: frozenset({Scope.CAPTURE, Scope.WATCH, Scope.COACH}),
    Role.VIEWER: frozenset({Scope.WATCH}),
    Role.COACH: frozenset({Scope.WATCH, Scope.ADVISE}),
    Role.AUDITOR: frozenset({Scope.READ}),
    Role.SCRAPER: frozenset({Scope.METRICS}),
    Role.SCRIPT: frozenset(),
}

HOUR = 3600.0
DAY = 24 * HOUR
LIFETIMES: dict[Role, float] = {
    Role.OWNER: 12 * HOUR,
    Role.EXTENSION: 30 * DAY,
    Role.VIEWER: DAY,
    Role.COACH: DAY,
    Role.AUDITOR: 30 * DAY,
    Role.SCRAPER: 365 * DAY,
    Role.SCRIPT: 90 * DAY,
}
"""Seconds a grant lives, unless it is told an end of its own or `renewed`."""
RENEWED = frozenset({Role.OWNER, Role.EXTENSION})
"""Roles a person holds, see `renewed`."""
MOST_DAYS = 365
"""The longest that a grant may be asked for."""
AFTER_MEETING = HOUR
"""A viewer's link ends so long after its meeting."""


def end_of(role: Role, now: float, days: float | None = None) -> float:
    """When (Unix seconds) a grant made now ends: after so many days, else when its role says.

    Raises `InputError` for days that no grant may last.
    """
    if days is not None and not 0 < days <= MOST_DAYS:
        raise InputError(f"`days` must be more than 0 and at most {MOST_DAYS}", field="days")
    return now + (LIFETIMES[role] if days is None else days * DAY)


def renewed(grant: Grant, now: float) -> float:
    """When (Unix seconds) a grant ends that is used now, whatever it was made from (`GrantStore.renew` knows):
    what a person holds (a session, a paired extension) ends later, a token when whoever made it was told.
    """
    if grant.role not in RENEWED or not grant.expires or not (grant.path or grant.origin):
        return grant.expires
    return max(grant.expires, now + LIFETIMES[grant.role])


def known_scopes(names: Iterable[str]) -> frozenset[Scope]:
    """The scopes of these names; what only a newer version knows opens nothing here."""
    return frozenset(Scope(name) for name in names if name in _SCOPES)


def known_role(name: str) -> Role:
    """The role of this name; one that only a newer version knows is a program's, with the scopes it has."""
    return Role(name) if name in _ROLES else Role.SCRIPT


@dataclass(frozen=True, slots=True)
class Grant:
    """What a presented credential stands for."""

    id: str
    """Public: shown in lists and in the audit log."""
    role: Role
    scopes: frozenset[Scope] = ALL
    meeting: str = ""
    """The one meeting it is good for; empty for all."""
    origin: str = ""
    """The only Origin it works from; empty for any allowed one."""
    name: str = ""
    created: float = 0.0
    """Unix seconds, like all times here."""
    expires: float = 0.0
    """0 for never (the owner's configured token)."""
    used: float = 0.0
    revoked: float = 0.0
    """0 while it holds."""
    key: str = ""
    """Base64url of the public key (P-256, uncompressed point) whose holder alone may use it; empty for none."""
    path: str = ""
    """The secret path a browser's session lives under; empty for a bearer token."""

    def holds(self, now: float) -> bool:
        """Is it neither revoked nor expired?"""
        return not self.revoked and (not self.expires or now < self.expires)

    def allows(self, method: str, path: str) -> bool:
        """May its holder ask for this?"""
        scopes = needed(method, path)
        if scopes is not None and not scopes & self.scopes:
            return False
        return not self.meeting or _own(path, self.meeting) or path in SHELLS


SHELLS = frozenset({"/overlay", "/api/schemas/events.json", "/api/schemas/vocabulary.json"})
"""Addresses without data of anybody's."""

_ANY = "GET|HEAD|POST|PUT|PATCH|DELETE|WEBSOCKET"
_READ = "GET|HEAD"
_ONE = r"/api/meetings/[^/]+"
_RULES: tuple[tuple[str, str, frozenset[Scope] | None], ...] = (
    (_READ, r"/", frozenset({Scope.CAPTURE, Scope.READ, Scope.CONFIGURE})),
    (_READ, r"/overlay", frozenset({Scope.WATCH, Scope.COACH, Scope.READ})),
    (_READ, r"/api/schemas/.*|/api/(?:openapi|asyncapi)\.json", None),
    (_READ, r"/api/session", None),
    ("DELETE", r"/api/session", None),
    ("POST|DELETE|PATCH|OPTIONS", r"/whip(?:/.*)?", frozenset({Scope.CAPTURE})),
    ("WEBSOCKET", rf"{_ONE}/pcm", frozenset({Scope.CAPTURE})),
    ("POST", rf"{_ONE}/(?:recording|faces/[^/]+)", frozenset({Scope.CAPTURE})),
    ("POST", r"/api/meetings|/api/recordings(?:/inspect)?", frozenset({Scope.CAPTURE})),
    (_READ, r"/api/recordings/[^/]+", frozenset({Scope.CAPTURE, Scope.WATCH, Scope.READ})),
    ("POST", rf"{_ONE}/(?:pause|resume|end)", frozenset({Scope.CAPTURE})),
    (
        _READ,
        r"/api/playbooks|/api/config|/api/notices",
        frozenset({Scope.CAPTURE, Scope.CONFIGURE, Scope.READ}),
    ),
    ("POST", rf"{_ONE}/(?:actions|feedback|control)", frozenset({Scope.COACH})),
    ("POST", rf"{_ONE}/(?:cards|notes)", frozenset({Scope.ADVISE, Scope.COACH})),
    (_READ, r"/api/sample|/api/providers", frozenset({Scope.CAPTURE, Scope.CONFIGURE})),
    ("GET|HEAD|WEBSOCKET", rf"{_ONE}(?:/(?:ws|stream|events|summary))?", frozenset({Scope.WATCH, Scope.READ})),
    (_READ, r"/meetings/[^/]+", frozenset({Scope.WATCH, Scope.READ})),
    (_READ, rf"{_ONE}/(?:ledger|answers|follow-up)", frozenset({Scope.READ})),
    (_READ, rf"{_ONE}/(?:export|bundle)", frozenset({Scope.EXPORT})),
    (_READ, rf"{_ONE}/(?:audio|sound)(?:/.*)?", frozenset({Scope.LISTEN})),
    (_READ, r"/api/meetings|/meetings", frozenset({Scope.READ})),
    ("DELETE", _ONE, frozenset({Scope.DELETE})),
    ("POST", rf"{_ONE}/viewers", frozenset({Scope.PAIR})),
    (_ANY, r"/api/(?:pairing|grants)(?:/.*)?", frozenset({Scope.PAIR})),
    (_READ, r"/api/audit", frozenset({Scope.READ, Scope.CONFIGURE})),
    (_READ, r"/metrics", frozenset({Scope.METRICS, Scope.CONFIGURE})),
)
_COMPILED = tuple((frozenset(methods.split("|")), re.compile(path), scopes) for methods, path, scopes in _RULES)


def needed(method: str, path: str) -> frozenset[Scope] | None:
    """The scopes of which one is needed for this; None when any grant will do.

    What no rule names needs `configure`: a new address is closed to narrow grants until somebody opens it.
    """
    for methods, pattern, scopes in _COMPILED:
        if method in methods and pattern.fullmatch(path):
            return scopes
    return frozenset({Scope.CONFIGURE})


def may_hand_on(by: Grant, scopes: frozenset[Scope]) -> None:
    """Raises `InputError` where `by` may not do all of this itself."""
    if not scopes <= by.scopes:
        raise InputError("a grant can only hand on what it may do itself", field="scopes", status=403)


def _own(path: str, meeting: str) -> bool:
    return any(
        path == own or path.startswith(f"{own}/")
        for own in (f"/api/meetings/{meeting}", f"/meetings/{meeting}")
    )
