"""The machine-readable documents about this service, served by it."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from wingman.core.json import JsonObject
from wingman.core.vocabulary import ACTIONS, FEEDBACK, MODES, STOP, VERBOSITIES
from wingman.events.schemas import events_schema
from wingman.server.asyncapi import asyncapi
from wingman.server.http import Json
from wingman.server.openapi import openapi
from wingman.server.routing import ApiRoute, Handler

WORDS = {"Action": (*ACTIONS, STOP), "Feedback": FEEDBACK, "Mode": MODES, "Verbosity": VERBOSITIES}


def vocabulary_schema() -> JsonObject:
    """The words a client may send, each list in the order in which pages offer it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Wingman vocabulary",
        "description": "The words of actions, of feedback on cards and of live settings.",
        "$defs": {name: {"type": "string", "enum": list(words)} for name, words in WORDS.items()},
    }


DOCUMENTS: dict[str, Callable[[], JsonObject]] = {
    "/api/openapi.json": openapi,
    "/api/asyncapi.json": asyncapi,
    "/api/schemas/events.json": events_schema,
    "/api/schemas/vocabulary.json": vocabulary_schema,
}


def routes() -> list[BaseRoute]:
    """The published documents."""
    return [ApiRoute(path, GET=_serve(make)) for path, make in DOCUMENTS.items()]


def _serve(make: Callable[[], JsonObject]) -> Handler:
    async def document(_: Request) -> Response:
        return Json(make())

    return document
