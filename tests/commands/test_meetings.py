"""Stored meetings, listed and searched."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support import story
from tests.support.cli import fine, offline


async def test_a_log_is_listed_and_searched(folder: Path) -> None:
    (line,) = fine(await offline(folder, "meetings")).splitlines()
    assert line.startswith(story.MEETING)
    listed = json.loads(fine(await offline(folder, "meetings", "--json")))
    assert (listed["id"], listed["state"]) == (story.MEETING, "ended")
    found = fine(await offline(folder, "meetings", "--search", "price list"))
    assert "[price] [list]" in found
    assert "nothing found" in fine(await offline(folder, "meetings", "--search", "zeppelin"))
