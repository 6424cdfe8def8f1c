"""The assembled application: every address behind one guard, and what it is handed is what it serves."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.support.meetings import SupportMeetings
from tests.support.offered import offered
from tests.support.service import TOKEN
from wingman.config.server import ServerSettings
from wingman.events.hub import Hub
from wingman.events.memory import MemoryLog
from wingman.server.app import build_app
from wingman.server.auth import Access


class WriteOnly:
    """An event log that can neither list nor search."""

    def append(self, *_: Any, **__: Any) -> None: ...

    def on_committed(self, _: Any) -> None: ...


async def _hello(_: Request) -> Response:
    return PlainTextResponse("from another part")


async def test_routes_that_are_handed_in_stand_behind_the_same_guard() -> None:
    async with offered([Route("/api/more", _hello)]) as client:
        assert (await client.get("/api/more")).text == "from another part"
        refused = await client.get("/api/more", headers={"Authorization": "Bearer wrong"})
        assert refused.status_code == 401
        assert refused.json()["error"]["code"] == "unauthorized"


async def test_a_route_that_is_handed_in_wins_over_one_that_is_there() -> None:
    async with offered([Route("/api/config", _hello)]) as client:
        assert (await client.get("/api/config")).text == "from another part"
        assert (await client.get("/api/notices")).headers["content-type"] == "application/json"


async def test_a_page_elsewhere_may_not_use_the_service_unless_it_is_allowed() -> None:
    settings = ServerSettings(public_url="https://wingman.example/")
    async with offered([], settings) as client:
        here = await client.get("/api/meetings", headers={"Host": "wingman.example"})
        assert here.status_code == 200
        own = await client.post("/api/meetings", headers={"Origin": "https://wingman.example"}, json={})
        assert own.status_code == 201
        strange = await client.post("/api/meetings", headers={"Origin": "https://evil.example"}, json={})
        assert strange.status_code == 403
        rebound = await client.get("/api/meetings", headers={"Host": "evil.example"})
        assert rebound.status_code == 403


async def test_a_log_that_cannot_be_searched_is_refused() -> None:
    log, searchable = WriteOnly(), MemoryLog()
    hub = Hub(searchable)
    meetings, access = SupportMeetings(searchable), Access(TOKEN)
    with pytest.raises(TypeError, match="index of meetings"):
        build_app(meetings, log, hub, ServerSettings(), access=access)  # type: ignore[arg-type]  # on purpose
    hub.close()


async def test_two_applications_share_no_meetings() -> None:
    async with offered([]) as one, offered([]) as other:
        made = (await one.post("/api/meetings", json={"title": "Mine"})).json()
        assert [m["id"] for m in (await one.get("/api/meetings")).json()["meetings"]] == [made["id"]]
        assert (await other.get("/api/meetings")).json()["meetings"] == []
