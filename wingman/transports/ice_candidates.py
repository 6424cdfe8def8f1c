"""Which of a client's ICE candidates are tried, however they come: in the offer or later by PATCH. Pure.

Each is an address that packets are sent to because a stranger named it, so there are few, and none that many
share. What cannot be tried (a name, another transport) is no mistake: the client's own checks reveal where it
is.

Source: RFC 8839 section 5.1 (`candidate`), RFC 8838 section 14 (what comes after the end is passed over),
RFC 8863 (waiting for the client's checks).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_address

from wingman.core.errors import InputError

MOST_TRIED = 24
"""Of one m-line. A machine with many interfaces names some ten."""
RENEWED_S = 2.0
"""So long after they were last counted anew, an ICE restart's candidates are counted from the beginning."""

_FORM = re.compile(
    r"\S+ \d{1,3} (?P<transport>\S+) \d{1,10} (?P<address>\S+) (?P<port>\d{1,5}) typ (?P<type>\S+)(?: .*)?\Z",
    re.ASCII,
)
_TYPES = frozenset(("host", "srflx", "relay"))
"""What a description may name; others are found by checks."""


def may_try(candidate: str, far: bool) -> bool:
    """Whether packets may be sent to `candidate` (the attribute's value), on a public address only if `far`."""
    form = _FORM.match(candidate)
    if form is None or form["transport"].lower() != "udp" or form["type"].lower() not in _TYPES:
        return False
    try:
        address = ip_address(form["address"])
    except ValueError:
        return False
    if address.is_multicast or address.is_unspecified or address.is_link_local or address.is_reserved:
        return False
    return 0 < int(form["port"]) < 1 << 16 and (far or not address.is_global)


class CandidateBudget:
    """How many candidates of one session may still be tried. Time is an argument, in seconds of any clock."""

    def __init__(self, used: int, far: bool) -> None:
        """`used` came with the offer."""
        self._left = max(0, MOST_TRIED - used)
        self._far = far
        self._renewed = float("-inf")

    def renew(self, now: float) -> None:
        """The client looks for a new way: its candidates are others."""
        if now - self._renewed >= RENEWED_S:
            self._renewed, self._left = now, MOST_TRIED

    def take(self, candidates: Sequence[str]) -> tuple[str, ...]:
        """Those that are tried. Raises `InputError` for what is no candidate at all."""
        for candidate in candidates:
            if _FORM.match(candidate) is None:
                raise InputError(
                    f"a candidate of the fragment cannot be used: {candidate[:60]!r} is none", field="body"
                )
        tried = [candidate for candidate in candidates if may_try(candidate, self._far)][: self._left]
        self._left -= len(tried)
        return tuple(tried)
