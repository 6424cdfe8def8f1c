"""What another node passes on is asked by whom that node says, in whichever version it speaks."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from wingman.server.auth import OWNER
from wingman.server.grants import SCOPES, Grant, Role, Scope
from wingman.server.node_routing import behind_guard


async def asked_by(told: dict[str, Any] | None) -> Any:
    """Who asks, as the application behind the guard sees it."""
    seen = []

    async def app(scope: Any, *_: Any) -> None:
        seen.append(scope["state"]["grant"])

    await behind_guard(app)({"type": "http", "state": {} if told is None else {"grant": told}}, None, None)  # type: ignore[arg-type]  # it neither reads nor sends
    return seen[0]


@pytest.mark.parametrize("scopes", [[*Scope, "paint"], ["watch"]], ids=["newer", "older"])
async def test_the_owner_is_the_owner_whatever_that_allows_there(scopes: list[str]) -> None:
    told = {**msgspec.to_builtins(OWNER), "scopes": scopes}
    assert await asked_by(told) is OWNER


async def test_what_only_a_newer_version_knows_opens_nothing_here() -> None:
    grant = Grant("g-1", Role.VIEWER, SCOPES[Role.VIEWER], meeting="m-1", expires=9.0)
    told = {**msgspec.to_builtins(grant), "scopes": ["paint", "watch"], "role": "painter", "colour": "red"}
    found = await asked_by(told)
    assert (found.id, found.scopes, found.meeting, found.expires) == ("g-1", {Scope.WATCH}, "m-1", 9.0)


async def test_an_open_page_is_asked_for_by_nobody() -> None:
    assert await asked_by(None) is None
