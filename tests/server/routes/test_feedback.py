"""What feedback has taught is shown over HTTP, and forgotten when asked."""

from __future__ import annotations

from collections.abc import Mapping

import httpx
from starlette.applications import Starlette

from wingman.server.routes.feedback import FeedbackRoutes


class Admin:
    """What the service would keep."""

    def __init__(self) -> None:
        self.bars: dict[str, float] = {"price": 0.15}

    def feedback(self) -> Mapping[str, float]:
        return self.bars

    def forget_feedback(self) -> None:
        self.bars = {}


async def test_it_is_shown_and_forgotten() -> None:
    app = Starlette(routes=FeedbackRoutes(Admin()).routes())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://wingman") as client:
        assert (await client.get("/api/feedback")).json() == {"kinds": {"price": 0.15}}
        assert (await client.delete("/api/feedback")).status_code == 204
        assert (await client.get("/api/feedback")).json() == {"kinds": {}}
