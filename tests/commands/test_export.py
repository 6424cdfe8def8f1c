"""Meetings taken away as files."""

from __future__ import annotations

from pathlib import Path

from tests.support import story
from tests.support.cli import fine, offline


async def test_a_report_is_one_whole_page(folder: Path) -> None:
    page = fine(await offline(folder, "report", story.MEETING))
    assert page.lower().startswith("<!doctype html>")
    assert "price list" in page
    assert "src=" not in page.replace('src="data:', "")
