"""A wrong turn told to a person; programs never get a page."""

from __future__ import annotations

import pytest

from wingman.server.error_page import HEADLINES, error_page, wants_page


@pytest.mark.parametrize("path", ["/api/meetings", "/whip", "/metrics", "/healthz", "/static/x.js"])
def test_programs_get_no_page(path: str) -> None:
    assert not wants_page("text/html,*/*", path)
    assert wants_page("text/html,*/*", "/meetings/m-1")
    assert not wants_page("*/*", "/meetings/m-1")


@pytest.mark.parametrize("status", [*HEADLINES, 418])
def test_what_was_asked_for_cannot_break_the_page(status: int) -> None:
    page = error_page(status, "there is no meeting `<script>alert(1)</script>`")
    text = bytes(page.body).decode()
    assert page.status_code == status
    assert "<script" not in text
    assert "There is no meeting" in text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_whoever_is_not_let_in_gets_no_way_back() -> None:
    assert "All meetings" in bytes(error_page(404, "no").body).decode()
    assert "All meetings" not in bytes(error_page(401, "no", back=False).body).decode()
