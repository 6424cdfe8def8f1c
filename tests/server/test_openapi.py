"""The OpenAPI document holds together: unique names, no loose ends, and a token wherever one is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema

from tests.support.each import each
from tests.support.offered import offered
from wingman.server.openapi import OPERATIONS, openapi

DOCUMENT = openapi()
SPOKEN = [(path, method, op) for path, methods in OPERATIONS.items() for method, op in methods.items()]


def references(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        if isinstance(tree.get("$ref"), str):
            yield tree["$ref"]
        for value in tree.values():
            yield from references(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from references(value)


def test_every_reference_leads_somewhere() -> None:
    found = set(references(DOCUMENT))
    assert len(found) > 20
    for reference in found:
        place = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            assert step in place, reference
            place = place[step]


def test_operations_have_names_of_their_own_and_are_told_in_words() -> None:
    names = [op.id for _, _, op in SPOKEN]
    assert len(names) == len(set(names))
    assert all(re.fullmatch("[a-z][A-Za-z]+", name) for name in names)
    assert all(op.summary for _, _, op in SPOKEN)


@each("path", OPERATIONS)
def test_whatever_stands_in_braces_is_a_parameter_that_is_needed(path: str) -> None:
    for operation in DOCUMENT["paths"][path].values():
        told = [p["name"] for p in operation.get("parameters", ()) if p["in"] == "path"]
        assert sorted(told) == sorted(re.findall(r"{(\w+)}", path))
        assert all(p["required"] for p in operation.get("parameters", ()) if p["in"] == "path")
        assert {"4XX", "default"} < set(operation["responses"]), "every refusal looks alike"


async def test_what_is_said_to_need_no_token_needs_none_and_the_rest_does() -> None:
    async with offered([]) as stranger:
        del stranger.headers["Authorization"]
        for path, method, operation in SPOKEN:
            if method != "get" or "{" in path:
                continue
            status = (await stranger.get(path)).status_code
            assert (status == 401) is not operation.open, path


async def test_a_refusal_looks_as_the_document_says() -> None:
    schema = {**DOCUMENT["components"]["schemas"]["Error"], "components": DOCUMENT["components"]}
    async with offered([]) as client:
        for answer in (
            await client.get("/api/meetings/none"),
            await client.post("/api/meetings", json={"titel": "x"}),
        ):
            assert answer.status_code >= 400
            jsonschema.validate(answer.json(), schema)


def test_a_body_says_that_it_takes_no_other_fields() -> None:
    bodies = {op.body.__name__ for _, _, op in SPOKEN if isinstance(op.body, type)}
    assert {"NewMeeting", "LogIn", "Redeem"} <= bodies
    for name in bodies:
        assert DOCUMENT["components"]["schemas"][name]["additionalProperties"] is False
