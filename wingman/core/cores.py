"""How many processor cores there are for us."""

from __future__ import annotations

import os
import sys


def usable_cores() -> int:
    """Cores this process may use; fewer than the machine has where it is tied to some of them."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
