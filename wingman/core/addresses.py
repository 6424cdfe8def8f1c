"""Whether an address is on this machine. Pure: no name is looked up."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_remote(url: str) -> bool:
    """False for a server on this machine; a name that is not `localhost` counts as remote."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return False
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return True
