from __future__ import annotations

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.support.service import TOKEN, service
from wingman.config.server import ServerSettings

EXTENSION = "chrome-extension://abcdefghijklmnop"


async def test_without_a_token_only_health_and_assets_answer() -> None:
    async with service() as it, it.client(token="") as client:
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 200
        for path in ("/", "/overlay", "/api/meetings", "/metrics", "/api/config", "/meetings/m-1"):
            refused = await client.get(path)
            assert refused.status_code == 401, path
            assert refused.json()["error"]["code"] == "unauthorized"


async def test_the_token_may_come_as_a_header_a_query_or_a_cookie() -> None:
    async with service() as it, it.client(token="") as client:
        assert (
            await client.get("/api/meetings", headers={"Authorization": f"bearer {TOKEN}"})
        ).status_code == 200
        assert (await client.get("/api/meetings", params={"token": TOKEN})).status_code == 200
        assert "set-cookie" not in (await client.get("/api/meetings", params={"token": TOKEN})).headers
        page = await client.get("/overlay", params={"token": TOKEN})
        cookie = page.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert cookie.startswith(f"wingman_token_{it.port}={TOKEN};")
        assert (await client.get("/api/meetings")).status_code == 200


async def test_a_shared_link_does_not_take_the_owners_rights_away() -> None:
    async with service() as it, it.client(token="") as browser:
        meeting = await it.meetings.create_titled("x")
        other = await it.meetings.create_titled("y")
        async with it.client() as owner:
            link = (await owner.post(f"/api/meetings/{meeting.id}/viewers")).json()["url"]
        stranger = await browser.get(link)
        assert stranger.headers["set-cookie"].startswith(f"wingman_viewer_{it.port}=")
        assert (await browser.get(f"/api/meetings/{meeting.id}")).json()["role"] == "viewer"
        assert (await browser.get(f"/api/meetings/{other.id}")).status_code == 403
        await browser.get("/", params={"token": TOKEN})
        await browser.get(link)
        assert (await browser.get(f"/api/meetings/{other.id}")).json()["role"] == "owner"


async def test_two_wingmans_on_one_machine_keep_their_cookies_apart() -> None:
    async with service() as one, service() as two, one.client(token="") as browser:
        for each in (one, two):
            await browser.get(f"{each.url}/", params={"token": TOKEN})
        assert {cookie.name for cookie in browser.cookies.jar} == {
            f"wingman_token_{one.port}",
            f"wingman_token_{two.port}",
        }


async def test_the_icon_is_there() -> None:
    async with service() as it, it.client(token="") as client:
        icon = await client.get("/favicon.ico")
        assert icon.status_code == 200
        assert icon.headers["content-type"].startswith("image/svg+xml")


async def test_foreign_hosts_and_origins_are_refused_in_words() -> None:
    async with service() as it, it.client() as client:
        rebound = await client.get("/api/meetings", headers={"Host": "evil.example"})
        assert rebound.status_code == 403
        assert "server.allowed_hosts" in rebound.json()["error"]["detail"]
        foreign = await client.get("/api/meetings", headers={"Origin": "https://evil.example"})
        assert foreign.status_code == 403
        assert "server.allowed_origins" in foreign.json()["error"]["detail"]
        own = await client.get("/api/meetings", headers={"Origin": it.url})
        assert own.status_code == 200


async def test_a_foreign_page_cannot_open_a_socket() -> None:
    async with service() as it:
        meeting = await it.meetings.create_titled("x")
        address = f"{it.ws_url}/api/meetings/{meeting.id}/ws"
        for url, origin, status in (
            (f"{address}?token={TOKEN}", "https://evil.example", 403),
            (address, None, 401),
            (f"{it.ws_url}/api/meetings/never/ws?token={TOKEN}", None, 404),
            (f"{address}?token={TOKEN}&after=-1", None, 400),
        ):
            with pytest.raises(InvalidStatus) as refused:
                async with connect(url, origin=origin, proxy=None):  # type: ignore[arg-type]
                    pass
            assert refused.value.response.status_code == status


async def test_an_allowed_origin_gets_cors() -> None:
    settings = ServerSettings(allowed_origins=(EXTENSION,))
    async with service(settings=settings) as it, it.client() as client:
        answer = await client.get("/api/meetings", headers={"Origin": EXTENSION})
        assert answer.headers["access-control-allow-origin"] == EXTENSION
        preflight = await client.options("/api/meetings", headers={"Origin": EXTENSION})
        assert preflight.status_code == 204
        assert "Authorization" in preflight.headers["access-control-allow-headers"]


async def test_pairing_an_extension() -> None:
    async with service() as it, it.client() as owner, it.client(token="", Origin=EXTENSION) as extension:
        opened = (await owner.post("/api/pairing")).json()
        assert opened["expires_in"] == 120
        assert (await extension.post("/api/pairing")).status_code == 401
        answer = await extension.post("/api/pairing/redeem", json={"code": opened["code"]})
        token = answer.json()["token"]
        bearer = {"Authorization": f"Bearer {token}"}
        assert (await extension.get("/api/meetings", headers=bearer)).status_code == 200
        other = {"Origin": "chrome-extension://other", **bearer}
        assert (await extension.get("/api/meetings", headers=other)).status_code == 403
        own_page = {"Origin": it.url, **bearer}
        assert (await extension.get("/api/meetings", headers=own_page)).status_code == 403


async def test_a_viewer_watches_one_meeting() -> None:
    async with service() as it, it.client() as owner:
        mine = await it.meetings.create_titled("mine")
        other = await it.meetings.create_titled("other")
        made = await owner.post(f"/api/meetings/{mine.id}/viewers")
        assert made.status_code == 201
        assert f"meeting={mine.id}" in made.json()["url"]
        async with it.client(made.json()["token"]) as viewer:
            assert (await viewer.get(f"/api/meetings/{mine.id}")).status_code == 200
            assert (await viewer.get(f"/api/meetings/{other.id}")).status_code == 403
            assert (await viewer.post(f"/api/meetings/{mine.id}/pause")).status_code == 403
            assert (await viewer.get("/api/meetings")).status_code == 403


async def test_answers_carry_security_headers() -> None:
    async with service() as it, it.client() as client:
        page = await client.get("/overlay")
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert "unsafe" not in page.headers["content-security-policy"]
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["referrer-policy"] == "no-referrer"
