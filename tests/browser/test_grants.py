"""Grants in the settings page, by real clicks: given, used, taken back, and what the audit log says of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.support.axe import violations
from tests.browser.support.people import person
from tests.browser.support.service import BrowserService
from tests.browser.support.whole_service import FORKED, WholeService


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeService]:
    running = WholeService(tmp_path_factory.mktemp("data"), {}, FORKED)
    running.start()
    yield running
    running.stop()


def test_a_grant_is_given_and_taken_back(
    browser: Browser, whole: WholeService, axe: str, shot: Callable[..., None]
) -> None:
    with person(browser, whole, "Settings") as one:
        page = one.page
        name = f"<b>Reporting {secrets.token_hex(3)}</b>"  # the service keeps what an attempt before left
        mine = page.locator(".grants tr", has_text="(this browser)")
        expect(mine).to_contain_text("everything")
        page.click(".grant-form summary")
        page.fill("#grant-name", name)
        page.check(".grant-scopes input[value=export]")
        page.click(".grant-form button[type=submit]")
        expect(page.locator(".grant-token")).to_contain_text("wm_")
        token = page.locator(".grant-token").inner_text()
        row = page.locator(".grants tr", has_text=name)
        expect(row).to_contain_text("script")
        expect(row).to_contain_text("export, read")
        expect(row).to_contain_text("never")
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=str(whole.client().base_url), headers=headers, trust_env=False) as client:
            assert client.get("/api/meetings").status_code == 200
            assert client.delete("/api/meetings/m-1").status_code == 403
            page.reload()
            expect(row).to_contain_text("Today")
            assert violations(page, axe) == []
            shot(page, "settings-grants")
            row.get_by_role("button").click()
            page.click(".ask-dialog [type=submit]")
            expect(row).to_have_count(0)
            assert client.get("/api/meetings").status_code == 401
        page.click(".audit-log summary")
        expect(page.locator(".audit-log [role=status]")).to_have_text("No entry was changed or taken out.")
        expect(page.locator(".audit tbody tr", has_text="took a grant back")).to_have_count(1)
        page.locator(".audit-log").scroll_into_view_if_needed()
        shot(page, "settings-audit")
        assert token not in page.content()


def test_an_address_that_looks_like_a_session_costs_nobody_theirs(
    service: BrowserService, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto(service.root)
    home = page.url.removesuffix("/new")
    for foreign in ("~oAAAAAAAAAAAAAAAA/new", "~vAAAAAAAAAAAAAAAA/new", "~oBBBBBBBBBBBBBBBB/new?sound=x#login"):
        page.goto(f"{service.url}/{foreign}")
        page.wait_for_url(f"{home}/new*")
    page.goto(f"{service.url}/new")
    page.wait_for_url(f"{home}/new")
