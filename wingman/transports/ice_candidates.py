"""Which of a client's ICE candidates are tried, however they come: in the offer or later by PATCH. Pure.

Each is an address that packets are sent to because a stranger named it, so there are few, and none that many
share. What cannot be tried (a name, another transport) is no mistake: the client's own checks reveal where it
is.

Source: RFC 8839 section 5.1 (`candidate`), RFC 8838 section 14 (what comes after the end is passed over),
RFC 8863 (waiting for the client's checks).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

from wingman.core.errors import InputError

MOST_TRIED = 24
"""Addresses of one session, however often each is named. A machine with many interfaces names some ten."""
RENEWED_S = 2.0
"""So long after they were last counted anew, an ICE restart's candidates are counted from the beginning."""

_FORM = re.compile(
    r"\S+ (?P<component>\d{1,3}) (?P<transport>\S+) \d{1,10} (?P<address>\S+) (?P<port>\d{1,5})"
    r" typ (?P<type>\S+)(?: .*)?\Z",
    re.ASCII,
)
_TYPES = frozenset(("host", "srflx", "relay"))
"""What a description may name; others are found by checks."""


Destination = tuple[IPv4Address | IPv6Address, int, int]
"""Address, port and component."""


def destination(candidate: str, far: bool) -> Destination | None:
    """Where packets may be sent for `candidate` (the attribute's value), to a public address only if `far`.

    None where they may not, or cannot.
    """
    form = _FORM.match(candidate)
    if form is None or form["transport"].lower() != "udp" or form["type"].lower() not in _TYPES:
        return None
    try:
        address = ip_address(form["address"])
    except ValueError:
        return None
    if address.is_multicast or address.is_unspecified or address.is_link_local or address.is_reserved:
        return None
    port = int(form["port"])
    allowed = 0 < port < 1 << 16 and (far or not address.is_global)
    return (address, port, int(form["component"])) if allowed else None


class CandidateBudget:
    """How many candidates of one session may still be tried. Time is an argument, in seconds of any clock."""

    def __init__(self, offered: Iterable[str], far: bool) -> None:
        """`offered` came with the offer: in every m-line of a bundle the same ones."""
        self._far = far
        self._known = {where for candidate in offered if (where := destination(candidate, far)) is not None}
        self._left = max(0, MOST_TRIED - len(self._known))
        self._renewed = float("-inf")

    def renew(self, now: float) -> None:
        """The client looks for a new way: none is tried on it yet."""
        self._known.clear()
        if now - self._renewed >= RENEWED_S:
            self._renewed, self._left = now, MOST_TRIED

    def take(self, candidates: Sequence[str]) -> tuple[str, ...]:
        """Those that are tried and were not before. Raises `InputError` for what is no candidate at all."""
        for candidate in candidates:
            if _FORM.match(candidate) is None:
                raise InputError(
                    f"a candidate of the fragment cannot be used: {candidate[:60]!r} is none", field="body"
                )
        tried: list[str] = []
        for candidate in candidates:
            where = destination(candidate, self._far)
            if where is None or where in self._known or not self._left:
                continue
            self._known.add(where)
            self._left -= 1
            tried.append(candidate)
        return tuple(tried)
