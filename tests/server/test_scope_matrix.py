"""Every address there is, with every scope alone: what opens it stands here a second time, written by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from starlette.routing import Mount, Route, WebSocketRoute

from tests.support.whole_service import whole
from wingman.app.http import application
from wingman.server.auth import OWNER, Access
from wingman.server.grants import SCOPES, Grant, Role, Scope

OPENS = """
    GET /                                       capture read configure
    GET /new /notes /playbooks /settings        configure
    GET /overlay                                watch coach read
    GET /meetings/{id}                          watch read
    POST /whip                                  capture
    OPTIONS /whip                               *
    DELETE,PATCH /whip/{session}                capture
    WEBSOCKET /api/meetings/{id}/pcm            capture
    POST /api/recordings /api/recordings/inspect    capture
    GET /api/recordings/{id}                    capture watch read
    POST /api/hume/token /api/self-test /api/rehearse   configure
    GET /api/providers /api/sample              capture configure
    POST /api/providers/{provider}/test         configure
    PUT,DELETE /api/providers/{provider}/key    configure
    GET,PATCH /api/settings                     configure
    GET,DELETE /api/feedback                    configure
    GET,PUT /api/briefs                         configure
    GET /api/notes /api/notes-search            configure
    PUT,DELETE /api/notes/{name}                configure
    GET /api/playbooks /api/notices /api/config     capture configure read
    POST /api/playbooks/check /api/playbooks/{name}/restore     configure
    GET,PUT,DELETE /api/playbooks/{name}        configure
    WEBSOCKET /api/meetings/{id}/ws             watch read
    GET /api/meetings/{id}/stream /api/meetings/{id}/events /api/meetings/{id}/summary      watch read
    GET /api/meetings                           read
    POST /api/meetings                          capture
    GET /api/meetings/{id}                      watch read
    DELETE /api/meetings/{id}                   delete
    PATCH /api/meetings/{id}                    configure
    POST /api/meetings/{id}/pause /api/meetings/{id}/resume /api/meetings/{id}/end          capture
    POST /api/meetings/{id}/recording /api/meetings/{id}/faces/{channel}                    capture
    POST /api/meetings/{id}/actions /api/meetings/{id}/feedback /api/meetings/{id}/control  coach
    POST /api/meetings/{id}/cards /api/meetings/{id}/notes      advise coach
    DELETE /api/meetings/{id}/notes/{note}      configure
    PUT /api/meetings/{id}/lines/{utterance} /api/meetings/{id}/items/{item}    configure
    POST /api/meetings/{id}/speakers            configure
    POST /api/meetings/{id}/viewers             pair
    GET /api/meetings/{id}/export               export
    GET /api/meetings/{id}/audio/{channel}      listen
    GET /api/meetings/{id}/ledger /api/meetings/{id}/follow-up /api/meetings/{id}/answers   read
    POST /api/pairing                           pair
    GET,POST /api/grants                        pair
    DELETE /api/grants/{id}                     pair
    GET /api/audit                              read configure
    GET,DELETE /api/session                     any
    POST /api/session /api/pairing/redeem       *
    GET /healthz /readyz                        *
    GET /favicon.ico                            *
    GET /metrics                                metrics configure
    GET /api/openapi.json /api/asyncapi.json /api/schemas/events.json       *
    GET /api/schemas/vocabulary.json                                        *
"""
"""`any`: with every grant; `*`: with none, too."""


def expected() -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for line in OPENS.strip().splitlines():
        methods, *rest = line.split()
        paths = [part for part in rest if part.startswith("/")]
        for method in methods.split(","):
            found |= {(method, path): {part for part in rest if not part.startswith("/")} for path in paths}
    return found


def asked(route: Route | WebSocketRoute) -> Iterator[tuple[str, str]]:
    methods = route.methods if isinstance(route, Route) and route.methods else {"WEBSOCKET"}
    yield from ((method, route.path) for method in methods if method != "HEAD")


async def addresses(folder: Path) -> set[tuple[str, str]]:
    async with whole(folder) as (_, service):
        routes = application(service).routes
        assert [route.path for route in routes if isinstance(route, Mount)] == ["/static"]
        return {pair for route in routes if isinstance(route, Route | WebSocketRoute) for pair in asked(route)}


def filled(path: str) -> str:
    return re.sub(r"\{(\w+)[^}]*\}", "tab", path)


async def test_every_address_is_in_the_table(tmp_path: Path) -> None:
    there, known = await addresses(tmp_path), set(expected())
    assert there - known == set(), "a new address: say here what opens it"
    assert known - there == set(), "an address that is gone"


async def test_a_scope_opens_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    """Refusals are asked for over HTTP; what would be let in is only judged, for it would be done."""
    table, refused = expected(), 0
    wrong: list[tuple[str, str, str, int]] = []
    async with whole(tmp_path) as (client, service):
        for name, scopes, token in grants(service.access):
            client.headers["Authorization"] = f"Bearer {token}"
            for (method, path), opens in table.items():
                if "*" in opens or method == "WEBSOCKET":
                    continue
                may = "any" in opens or bool(opens & scopes)
                if may:
                    grant = service.access.grant(token)
                    wrong += [(name, method, path, 200)] * (
                        grant is None or not grant.allows(method, filled(path))
                    )
                else:
                    answer = await client.request(method, filled(path))
                    refused += 1
                    wrong += [(name, method, path, answer.status_code)] * (answer.status_code != 403)
    assert wrong == []
    assert refused > 600


async def test_nobody_gets_nothing(tmp_path: Path) -> None:
    async with whole(tmp_path) as (client, _):
        del client.headers["Authorization"]
        for (method, path), opens in expected().items():
            if "*" not in opens and method != "WEBSOCKET":
                assert (await client.request(method, filled(path))).status_code == 401, (method, path)


async def test_a_grant_of_one_meeting_opens_no_other(tmp_path: Path) -> None:
    async with whole(tmp_path) as (client, service):
        _, token = service.access.make(
            Role.SCRIPT, by=OWNER, scopes=frozenset(Scope), meeting="m-mine", name="x"
        )
        client.headers["Authorization"] = f"Bearer {token}"
        for method, path in expected():
            if "{id}" in path and method != "WEBSOCKET" and "recordings" not in path:
                for other in ("m-other", "m-mine2", "m-mine%2f..%2fm-other", "..%2fm-other"):
                    answer = await client.request(
                        method, path.replace("{id}", other).replace("{", "").replace("}", "")
                    )
                    assert answer.status_code in (403, 404, 405), (method, path, other)
                    assert answer.status_code == 403 or "%2f" in other
        for path in ("/api/schemas/none.json", "/api/meetings/m-other"):
            answer = await client.get(path)
            assert (answer.status_code, "is for one meeting" in answer.text) == (403, True), path
        _, token = service.access.make(
            Role.COACH, by=OWNER, scopes=frozenset({Scope.COACH}), meeting="m-mine", name="x"
        )
        client.headers["Authorization"] = f"Bearer {token}"
        for path, why in (
            ("/api/schemas/none.json", "is for one meeting"),
            ("/api/audit", "`configure` or `read`"),
        ):
            assert why in (await client.get(path)).text, path


def grants(access: Access) -> Iterator[tuple[str, set[str], str]]:
    """(name, scopes, token) of each role, and of a script with each scope alone."""
    given: list[tuple[Role, frozenset[Scope]]] = [(role, SCOPES[role]) for role in Role if SCOPES[role]]
    given += [(Role.SCRIPT, frozenset({scope})) for scope in Scope]
    for role, scopes in given:
        if role is not Role.OWNER:
            made: tuple[Grant, str] = access.make(role, by=OWNER, scopes=scopes, name="x")
            yield f"{role} {' '.join(sorted(scopes))}", {str(scope) for scope in scopes}, made[1]
