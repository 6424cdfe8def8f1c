from __future__ import annotations

from tests.support.each import each
from wingman.server.grants import ALL, SCOPES, Grant, Role, Scope, needed

M = "/api/meetings/m-1"


def grant(role: Role, **extra: object) -> Grant:
    return Grant("g1", role, SCOPES[role], **extra)  # type: ignore[arg-type]  # fields by name


@each(
    ("role", "method", "path", "allowed"),
    [
        (Role.OWNER, "DELETE", M, True),
        (Role.OWNER, "GET", "/api/anything/new", True),
        (Role.EXTENSION, "POST", "/api/meetings", True),
        (Role.EXTENSION, "POST", "/whip", True),
        (Role.EXTENSION, "WEBSOCKET", f"{M}/ws", True),
        (Role.EXTENSION, "POST", f"{M}/control", True),
        (Role.EXTENSION, "GET", "/api/config", True),
        (Role.EXTENSION, "DELETE", M, False),
        (Role.EXTENSION, "POST", f"{M}/viewers", False),
        (Role.EXTENSION, "POST", "/api/pairing", False),
        (Role.EXTENSION, "GET", "/api/grants", False),
        (Role.EXTENSION, "GET", f"{M}/export", False),
        (Role.EXTENSION, "GET", "/api/anything/new", False),
        (Role.AUDITOR, "GET", f"{M}/ledger", True),
        (Role.AUDITOR, "POST", f"{M}/control", False),
        (Role.SCRAPER, "GET", "/metrics", True),
        (Role.SCRAPER, "GET", "/api/meetings", False),
    ],
)
def test_a_role_opens_what_its_scopes_name(role: Role, method: str, path: str, allowed: bool) -> None:
    assert grant(role).allows(method, path) is allowed


@each(
    ("method", "path", "allowed"),
    [
        ("GET", M, True),
        ("WEBSOCKET", f"{M}/ws", True),
        ("GET", f"{M}/stream", True),
        ("GET", "/overlay", True),
        ("GET", "/meetings/m-1", True),
        ("GET", "/api/meetings/m-12", False),
        ("GET", "/api/meetings/m-2/stream", False),
        ("GET", "/meetings/m-2", False),
        ("GET", "/api/meetings", False),
        ("GET", f"{M}/ledger", False),
        ("GET", f"{M}/export", False),
        ("GET", f"{M}/audio/tab", False),
        ("POST", f"{M}/control", False),
        ("WEBSOCKET", f"{M}/pcm", False),
        ("DELETE", M, False),
    ],
)
def test_a_viewer_watches_its_own_meeting_and_nothing_else(method: str, path: str, allowed: bool) -> None:
    assert grant(Role.VIEWER, meeting="m-1").allows(method, path) is allowed


def test_every_scope_is_needed_somewhere_and_unknown_addresses_need_configure() -> None:
    only = frozenset({Scope.CONFIGURE})
    assert needed("GET", "/api/brand/new") == only
    assert needed("TRACE", "/") == only
    asked = {
        scope
        for method, path in [
            ("POST", "/whip"), ("GET", M), ("POST", f"{M}/actions"), ("GET", "/api/meetings"), ("DELETE", M),
            ("GET", f"{M}/export"), ("GET", f"{M}/audio/mic"), ("GET", "/api/grants"), ("GET", "/metrics"),
            ("POST", f"{M}/cards"),
        ]
        for scope in needed(method, path) or ()
    }  # fmt: skip
    assert asked == ALL


def test_a_grant_ends() -> None:
    assert grant(Role.OWNER).holds(1e12)
    assert grant(Role.OWNER, expires=10.0).holds(9.0)
    assert not grant(Role.OWNER, expires=10.0).holds(10.0)
    assert not grant(Role.OWNER, revoked=1.0).holds(2.0)
