"""Which addresses of this machine become ICE candidates: aioice asks nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

import aioice.ice

_addresses: ContextVar[tuple[str, ...]] = ContextVar("wingman_host_addresses", default=())
_stock_addresses = aioice.ice.get_host_addresses

LOOPBACK = "127.0.0.1"


@contextmanager
def host_addresses(addresses: Sequence[str]) -> Iterator[None]:
    """Candidates gathered inside are these addresses; empty: all of the machine's, and loopback.

    aioice leaves loopback out, so that a host with nothing else could not connect at all.
    """
    token = _addresses.set(tuple(addresses))
    try:
        yield
    finally:
        _addresses.reset(token)


def _host_addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
    chosen = _addresses.get()
    if not chosen:
        found = _stock_addresses(use_ipv4, use_ipv6)
        return found if LOOPBACK in found else [*found, LOOPBACK]
    return [address for address in chosen if (use_ipv6 if ":" in address else use_ipv4)]


aioice.ice.get_host_addresses = _host_addresses  # type: ignore[attr-defined,unused-ignore]  # a patch
