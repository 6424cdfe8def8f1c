"""A browser gets a token of its own, the key stays here, and only the owner may ask."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from wingman.app import Service, open_service
from wingman.app.http import application
from wingman.config.settings import build
from wingman.testing.hume_v0.server import HumeV0Emulator


@asynccontextmanager
async def client(section: dict[str, Any]) -> AsyncIterator[tuple[httpx.AsyncClient, Service]]:
    settings = build({"emotion": {"hume_v0": section}, "suggest": {"provider": "cues"}})
    async with open_service(settings, keep=False) as service:
        transport = httpx.ASGITransport(application(service))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            yield http, service


async def test_the_owner_gets_a_token_and_never_the_key() -> None:
    async with HumeV0Emulator() as gateway:
        section = {
            "url": gateway.url,
            "http_url": gateway.http_url,
            "api_key": "local-key",
            "secret_key": "local-secret",
        }
        async with client(section) as (http, service):
            refused = await http.post("/api/hume/token")
            owner = {"Authorization": f"Bearer {service.token}"}
            answer = await http.post("/api/hume/token", headers=owner)
    assert refused.status_code == 401
    assert answer.status_code == 200
    assert answer.json()["access_token"]
    assert 0 < answer.json()["expires_in"] <= 1800
    assert "local-key" not in answer.text
    assert "local-secret" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


async def test_without_a_secret_it_says_what_to_set() -> None:
    async with client({}) as (http, service):
        answer = await http.post("/api/hume/token", headers={"Authorization": f"Bearer {service.token}"})
    assert answer.status_code == 409
    assert answer.json()["error"]["field"] == "emotion.hume_v0.secret_key"
