"""Which event loop runs the service.

uvloop takes a third off the processor time of a session (docs/performance.md), so it is used where it exists.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

T = TypeVar("T")


def run(main: Coroutine[object, object, T]) -> T:
    """`asyncio.run` on the fastest loop there is."""
    try:
        import uvloop
    except ImportError:  # Windows has none
        return asyncio.run(main)
    return uvloop.run(main)
