"""The webhooks' delivery log over HTTP."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from wingman.events.webhooks import Webhooks
from wingman.server.http import Json, whole_number
from wingman.server.routing import ApiRoute


@dataclass(frozen=True, slots=True)
class WebhookRoutes:
    """`GET /api/webhooks/deliveries[?meeting=&limit=]`, `POST /api/webhooks/deliveries/{delivery}/resend`."""

    webhooks: Webhooks

    def routes(self) -> list[BaseRoute]:
        """The addresses and who answers."""
        return [
            ApiRoute("/api/webhooks/deliveries", GET=self.list),
            ApiRoute("/api/webhooks/deliveries/{delivery}/resend", POST=self.resend),
        ]

    async def list(self, request: Request) -> Response:
        """`GET /api/webhooks/deliveries`."""
        limit = whole_number(request, "limit", 100, least=1, most=1000)
        meeting = request.query_params.get("meeting", "")
        return Json({"deliveries": await self.webhooks.deliveries(limit, meeting)})

    async def resend(self, request: Request) -> Response:
        """`POST …/resend`."""
        return Json(await self.webhooks.resend(request.path_params["delivery"]), 202)
