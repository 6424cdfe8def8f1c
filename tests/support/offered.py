"""The real application with routes that other parts put behind it, spoken to without a port."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx
from starlette.routing import BaseRoute

from tests.support.meetings import SupportMeetings
from tests.support.service import TOKEN
from wingman.config.server import ServerSettings
from wingman.events.hub import Hub
from wingman.events.memory import MemoryLog
from wingman.server.app import build_app
from wingman.server.auth import Access


@asynccontextmanager
async def offered(
    routes: Sequence[BaseRoute], settings: ServerSettings | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    log = MemoryLog()
    hub = Hub(log)
    app = build_app(
        SupportMeetings(log),
        log,
        hub,
        settings or ServerSettings(),
        access=Access(TOKEN),
        extra_routes=routes,
    )
    headers = {"Authorization": f"Bearer {TOKEN}"}
    transport = httpx.ASGITransport(app=app)
    try:
        async with httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1", headers=headers
        ) as client:
            yield client
    finally:
        hub.close()
