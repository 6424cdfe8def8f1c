"""Whose a connection is: its peer, or the client a trusted proxy speaks for. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from wingman.core.errors import InputError

FORWARDED = b"x-forwarded-for"
V6_PREFIX = 64
"""Of an IPv6 address, what one customer is given: the rest is theirs to vary."""
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Proxies:
    """The reverse proxies whose `X-Forwarded-For` is believed."""

    networks: tuple[_Network, ...] = ()

    @classmethod
    def of(cls, named: Iterable[str]) -> Proxies:
        """Addresses and networks (`10.0.0.0/8`). Raises `InputError` for what is neither."""
        networks = []
        for name in named:
            try:
                networks.append(ipaddress.ip_network(name.strip(), strict=False))
            except ValueError:
                raise InputError(
                    f"{name!r} is no address and no network; write 10.0.0.5 or 10.0.0.0/24",
                    field="server.trusted_proxies",
                ) from None
        return cls(tuple(networks))

    def trusts(self, address: str) -> bool:
        """Is this address one of theirs?"""
        found = _parsed(address) if self.networks else None
        return found is not None and any(found in network for network in self.networks)

    def client(self, peer: str, headers: Iterable[tuple[bytes, bytes]]) -> str:
        """Who asks: the last address in `X-Forwarded-For` that is no proxy of ours, or the peer itself.

        Each proxy appends the address it was called from, so what stands further left may be anybody's lie.
        """
        if not self.trusts(peer):
            return peer
        hops = b",".join(value for name, value in headers if name == FORWARDED).decode("latin-1").split(",")
        for hop in reversed(hops):
            found = _parsed(_without_port(hop.strip()))
            if found is None:
                return peer
            if not self.trusts(str(found)):
                return str(found)
        return peer


def budgeted(address: str) -> str:
    """What an address's budget goes by: a whole network of IPv6 is one customer's."""
    found = _parsed(address)
    if found is None or found.version == 4:
        return address if found is None else str(found)
    return str(ipaddress.ip_network((int(found) >> (128 - V6_PREFIX) << (128 - V6_PREFIX), V6_PREFIX)))


def _parsed(text: str) -> _Address | None:
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def _without_port(hop: str) -> str:
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop
