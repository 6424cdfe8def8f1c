"""Pages and their files run no script but the service's own, and no address leads out of their folder."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from tests.support.offered import offered
from wingman.server.errors import HANDLERS
from wingman.server.routes.pages import PAGES, WEB, Pages


def client_of(pages: Pages) -> httpx.AsyncClient:
    app = Starlette(routes=pages.routes(), exception_handlers=HANDLERS)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1")


@pytest.mark.parametrize(("path", "name"), PAGES.items())
async def test_every_page_is_there_and_allows_no_script_but_its_own(path: str, name: str) -> None:
    async with client_of(Pages()) as client:
        answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.content == (WEB / name).read_bytes()
    assert answer.headers["content-type"].startswith("text/html")
    rules = dict(rule.strip().split(" ", 1) for rule in answer.headers["content-security-policy"].split(";"))
    assert rules["script-src"] == "'self'"
    assert rules["object-src"] == rules["base-uri"] == "'none'"


async def test_files_are_asked_for_again_on_every_use_and_come_once() -> None:
    async with client_of(Pages()) as client:
        first = await client.get("/static/login.js")
        assert (first.status_code, first.headers["cache-control"]) == (200, "no-cache")
        assert "script-src 'self'" in first.headers["content-security-policy"]
        again = await client.get("/static/login.js", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    ["%2e%2e/secret.txt", "..%2Fsecret.txt", "x/..%2F..%2Fsecret.txt", "%2Fetc%2Fpasswd", "nothing.js", ""],
)
async def test_no_address_leads_out_of_the_folder(tmp_path: Path, path: str) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "web" / "a.js").write_text("1")
    async with client_of(Pages(root=tmp_path / "web")) as client:
        assert (await client.get("/static/a.js")).text == "1"
        assert (await client.get(f"/static/{path}")).status_code in (404, 405)


async def test_a_folder_without_pages_says_so_and_has_no_icon(tmp_path: Path) -> None:
    async with client_of(Pages(root=tmp_path)) as client:
        assert (await client.get("/")).status_code == 404
        assert (await client.get("/favicon.ico")).status_code == 204
        (tmp_path / "favicon.ico").write_bytes(b"icon")
        assert (await client.get("/favicon.ico")).content == b"icon"


async def test_the_sample_is_heard_where_there_is_one(tmp_path: Path) -> None:
    sound = tmp_path / "sample.ogg"
    async with client_of(Pages(sound=sound)) as client:
        assert (await client.get("/api/sample")).status_code == 404, "it is said to be there and is not"
        sound.write_bytes(b"OggS....")
        answer = await client.get("/api/sample")
        assert (answer.content, answer.headers["content-type"]) == (b"OggS....", "audio/ogg")
    async with offered([]) as client:
        refused = await client.get("/api/sample")
        assert (refused.status_code, refused.json()["error"]["field"]) == (404, "sample")
