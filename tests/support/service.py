"""The real HTTP service on a loopback port, around meetings without audio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.http import http_client
from tests.support.meetings import SupportMeetings
from wingman.config.server import ServerSettings
from wingman.events.hub import Hub, HubLimits
from wingman.events.memory import MemoryLog
from wingman.server.app import build_app
from wingman.server.auth import Access
from wingman.server.routes.meetings import Offers
from wingman.server.serving import serve

TOKEN = "test-token"


@dataclass
class Service:
    """A running service and its inner parts."""

    port: int
    log: Any
    hub: Hub
    meetings: SupportMeetings
    access: Access

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def client(self, token: str = TOKEN, **headers: str) -> httpx.AsyncClient:
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return http_client(self.url, headers=headers, timeout=20)


@asynccontextmanager
async def service(
    log: Any = None, settings: ServerSettings | None = None, limits: HubLimits | None = None, **offers: Any
) -> AsyncIterator[Service]:
    log = log or MemoryLog()
    hub = Hub(log, limits or HubLimits())
    meetings = SupportMeetings(log)
    settings = settings or ServerSettings()
    access = Access(TOKEN)
    app = build_app(meetings, log, hub, settings, access=access, offers=Offers(**offers))
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(serve(app, "127.0.0.1", 0, ready.set_result))
        yield Service(await ready, log, hub, meetings, access)
        hub.close()
        serving.cancel()
