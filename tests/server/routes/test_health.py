"""Whether the service lives, may take meetings, and what it counts."""

from __future__ import annotations

import httpx
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from wingman.observe import metrics as _counted  # noqa: F401 - importing it is what registers the counters
from wingman.server.routes.health import HealthRoutes


async def get(path: str, detail: str = "") -> httpx.Response:
    app = Starlette(routes=HealthRoutes(lambda: detail).routes())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://w") as client:
        return await client.get(path)


async def test_it_lives_also_while_it_takes_nobody() -> None:
    assert (await get("/healthz", "the disk is full")).status_code == 200


async def test_it_says_why_it_takes_nobody() -> None:
    full = await get("/readyz", "the disk is full")
    assert (full.status_code, full.json()["detail"]) == (503, "the disk is full")
    assert (await get("/readyz")).status_code == 200


async def test_metrics_can_be_read_by_their_own_parser() -> None:
    families = {family.name for family in text_string_to_metric_families((await get("/metrics")).text)}
    assert {"wingman_events", "wingman_meetings_live", "wingman_gap_seconds"} <= families
