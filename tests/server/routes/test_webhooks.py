"""The webhooks' delivery log is read newest first, for one meeting, and a delivery is sent again on request."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.offered import offered
from wingman.events.memory import MemoryLog
from wingman.events.webhook_store import Delivery, DeliveryStore
from wingman.events.webhooks import Webhooks
from wingman.server.routes.webhooks import WebhookRoutes

ROWS = [
    Delivery("d-1", "crm", "m-1", 1, "meeting.ended", "failed", 8, 0.0, 500, "it says no", 100.0),
    Delivery("d-2", "crm", "m-2", 4, "summary.ready", "delivered", 1, 0.0, 204, "", 101.0),
    Delivery("d-3", "crm", "m-1", 5, "summary.ready", "gone", 1, 0.0, 410, "", 102.0),
]


@asynccontextmanager
async def log_of(folder: Path, rows: list[Delivery]) -> AsyncIterator[httpx.AsyncClient]:
    store = DeliveryStore(folder / "webhooks.db")
    store.add(rows)
    for row in rows:
        store.update(row)
    store.close()
    webhooks = Webhooks([], MemoryLog(), DeliveryStore(folder / "webhooks.db"), clock=lambda: 200.0)
    try:
        async with offered(WebhookRoutes(webhooks).routes()) as client:
            yield client
    finally:
        await webhooks.aclose()


async def ids(client: httpx.AsyncClient, **query: str) -> list[str]:
    answer = await client.get("/api/webhooks/deliveries", params=query)
    return [row["id"] for row in answer.json()["deliveries"]]


async def test_the_log_is_told_newest_first_for_all_or_one_meeting(tmp_path: Path) -> None:
    async with log_of(tmp_path, ROWS) as client:
        assert await ids(client) == ["d-3", "d-2", "d-1"]
        assert await ids(client, limit="2") == ["d-3", "d-2"]
        assert await ids(client, meeting="m-1") == ["d-3", "d-1"]
        assert await ids(client, meeting="m-1' OR '1'='1") == []


async def test_a_delivery_that_was_given_up_is_owed_again(tmp_path: Path) -> None:
    async with log_of(tmp_path, ROWS) as client:
        answer = await client.post("/api/webhooks/deliveries/d-1/resend")
        assert answer.status_code == 202
        again = answer.json()
        assert (again["state"], again["attempts"], again["next_at"]) == ("pending", 0, 200.0)
        rows = (await client.get("/api/webhooks/deliveries")).json()["deliveries"]
        assert again in rows
        assert [row["state"] for row in rows] == ["gone", "delivered", "pending"]


async def test_an_unknown_delivery_and_a_log_without_any_are_told(tmp_path: Path) -> None:
    async with log_of(tmp_path, []) as client:
        assert await ids(client) == []
        refused = await client.post("/api/webhooks/deliveries/d-9/resend")
        assert (refused.status_code, refused.json()["error"]["field"]) == (404, "delivery")


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "ten", "1e2"])
async def test_a_limit_that_makes_no_sense_is_refused(tmp_path: Path, limit: str) -> None:
    async with log_of(tmp_path, ROWS) as client:
        refused = await client.get("/api/webhooks/deliveries", params={"limit": limit})
        assert (refused.status_code, refused.json()["error"]["field"]) == (400, "limit")


async def test_the_log_is_for_those_who_configure(tmp_path: Path) -> None:
    async with log_of(tmp_path, ROWS) as client:
        del client.headers["Authorization"]
        for method, path in (("GET", ""), ("POST", "/d-1/resend")):
            answer = await client.request(method, f"/api/webhooks/deliveries{path}")
            assert answer.status_code == 401
