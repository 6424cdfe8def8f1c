"""The machine-readable documents about this service, served by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from wingman.core.emotion_policy import POLICY_WORDS
from wingman.core.json import JsonObject
from wingman.core.vocabulary import (
    ACTION_TITLES,
    FEEDBACK_TITLES,
    MODE_TITLES,
    STOP,
    VERBOSITY_TITLES,
)
from wingman.events.schemas import events_schema
from wingman.server.asyncapi import asyncapi
from wingman.server.http import Json
from wingman.server.openapi import openapi
from wingman.server.routing import ApiRoute, Handler

WORDS: dict[str, Mapping[str, str]] = {
    "Action": {**ACTION_TITLES, STOP: "Stop"},
    "Feedback": FEEDBACK_TITLES,
    "Mode": MODE_TITLES,
    "Policy": {policy: words.title for policy, words in POLICY_WORDS.items()},
    "Verbosity": VERBOSITY_TITLES,
}
"""List → word → what people are shown for it."""
ABOUT: dict[str, str] = {policy: words.about for policy, words in POLICY_WORDS.items()}
"""What a word means, where its title says too little."""


def vocabulary_schema() -> JsonObject:
    """The words a client may send and their titles, each list in the order in which pages offer it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Wingman vocabulary",
        "description": "The words of actions, of feedback on cards, of live settings and of policies on tone.",
        "$defs": {name: _words(words) for name, words in WORDS.items()},
    }


def _words(titles: Mapping[str, str]) -> JsonObject:
    named = [
        {"const": word, "title": title} | ({"description": ABOUT[word]} if word in ABOUT else {})
        for word, title in titles.items()
    ]
    return {"type": "string", "enum": list(titles), "oneOf": named}


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
    made = cache(lambda: Json(make()).body)  # some 30 ms of the loop's time, and anybody may ask for it

    async def document(_: Request) -> Response:
        return Response(made(), media_type=Json.media_type)

    return document
