from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import jsonschema
import pytest
from starlette.routing import Route, WebSocketRoute

from tests.support import golden, story
from tests.support.schema_changes import breaking
from tests.support.service import service
from wingman.app import open_service
from wingman.app.http import application
from wingman.config.settings import build
from wingman.core import codec
from wingman.core.events import EVENTS
from wingman.events.schemas import events_schema
from wingman.server.client_messages import MESSAGES
from wingman.server.openapi import OPERATIONS
from wingman.server.routes import pages
from wingman.server.routes.schemas import DOCUMENTS

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


async def test_every_route_is_documented_and_every_documented_route_exists(tmp_path: Path) -> None:
    hooks = {"crm": {"url": "http://127.0.0.1:9/", "secret": "whsec_" + "QUFB" * 8}}
    tree = {"deliver": {"data_dir": str(tmp_path)}, "report": {"webhooks": hooks}}
    async with open_service(build(tree)) as whole:  # with everything it can offer
        routes = application(whole).routes
    served: dict[str, set[str]] = {}
    for route in routes:
        if isinstance(route, Route) and route.path not in PAGES | set(DOCUMENTS):
            served.setdefault(route.path, set()).update(route.methods or set())
    documented = {path: {method.upper() for method in methods} for path, methods in OPERATIONS.items()}
    assert {path: methods - {"HEAD"} for path, methods in served.items()} == documented
    sockets = {route.path.replace("{id}", "{meeting}") for route in routes if isinstance(route, WebSocketRoute)}
    channels = DOCUMENTS["/api/asyncapi.json"]()["channels"].values()
    assert sockets == {channel["address"] for channel in channels if "ws" in channel.get("bindings", {})}


def test_the_asyncapi_document_names_every_message() -> None:
    document = DOCUMENTS["/api/asyncapi.json"]()
    named = {message["name"] for message in document["components"]["messages"].values()}
    assert set(EVENTS) | set(MESSAGES) <= named
    for operation in document["operations"].values():
        for message in operation["messages"]:
            _, _, channel, _, name = message["$ref"].split("/")
            assert name in document["channels"][channel]["messages"]


async def test_the_documents_are_served_and_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody may ask for them, as often as they like, and making one holds up every call."""
    counted = {path: Mock(wraps=make) for path, make in DOCUMENTS.items()}
    for path, make in counted.items():
        monkeypatch.setitem(DOCUMENTS, path, make)
    async with service() as it, it.client() as client:
        for path, make in counted.items():
            answers = [await client.get(path) for _ in range(2)]
            assert [one.headers["content-type"] for one in answers] == ["application/json"] * 2
            assert make.call_count == 1, path
            assert [one.json() for one in answers] == [json.loads(json.dumps(make()))] * 2
