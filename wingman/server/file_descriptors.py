"""How many connections this process may hold: each takes a descriptor, and so do files and providers' links."""

from __future__ import annotations

import sys

if sys.platform != "win32":
    import resource

WANTED = 16_384
"""More than every budget together needs; desktops begin with 256 or 1,024."""
KEPT = 192
"""For everything that is no client's connection: logs, recordings, providers."""


def connection_room() -> int:
    """Raise the limit as far as it goes, and say how many connections there is room for."""
    if sys.platform == "win32":
        return WANTED
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return WANTED
    wanted = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
        except (ValueError, OSError):  # macOS has a lower limit of its own, which it tells nobody
            pass
    return max(0, soft - KEPT)
