from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.server.test_grants_file import hung
from tests.server.test_proof_of_possession import proof, public
from tests.support.service import TOKEN, service
from wingman.config.server import ServerSettings
from wingman.server import auth
from wingman.server.grant_store import GrantStore

EXTENSION = "chrome-extension://abcdefghijklmnop"


async def test_without_a_token_only_health_and_assets_answer() -> None:
    async with service() as it, it.client(token="") as client:
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 200
        for path in ("/", "/overlay", "/api/meetings", "/metrics", "/api/config", "/meetings/m-1"):
            refused = await client.get(path)
            assert refused.status_code == 401, path
            assert refused.json()["error"]["code"] == "unauthorized"


async def test_people_without_a_session_get_a_page() -> None:
    async with service() as it, it.client(token="", Accept="text/html") as client:
        for path in ("/", "/overlay", "/meetings/m-1", "/settings"):
            page = await client.get(path)
            assert page.status_code == 401
            assert page.headers["content-type"].startswith("text/html")
            assert "Log in to Wingman" in page.text
            assert "script-src 'self'" in page.headers["content-security-policy"]


async def test_the_token_may_come_as_a_header_a_query_or_a_session() -> None:
    async with service() as it, it.client(token="") as client:
        assert (
            await client.get("/api/meetings", headers={"Authorization": f"bearer {TOKEN}"})
        ).status_code == 200
        assert (await client.get("/api/meetings", params={"token": TOKEN})).status_code == 200
        assert "set-cookie" not in (await client.get("/api/meetings", params={"token": TOKEN})).headers
        moved = await client.get("/overlay", params={"token": TOKEN, "meeting": "m-1"})
        assert moved.status_code == 303
        home, cookie = moved.headers["location"], moved.headers["set-cookie"]
        assert home.endswith("/overlay?meeting=m-1")
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert f"Path={home.removesuffix('/overlay?meeting=m-1')}" in cookie
        assert TOKEN not in cookie + home
        assert (await client.get(home)).status_code == 200
        root = home.partition("/overlay")[0]
        assert (await client.get(f"{root}/api/meetings")).status_code == 200
        assert (await client.get("/api/meetings")).status_code == 401  # the browser sends no cookie there


async def test_a_sessions_cookie_opens_nothing_elsewhere() -> None:
    """Another program on this machine may get hold of the cookie or of the path, never of both."""
    async with service() as it, it.client(token="") as thief:
        moved = await thief.get("/", params={"token": TOKEN})
        home = moved.headers["location"].rstrip("/")
        value = moved.headers["set-cookie"].partition("=")[2].partition(";")[0]
        thief.cookies.clear()
        for headers in ({"Cookie": f"wingman_session={value}"}, {"Authorization": f"Bearer {value}"}):
            assert (await thief.get("/api/meetings", headers=headers)).status_code == 401
        assert (await thief.get(f"{home}/api/meetings")).status_code == 401
        assert (
            await thief.get(f"{home}x/api/meetings", headers={"Cookie": f"wingman_session={value}"})
        ).status_code == 401
        both = await thief.get(f"{home}/api/meetings", headers={"Cookie": f"wingman_session={value}"})
        assert both.status_code == 200


async def test_a_login_link_is_exchanged_once() -> None:
    async with service() as it, it.client(token="") as browser:
        code = it.access.login_code()
        made = await browser.post("/api/session", json={"code": code})
        assert made.status_code == 201
        home = made.json()["path"]
        assert made.json()["role"] == "owner"
        assert (await browser.get(f"{home}api/session")).json()["scopes"]
        assert (await browser.post("/api/session", json={"code": code})).status_code == 401
        foreign = await browser.post("/api/session", json={"code": code}, headers={"Origin": "http://evil"})
        assert foreign.status_code == 403
        assert (await browser.delete(f"{home}api/session")).status_code == 204
        assert (await browser.get(f"{home}api/meetings")).status_code == 401


async def test_a_revoked_grant_closes_its_sockets_at_once() -> None:
    async with service() as it, it.client() as owner:
        meeting = await it.meetings.create_titled("x")
        script = {"name": "nightly", "scopes": ["watch"]}
        made = (await owner.post("/api/grants", json=script)).json()
        address = f"{it.ws_url}/api/meetings/{meeting.id}/ws?token={made['token']}"
        async with connect(address, proxy=None) as socket:
            listed = (await owner.get("/api/grants")).json()["grants"]
            assert [(grant["name"], grant["active"]) for grant in listed] == [("nightly", True)]
            assert made["token"] not in str(listed)
            assert (await owner.delete(f"/api/grants/{made['id']}")).status_code == 200
            await asyncio.wait_for(socket.wait_closed(), 20)
            assert socket.close_code == 4401
        with pytest.raises(InvalidStatus) as refused:
            async with connect(address, proxy=None):
                pass
        assert refused.value.response.status_code == 401
        audit = (await owner.get("/api/audit")).json()
        assert audit["broken_at"] == 0
        assert [entry["what"] for entry in audit["entries"]][:2] == ["granted", "revoked"]


async def test_whoever_sends_while_the_grant_ends_hears_why() -> None:
    async with service() as it, it.client() as owner:
        made = (await owner.post("/api/grants", json={"name": "slow", "scopes": ["capture"]})).json()

        async def slowly() -> AsyncIterator[bytes]:
            yield b'{"title": "'
            assert (await owner.delete(f"/api/grants/{made['id']}")).status_code == 200
            for _ in range(20):
                yield b"x"
                await asyncio.sleep(0.02)

        async with it.client(made["token"]) as slow:
            answer = await slow.post("/api/meetings", content=slowly())
        assert answer.status_code == 401
        assert "this token is over" in answer.json()["error"]["detail"]


async def test_who_logs_out_keeps_the_connection() -> None:
    async with service() as it, it.client() as owner:
        made = (await owner.post("/api/grants", json={"name": "x", "scopes": ["read"]})).json()
        async with it.client(made["token"]) as one:
            assert (await one.delete("/api/session")).status_code == 204
            again = await one.get("/api/meetings")  # on the same connection
            assert (again.status_code, again.headers["cache-control"]) == (401, "no-store")
            assert "wrong, or over" in again.json()["error"]["detail"]


async def test_tokens_that_contradict_each_other_are_refused() -> None:
    async with service() as it, it.client(token="") as one:
        both = [("Authorization", f"Bearer {TOKEN}"), ("Authorization", "Bearer wm_other")]
        known, other = ("token", TOKEN), ("token", "wm_other")
        for headers, query in (
            (both, []),
            (both[::-1], []),
            (both[:1], [other]),
            ([], [known, other]),
            ([], [other, known]),
        ):
            answer = await one.get("/api/meetings", headers=headers, params=tuple(query))
            assert (answer.status_code, answer.json()["error"]["field"]) == (400, "token"), (headers, query)
        same = await one.get("/api/meetings", headers=both[:1] * 2, params=[known])
        assert same.status_code == 200


async def test_a_grant_hands_on_no_more_than_it_has_and_only_known_words() -> None:
    async with service() as it, it.client() as owner:
        pairing = (await owner.post("/api/grants", json={"name": "p", "scopes": ["pair"]})).json()["token"]
        async with it.client(pairing) as narrow:
            more = await narrow.post("/api/grants", json={"name": "q", "scopes": ["delete"]})
            assert more.status_code == 403
        for wrong in (
            {"name": ""},
            {"name": "x"},
            {"name": "x", "scopes": ["all"]},
            {"name": "x", "role": "king"},
            {"name": "x", "scopes": ["read"], "days": 9999},
        ):
            assert (await owner.post("/api/grants", json=wrong)).status_code == 400


async def test_one_grant_cannot_flood() -> None:
    async with service() as it, it.client() as owner:
        meeting = await it.meetings.create_titled("x")
        token = (await owner.post(f"/api/meetings/{meeting.id}/viewers")).json()["token"]
        address = f"{it.ws_url}/api/meetings/{meeting.id}/ws?token={token}"
        sockets = [await connect(address, proxy=None) for _ in range(16)]
        with pytest.raises(InvalidStatus) as refused:
            await connect(address, proxy=None)
        assert refused.value.response.status_code == 429
        deep = "[" * 100_000
        await sockets[0].send(deep)
        async for message in sockets[0]:
            if "error" in str(message):
                assert "nested too deeply" in str(message)
                break
        with contextlib.suppress(ConnectionClosed):
            for _ in range(400):
                await sockets[1].send('{"type":"ping"}')
        with contextlib.suppress(ConnectionClosed):
            async for _ in sockets[1]:
                pass
        assert sockets[1].close_code == 4429
        for socket in sockets:
            await socket.close()


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
                async with connect(url, origin=origin, proxy=None):  # type: ignore[arg-type]  # a text is taken as it is
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
        assert (await extension.get("/api/playbooks", headers=bearer)).status_code == 200
        assert (await extension.post("/api/pairing", headers=bearer)).status_code == 403
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


async def test_a_disk_that_does_not_answer_is_said_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "ANSWER_S", 0.01)
    async with service() as it, it.client(token="wm_of_somebody") as client:
        it.access.store = store = GrantStore(tmp_path / "trust.db", b"s" * 32)
        with hung(store):
            answer = await client.get("/api/meetings")
        store.close()
    assert answer.status_code == 503
    assert "does not answer" in answer.json()["error"]["detail"]
    assert answer.headers["cache-control"] == "no-store"


async def test_a_copied_token_of_an_extension_opens_nothing_without_its_key() -> None:
    async with service() as it, it.client() as owner, it.client(token="", Origin=EXTENSION) as extension:
        code = (await owner.post("/api/pairing")).json()["code"]
        odd = await extension.post("/api/pairing/redeem", json={"code": code, "key": "no key"})
        assert odd.status_code == 400
        made = await extension.post("/api/pairing/redeem", json={"code": code, "key": public()})
        bearer = {"Authorization": f"Bearer {made.json()['token']}"}
        assert (await extension.get("/api/playbooks", headers=bearer)).status_code == 401
        signed = {**bearer, "X-Wingman-Proof": proof("GET", "/api/playbooks", int(time.time()))}
        assert (await extension.get("/api/playbooks", headers=signed)).status_code == 200
        assert (await extension.get("/api/notices", headers=signed)).status_code == 401
        (grant,) = [g for g in (await owner.get("/api/grants")).json()["grants"] if g["role"] == "extension"]
        assert grant["bound"]
        assert "key" not in grant
        async with it.client(token="") as copied:
            exchanged = await copied.post("/api/session", json={"token": made.json()["token"]})
            assert exchanged.status_code == 401
            assert (await copied.get("/api/session", headers=bearer)).status_code == 401
            assert (await copied.delete("/api/session", headers=bearer)).status_code == 401
        assert (await extension.get("/api/playbooks", headers=signed)).status_code == 200


@pytest.mark.parametrize(("scopes", "viewer", "code"), [
    (["pair"], 403, 403), (["pair", "watch"], 201, 403), (["pair", "watch", "capture", "coach"], 201, 200),
])  # fmt: skip
async def test_who_may_pair_hands_on_no_more_than_it_has(scopes: list[str], viewer: int, code: int) -> None:
    async with service() as it, it.client() as owner:
        meeting = await it.meetings.create_titled("mine")
        made = (await owner.post("/api/grants", json={"name": "x", "scopes": scopes, "days": 0.01})).json()
        async with it.client(token=made["token"]) as narrow:
            assert (await narrow.post("/api/pairing")).status_code == code
            link = await narrow.post(f"/api/meetings/{meeting.id}/viewers")
            assert link.status_code == viewer
        if viewer == 201:
            rows = (await owner.get("/api/grants")).json()["grants"]
            (shared,) = [row for row in rows if row["role"] == "viewer"]
            assert shared["expires"] <= made["expires"]


async def test_a_grant_has_so_many_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wingman.server.budgets.BYTES_BURST", 10_000.0)
    monkeypatch.setattr("wingman.server.budgets.BYTES_PER_SECOND", 1.0)
    async with service() as it, it.client() as owner:
        made = (await owner.post("/api/grants", json={"name": "x", "scopes": ["capture"]})).json()
        async with it.client(token=made["token"]) as client:
            spec = {"title": "x" * 4000}
            statuses = [(await client.post("/api/meetings", json=spec)).status_code for _ in range(4)]
        assert statuses[-1] == 429
        assert 429 not in statuses[:2]
        assert (await owner.post("/api/meetings", json=spec)).status_code != 429


async def test_a_grant_made_by_a_grant_ends_with_it() -> None:
    async with service() as it, it.client() as owner:
        wish = {"name": "x", "scopes": ["pair", "read"], "days": 1}
        made = (await owner.post("/api/grants", json=wish)).json()
        async with it.client(token=made["token"]) as client:
            more = (
                await client.post("/api/grants", json={"name": "y", "scopes": ["read"], "days": 300})
            ).json()
        assert more["expires"] == pytest.approx(made["expires"])
