from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from starlette.routing import Route

from tests.support import golden, story
from tests.support.service import service
from wingman.config.server import ServerSettings
from wingman.config.transports import IngestSettings
from wingman.core import codec
from wingman.core.events import EVENTS
from wingman.events.hub import Hub
from wingman.events.memory import MemoryLog
from wingman.events.schemas import breaking, events_schema
from wingman.server.app import build_app
from wingman.server.auth import Access
from wingman.server.client_messages import MESSAGES
from wingman.server.openapi import OPERATIONS
from wingman.server.routes import pages, recordings, whip
from wingman.server.routes.feedback import FeedbackRoutes
from wingman.server.routes.notes import NotesRoutes
from wingman.server.routes.playbooks import PlaybookRoutes
from wingman.server.routes.providers import ProviderRoutes
from wingman.server.routes.schemas import DOCUMENTS
from wingman.server.routes.self_test import SelfTestRoutes
from wingman.server.routes.settings import SettingsRoutes
from wingman.server.routes.webhooks import WebhookRoutes

GOLDEN = Path(__file__).parents[1] / "golden"
PAGES = {"/favicon.ico", "/meetings/{id}", *pages.PAGES}


@pytest.mark.parametrize("path", DOCUMENTS)
def test_the_documents_stay_as_they_are(path: str) -> None:
    document = DOCUMENTS[path]()
    document.get("info", {}).pop("version", None)
    text = json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    golden.check(GOLDEN / path.rpartition("/")[2], text)


def test_within_this_version_events_only_ever_gain() -> None:
    published = json.loads((GOLDEN / "events.json").read_text(encoding="utf-8"))
    assert breaking(published, json.loads(json.dumps(events_schema()))) == []


def test_what_would_break_a_reader_is_found() -> None:
    old = json.loads(json.dumps(events_schema()))
    changes: tuple[tuple[Callable[[Any], object], str], ...] = (
        (lambda new: new["$defs"]["CostUpdated"]["properties"].pop("total"), "total is gone"),
        (lambda new: new["$defs"]["CostUpdated"]["properties"]["total"].update(type="string"), "changed from"),
        (lambda new: new["$defs"]["Family"]["enum"].remove("neutral"), "lost 'neutral'"),
        (lambda new: new["oneOf"].pop(0), "is gone"),
        (lambda new: new["$defs"]["Media"]["required"].remove("end"), "lost 'end'"),
    )
    for change, complaint in changes:
        new = copy.deepcopy(old)
        change(new)
        assert any(complaint in found for found in breaking(old, new)), complaint
    added = copy.deepcopy(old)
    added["$defs"]["CostUpdated"]["properties"]["more"] = {"type": "string"}
    assert breaking(old, added) == []


def test_every_event_we_send_satisfies_the_schema() -> None:
    schema = events_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for envelope in story.events():
        validator.validate(json.loads(codec.encode(envelope)))
    wrong: dict[str, Any] = json.loads(codec.encode(story.events()[0]))
    wrong["data"].pop("title")
    assert not validator.is_valid(wrong)


async def test_every_route_is_documented_and_every_documented_route_exists() -> None:
    log = MemoryLog()
    desk: Any = object()  # never called
    rooms = (
        WebhookRoutes,
        ProviderRoutes,
        SettingsRoutes,
        NotesRoutes,
        FeedbackRoutes,
        PlaybookRoutes,
        SelfTestRoutes,
    )
    more = [route for room in rooms for route in room(desk).routes()]
    more += recordings.routes(desk)
    more += whip.routes(desk, IngestSettings())
    app = build_app(desk, log, Hub(log), ServerSettings(), access=Access("t"), extra_routes=more)
    served: dict[str, set[str]] = {}
    for route in app.routes:
        if isinstance(route, Route) and route.path not in PAGES | set(DOCUMENTS):
            served.setdefault(route.path, set()).update(route.methods or set())
    documented = {path: {method.upper() for method in methods} for path, methods in OPERATIONS.items()}
    assert {path: methods - {"HEAD"} for path, methods in served.items()} == documented


def test_the_asyncapi_document_names_every_message() -> None:
    document = DOCUMENTS["/api/asyncapi.json"]()
    named = {message["name"] for message in document["components"]["messages"].values()}
    assert set(EVENTS) | set(MESSAGES) <= named
    for operation in document["operations"].values():
        for message in operation["messages"]:
            _, _, channel, _, name = message["$ref"].split("/")
            assert name in document["channels"][channel]["messages"]


async def test_the_documents_are_served() -> None:
    async with service() as it, it.client() as client:
        for path, make in DOCUMENTS.items():
            answer = await client.get(path)
            assert answer.json() == json.loads(json.dumps(make()))
