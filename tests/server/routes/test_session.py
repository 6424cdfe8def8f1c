"""People log in and out, and grants are made, listed and ended without ever showing what opens anything."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.service import TOKEN, service
from wingman.core.errors import InputError
from wingman.server.auth import MOST_WRONG, OWNER
from wingman.server.grant_store import GrantStore
from wingman.server.grants import SCOPES, Grant, Role, Scope
from wingman.server.routes.session import chosen, public


async def refusal(client: httpx.AsyncClient, **wish: Any) -> tuple[int, str]:
    answer = await client.post("/api/grants", json={"name": "a script", "scopes": ["read"], **wish})
    return answer.status_code, answer.json()["error"]["field"]


async def test_a_login_code_opens_one_session_which_logs_itself_out() -> None:
    async with service() as it, it.client(token="") as browser:
        code = it.access.login_code()
        opened = await browser.post("/api/session", json={"code": code})
        assert opened.status_code == 201
        root = opened.json()["path"].rstrip("/")
        cookie = opened.headers["set-cookie"]
        assert f"Path={root};" in cookie
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        token = cookie.partition("=")[2].partition(";")[0]
        assert token not in opened.text
        browser.cookies.clear()
        browser.headers["Cookie"] = cookie.partition(";")[0]
        assert (await browser.get(f"{root}/api/session")).json()["role"] == "owner"
        assert (await browser.get("/api/session")).status_code == 401, "the cookie holds on its own path alone"
        assert (await browser.post("/api/session", json={"code": code})).status_code == 401
        assert (await browser.delete(f"{root}/api/session")).status_code == 204
        assert (await browser.get(f"{root}/api/session")).status_code == 401


async def test_wrong_codes_are_refused_and_many_of_them_slowed_down() -> None:
    async with service() as it, it.client(token="") as browser:
        assert (await browser.post("/api/session", json={"code": "guess"})).status_code == 401
        assert (await browser.post("/api/session", json={"token": "guess"})).status_code == 401
        for _ in range(MOST_WRONG):
            it.access.wrong("127.0.0.1")
        many = await browser.post("/api/session", json={"code": "guess"})
        assert (many.status_code, many.json()["error"]["code"]) == (429, "too_many_requests")


async def test_a_grant_s_token_is_told_once_and_works_until_it_is_taken_back() -> None:
    async with service() as it, it.client() as owner:
        wish = {"name": " a script ", "scopes": ["read"], "days": 0.5}
        made = (await owner.post("/api/grants", json=wish)).json()
        assert (made["name"], made["scopes"], made["active"]) == ("a script", ["read"], True)
        assert made["expires"] - made["created"] == pytest.approx(12 * 3600)
        scraper = (await owner.post("/api/grants", json={"name": "metrics", "role": "scraper"})).json()
        assert scraper["expires"] - scraper["created"] == pytest.approx(365 * 24 * 3600)
        listed = await owner.get("/api/grants")
        assert made["id"] in [grant["id"] for grant in listed.json()["grants"]]
        assert made["token"] not in listed.text
        async with it.client(made["token"]) as script:
            assert (await script.get("/api/session")).json()["id"] == made["id"]
            assert (await script.get("/api/meetings")).status_code == 200
            assert (await script.get("/api/grants")).status_code == 403
            ended = await owner.delete(f"/api/grants/{made['id']}")
            assert ended.json() == {"revoked": [made["id"]]}
            assert (await script.get("/api/meetings")).status_code == 401
        assert (await owner.delete(f"/api/grants/{made['id']}")).status_code == 404


async def test_a_wish_that_makes_no_sense_is_named() -> None:
    async with service() as it, it.client() as owner:
        assert await refusal(owner, name="  ") == (400, "name")
        assert await refusal(owner, name="x" * 61) == (400, "name")
        assert await refusal(owner, days=0) == (400, "days")
        assert await refusal(owner, days=366) == (400, "days")
        assert await refusal(owner, role="king") == (400, "role")
        assert await refusal(owner, scopes=["read", "fly"]) == (400, "scopes")
        assert await refusal(owner, scopes=[]) == (400, "scopes")
        pairing = frozenset({Scope.PAIR})
        _, token = it.access.make(Role.SCRIPT, by=OWNER, scopes=pairing, name="hands on grants")
        async with it.client(token) as script:
            assert await refusal(script, scopes=["read"]) == (403, "scopes")
        assert len(it.access.store.all()) == 1


async def test_the_audit_log_is_read_in_pages_and_is_whole() -> None:
    async with service() as it, it.client() as owner:
        for number in range(3):
            await owner.post("/api/grants", json={"name": f"script {number}", "scopes": ["read"]})
        whole = (await owner.get("/api/audit")).json()
        assert whole["broken_at"] == 0
        assert [entry["what"] for entry in whole["entries"]] == ["granted"] * 3
        seqs = [entry["seq"] for entry in whole["entries"]]
        page = (await owner.get("/api/audit", params={"after": seqs[0], "limit": 1})).json()
        assert [entry["seq"] for entry in page["entries"]] == seqs[1:2]
        assert TOKEN not in str(whole)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SCRIPT])
def test_a_role_brings_its_scopes_and_a_script_must_say_them(role: Role) -> None:
    assert chosen(role, ()) == (role, SCOPES[role])
    assert chosen(role, ("read",)) == (role, frozenset({Scope.READ}))
    with pytest.raises(InputError, match="scopes"):
        chosen("script", ())


def test_what_is_shown_of_a_grant_opens_nothing() -> None:
    grant = Grant("g", Role.VIEWER, frozenset({Scope.WATCH}), path="vSECRET", key="KEY", expires=100.0)
    shown = public(grant, 99.0)
    assert (shown["session"], shown["bound"], shown["active"]) == (True, True, True)
    assert not public(grant, 100.0)["active"]
    assert "SECRET" not in str(shown)
    assert "KEY" not in str(shown)


class _Watched:
    """A connection that no event loop may use."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        if name in ("execute", "executemany", "executescript"):
            with pytest.raises(RuntimeError):
                asyncio.get_running_loop()
        return getattr(self._connection, name)


async def test_no_request_waits_for_the_disk_of_the_grants_on_the_event_loop(tmp_path: Path) -> None:
    async with service() as it, it.client() as owner:
        it.access.store = store = GrantStore(tmp_path / "trust.db", b"s" * 32)
        stock, store._db = store._db, _Watched(store._db)  # type: ignore[assignment]  # watched on its way
        meeting = (await owner.post("/api/meetings", json={"title": "x"})).json()["id"]
        link = (await owner.post(f"/api/meetings/{meeting}/viewers")).json()["token"]
        script = {"name": "a script", "scopes": ["read", "configure"]}
        made = (await owner.post("/api/grants", json=script)).json()
        async with it.client(made["token"]) as asker:
            assert (await asker.get("/api/meetings")).status_code == 200
            assert (await asker.get("/api/audit")).json()["broken_at"] == 0
        async with it.client(link) as viewer:
            assert (await viewer.get(f"/api/meetings/{meeting}")).status_code == 200
            assert (await viewer.get("/overlay", params={"token": link})).status_code == 303
        async with it.client("wm_x_y") as stranger:
            assert (await stranger.get("/api/meetings")).status_code == 401
        pairing = (await owner.post("/api/pairing")).json()["code"]
        origin = {"origin": "chrome-extension://abcdefghijklmnopabcdefghijklmnop"}
        redeemed = await owner.post("/api/pairing/redeem", json={"code": pairing}, headers=origin)
        assert redeemed.status_code == 200
        session = await owner.post("/api/session", json={"token": made["token"]})
        assert session.status_code == 201
        assert len((await owner.get("/api/grants")).json()["grants"]) == 5
        assert (await owner.delete(f"/api/grants/{made['id']}")).status_code == 200
        assert (await owner.post(f"/api/meetings/{meeting}/end")).status_code == 200
        assert (await owner.delete(f"/api/meetings/{meeting}")).status_code == 204
        store.close()
        store._db = stock
