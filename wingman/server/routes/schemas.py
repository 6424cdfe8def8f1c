"""The machine-readable documents about this service, served by it."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from wingman.core.json import JsonObject
from wingman.events.schemas import events_schema
from wingman.server.asyncapi import asyncapi
from wingman.server.http import Json
from wingman.server.openapi import openapi
from wingman.server.routing import ApiRoute, Handler

DOCUMENTS: dict[str, Callable[[], JsonObject]] = {
    "/api/openapi.json": openapi,
    "/api/asyncapi.json": asyncapi,
    "/api/schemas/events.json": events_schema,
}


def routes() -> list[BaseRoute]:
    """The published documents."""
    return [ApiRoute(path, GET=_serve(make)) for path, make in DOCUMENTS.items()]


def _serve(make: Callable[[], JsonObject]) -> Handler:
    async def document(_: Request) -> Response:
        return Json(make())

    return document
