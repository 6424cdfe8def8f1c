"""Is the service alive, may it take meetings, and its metrics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from wingman.server.http import Json


@dataclass(frozen=True, slots=True)
class HealthRoutes:
    """Whether the service lives, and what it counts."""

    not_ready: Callable[[], str]
    """A sentence while the service cannot take meetings; empty when it can."""

    def routes(self) -> list[BaseRoute]:
        """The addresses and who answers."""
        return [
            Route("/healthz", self.alive),
            Route("/readyz", self.ready),
            Route("/metrics", self.metrics),
        ]

    async def alive(self, _: Request) -> Response:
        """`GET /healthz`."""
        return Json({"status": "ok"})

    async def ready(self, _: Request) -> Response:
        """`GET /readyz`."""
        detail = self.not_ready()
        return Json({"status": "not ready" if detail else "ready", "detail": detail}, 503 if detail else 200)

    async def metrics(self, _: Request) -> Response:
        """`GET /metrics`."""
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)
