"""Which Host and Origin headers are ours. Defends against DNS rebinding and foreign pages. Pure.

People write names as they read them (`https://Bücher.example:443/`), browsers send them in one form: lower
case, international names in ASCII, no port that goes without saying. All are compared in that form.

Source: RFC 6454 section 6.2 (the ASCII form of an origin), the URL standard sections 3.5 and 4.5, UTS 46,
RFC 9110 section 7.2 (a Host is a name and perhaps a port).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address
from urllib.parse import SplitResult, urlsplit

import idna

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"(?:\[[\da-fA-F:.]*:[\da-fA-F:.]*\]|[^\s\x00-\x20/\\?#@:\[\]]+)(?::\d*)?", re.ASCII)
"""A host and perhaps a port, and nothing that a URL could go on with."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The names we have, and the pages that may ask us."""

    hosts: frozenset[str]
    origins: frozenset[str]

    @classmethod
    def of(cls, host: str, hosts: tuple[str, ...], origins: tuple[str, ...]) -> Neighbours:
        """The addresses and origins a browser may come from."""
        named = {name for each in (host, *hosts) for name in (_canonical(each), hostname(each)) if name}
        return cls(LOOPBACK | named, frozenset(map(_sent, origins)))

    def knows_host(self, header: str) -> bool:
        """Is this Host header one of ours? Any port will do."""
        return hostname(header) in self.hosts

    def allows(self, origin: str) -> bool:
        """Is this Origin one the settings allow?"""
        return origin in self.origins or _sent(origin) in self.origins

    def knows_origin(self, origin: str, host: str) -> bool:
        """Is this Origin the page we served under `host`, or one the settings allow?"""
        if self.allows(origin):
            return True
        scheme, _, _ = origin.partition("://")
        return scheme.lower() in _PORTS and _sent(origin) == _sent(f"{scheme}://{host}")


def hostname(header: str) -> str:
    """The host of a Host header, without port and brackets, as browsers send it; empty when it is none."""
    parts = _split(f"//{header}") if _HOST.fullmatch(header) else None
    return _canonical(parts.hostname or "") if parts is not None else ""


def _sent(origin: str) -> str:
    """An origin as a browser sends it; what is no origin stays what it is."""
    parts = _split(origin.strip())
    if parts is None or not parts.hostname or parts.path.strip("/") or any(sign in origin for sign in "?#@"):
        return origin
    if parts.scheme not in _PORTS:
        return origin.rstrip("/").lower()
    host = _canonical(parts.hostname)
    port = "" if parts.port in (None, _PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def _split(text: str) -> SplitResult | None:
    """Its parts, with a port that is one; None when that cannot be said."""
    try:
        parts = urlsplit(text)
        return parts if parts.port != -1 else None
    except ValueError:
        return None


def _canonical(host: str) -> str:
    """A host's name in lower case and ASCII, without the dot at its end; a v6 address in its shortest form."""
    host = host.lower().removesuffix(".")
    try:
        if ":" in host:
            return str(IPv6Address(host))
        return host if host.isascii() else idna.encode(host, uts46=True).decode()
    except ValueError:  # `idna.IDNAError` is one
        return host
