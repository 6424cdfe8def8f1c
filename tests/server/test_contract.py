"""What the published document says of a query is what every address takes, and nothing else."""

from __future__ import annotations

import ast
import inspect
import textwrap
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

import wingman.server.routes
from tests.support.each import each
from tests.support.offered import offered
from wingman.app import open_service
from wingman.app.http import application
from wingman.config.settings import build
from wingman.meeting.api import SPEC_QUERY
from wingman.server.asyncapi import asyncapi
from wingman.server.contract import hold
from wingman.server.errors import HANDLERS
from wingman.server.http import CREDENTIALS
from wingman.server.openapi import OPERATIONS
from wingman.server.operation import Operation
from wingman.server.routing import ApiRoute

ROUTES = Path(wingman.server.routes.__file__).parent
TEXT = {"type": "string"}
BY_TABLE = {"meeting", "keyterms", "channels"}
"""Read by a name that stands in a table, as the fields of a new meeting are."""
PAGES_OWN = {"token", "next"}
"""What only a person's pages read."""


def _literals(tree: ast.AST) -> set[str]:
    """Query names that a module reads by a literal."""
    found = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = ast.unparse(node.func)
        name = node.args[1] if called == "whole_number" and len(node.args) > 1 else node.args[0]
        if called.endswith(("query_params.get", "query.get")) or called == "whole_number":
            found |= {name.value} if isinstance(name, ast.Constant) and isinstance(name.value, str) else set()
    return found


def _told() -> set[str]:
    told = {name for methods in OPERATIONS.values() for each in methods.values() for name in each.query}
    for channel in asyncapi()["channels"].values():
        told |= set(channel.get("bindings", {}).get("ws", {}).get("query", {}).get("properties", {}))
    return told


@each("module", sorted(path.name for path in ROUTES.glob("*.py")))
def test_a_query_name_that_is_read_is_told(module: str) -> None:
    read = _literals(ast.parse((ROUTES / module).read_text(encoding="utf-8")))
    assert read <= _told() | CREDENTIALS | PAGES_OWN


async def test_every_handler_is_told_with_what_it_reads(tmp_path: Path) -> None:
    async with open_service(build({"deliver": {"data_dir": str(tmp_path)}})) as whole:
        routes = [route for route in application(whole).routes if isinstance(route, ApiRoute)]
    found = 0
    for route in routes:
        for method, handler in route.handlers.items() if route.path in OPERATIONS else ():
            read = _literals(ast.parse(textwrap.dedent(inspect.getsource(handler)))) - CREDENTIALS
            assert read <= set(OPERATIONS[route.path][method.lower()].query), (route.path, method)
            found += len(read)
    assert found > 8


def test_a_query_name_that_is_told_is_read() -> None:
    read = set().union(
        *(_literals(ast.parse(path.read_text(encoding="utf-8"))) for path in ROUTES.glob("*.py"))
    )
    fields = {
        name for methods in OPERATIONS.values() for each in methods.values() for name in each.query
    } - read
    whole = "".join(path.read_text(encoding="utf-8") for path in ROUTES.glob("*.py"))
    fields -= set(SPEC_QUERY) if whole.count("SPEC_QUERY") >= 4 else set()  # taken and read by two routes
    assert [name for name in sorted(fields) if f'"{name}"' not in whole] == []


def test_what_is_not_told_is_refused_by_its_name() -> None:
    async def answer(request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(request.query_params))

    routes = [ApiRoute("/a", GET=answer, POST=answer), ApiRoute("/b", GET=answer)]
    hold(routes, {"/a": {"get": Operation("a", "A", query={"limit": TEXT}), "post": Operation("b", "B")}})
    client = TestClient(Starlette(routes=routes, exception_handlers=HANDLERS))
    assert client.get("/a?limit=3").text == "limit=3"
    assert client.head("/a?limit=3").status_code == 200
    assert client.get("/a?token=x").status_code == 200
    refused = client.get("/a?limt=3")
    assert (refused.status_code, refused.json()["error"]["field"]) == (400, "limt")
    assert "use limit" in refused.json()["error"]["detail"]
    assert "takes none" in client.post("/a?limit=3").json()["error"]["detail"]
    assert client.get("/b?any=thing").status_code == 200  # nothing is told of it


async def test_the_whole_service_keeps_to_it() -> None:
    async with offered([]) as client:
        assert (await client.get("/api/meetings?limit=5")).status_code == 200
        assert (await client.get("/api/meetings?limits=5")).json()["error"]["field"] == "limits"
