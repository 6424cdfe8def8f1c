"""The whole service, keeping its data in a folder of the test's, spoken to without a port."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from wingman.app import Service, open_service
from wingman.app.http import application
from wingman.config.settings_store import SettingsStore


@asynccontextmanager
async def whole(folder: Path, **variables: str) -> AsyncIterator[tuple[httpx.AsyncClient, Service]]:
    book = SettingsStore(None, {"WINGMAN_DELIVER__DATA_DIR": str(folder), **variables}, folder)
    async with open_service(book.settings(), store=book) as service:
        transport = httpx.ASGITransport(app=application(service))
        headers = {"Authorization": f"Bearer {service.token}"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1", headers=headers
        ) as client:
            yield client, service
