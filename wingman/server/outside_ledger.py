"""What left for no meeting stands in the audit log: notes that are indexed, traces, a greeting."""

from __future__ import annotations

import asyncio

from wingman.egress.outlet import Outside
from wingman.server.auth import Access

WRITE_EVERY_S = 600.0
"""Seconds between entries; the rest is written when the service stops."""


class OutsideLedger:
    """Gathers what leaves by `outlet` and writes down how much went to which host."""

    def __init__(self, access: Access) -> None:
        self.outlet = Outside()
        self._access = access

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            await asyncio.sleep(WRITE_EVERY_S)
            self.write()

    def write(self) -> None:
        """One entry a host that was sent something since the last time."""
        for host, size in self.outlet.taken().items():
            self._access.store.audit.note("egress", self._access.clock(), detail=f"{host}: {size} bytes")
