"""Who may do what: tokens, and what each kind of them opens. Pure; the middleware is in `guard`."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from wingman.core.errors import InputError

PAIRING_SECONDS = 120
PAIRING_TRIES = 5
"""Wrong codes before a pairing is called off: one in 200,000 guesses would succeed."""

VIEWER_PARTS = ("", "/events", "/export", "/ledger", "/stream", "/summary", "/ws")
"""What a viewer may read below `/api/meetings/ID`."""

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Role(StrEnum):
    OWNER = "owner"
    """May do everything: the service token, or a paired extension's."""
    VIEWER = "viewer"
    """May watch one meeting."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a presented token stands for."""

    role: Role
    meeting: str = ""
    """The one meeting a viewer may watch."""
    origin: str = ""
    """The only Origin this token works from; empty means any allowed one."""

    def allows(self, method: str, path: str) -> bool:
        """May this be asked for? Viewers only ever read their own meeting."""
        if self.role is Role.OWNER:
            return True
        if method not in ("GET", "HEAD", "WEBSOCKET"):
            return False
        own = f"/api/meetings/{self.meeting}"
        return path in ("/overlay", f"/meetings/{self.meeting}", "/api/schemas/events.json") or any(
            path == own + part for part in VIEWER_PARTS
        )


class Access:
    """Checks and hands out tokens. Those it hands out are derived from the service token: they need no
    store, live as long as it does, and die when it is changed."""

    def __init__(self, token: str, clock: Callable[[], float] = time.monotonic) -> None:
        if not token:
            raise ValueError("the service needs a token")
        self._token = token
        self._clock = clock
        self._code = ""
        self._code_until = 0.0
        self._tries = 0

    def grant(self, presented: str) -> Grant | None:
        """What `presented` stands for; None when it stands for nothing."""
        if hmac.compare_digest(presented.encode(), self._token.encode()):
            return Grant(Role.OWNER)
        kind, _, rest = presented.partition(".")
        subject, _, _ = rest.rpartition(".")
        if kind == "v" and hmac.compare_digest(presented.encode(), self.viewer(subject).encode()):
            return Grant(Role.VIEWER, meeting=subject)
        if kind == "x" and hmac.compare_digest(presented.encode(), self._extension(subject).encode()):
            return Grant(Role.OWNER, origin=f"chrome-extension://{subject}")
        return None

    def viewer(self, meeting: str) -> str:
        """A token that lets its holder watch `meeting`."""
        return self._derive("v", meeting)

    def pair(self) -> str:
        """Start a pairing: six digits, good for `PAIRING_SECONDS`. A new one replaces the old."""
        self._code = f"{secrets.randbelow(1_000_000):06}"
        self._code_until = self._clock() + PAIRING_SECONDS
        self._tries = PAIRING_TRIES
        return self._code

    def redeem(self, code: str, origin: str) -> str:
        """The token for the extension that presents the code. Raises `InputError`."""
        parts = urlsplit(origin)
        if parts.scheme != "chrome-extension" or not parts.netloc:
            raise InputError("only a browser extension can be paired", field="origin", status=403)
        if not self._code or self._clock() > self._code_until:
            raise InputError("no pairing is open; start one on the capture page", field="code", status=403)
        if not hmac.compare_digest(code.encode(), self._code.encode()):
            self._tries -= 1
            if self._tries <= 0:
                self._code = ""
            raise InputError("this is not the code on the capture page", field="code", status=403)
        self._code = ""
        return self._extension(parts.netloc)

    def _extension(self, name: str) -> str:
        return self._derive("x", name)

    def _derive(self, kind: str, subject: str) -> str:
        proof = hmac.new(self._token.encode(), f"{kind}.{subject}".encode(), hashlib.sha256).hexdigest()
        return f"{kind}.{subject}.{proof[:40]}"


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Which Host and Origin headers are ours. Defends against DNS rebinding and foreign pages."""

    hosts: frozenset[str]
    origins: frozenset[str]

    @classmethod
    def of(cls, host: str, hosts: tuple[str, ...], origins: tuple[str, ...]) -> Neighbours:
        return cls(LOOPBACK | {host.lower(), *(h.lower() for h in hosts)}, frozenset(origins))

    def knows_host(self, header: str) -> bool:
        """Is this Host header one of ours? Any port will do."""
        return hostname(header) in self.hosts

    def knows_origin(self, origin: str, host: str) -> bool:
        """Is this Origin the page we served under `host`, or one the settings allow?"""
        if origin in self.origins:
            return True
        parts = urlsplit(origin)
        return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()


def hostname(header: str) -> str:
    """The host of a Host header, without port and brackets; empty when it is none."""
    try:
        return (urlsplit(f"//{header}").hostname or "").lower()
    except ValueError:
        return ""
