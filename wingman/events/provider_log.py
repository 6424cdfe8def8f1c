"""Where what the providers said is kept: opaque chunks beside a meeting's events, deleted with them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Protocol, runtime_checkable


@runtime_checkable
class ProviderLog(Protocol):
    """A log that also keeps chunks."""

    def keep_heard(self, meeting: str, chunk: bytes) -> Future[None]:
        """Queue one chunk; the future is done when it is stored or refused. Never blocks."""
        ...

    async def heard(self, meeting: str) -> Sequence[bytes]:
        """A meeting's chunks in the order they were kept."""
        ...
