"""A copy holds everything that was committed, however far the file itself is behind its write-ahead log."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support import story
from wingman.core.errors import InputError
from wingman.core.events import MeetingPaused
from wingman.events.sqlite.backup import back_up
from wingman.events.sqlite.log import SqliteLog


async def test_a_live_log_is_copied_whole(tmp_path: Path) -> None:
    path, copy = tmp_path / "wingman.db", tmp_path / "copy.db"
    log = await SqliteLog.open(path)
    for number in range(500):
        log.append(story.MEETING, MeetingPaused(), at=float(number))
    await log.flush()
    assert back_up(path, copy) == 1
    log.append(story.MEETING, MeetingPaused(), at=1000.0)
    await log.aclose()
    assert [name for name in os.listdir(tmp_path) if "copy" in name] == ["copy.db"]
    assert copy.stat().st_mode & 0o077 == 0
    again = await SqliteLog.open(copy)
    assert [e.seq for e in await again.read(story.MEETING)] == list(range(1, 501))
    await again.aclose()


async def test_what_cannot_be_copied_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no event log"):
        back_up(tmp_path / "none.db", tmp_path / "copy.db")
    log = await SqliteLog.open(tmp_path / "wingman.db")
    await log.aclose()
    there = tmp_path / "there.db"
    there.write_bytes(b"mine")
    with pytest.raises(InputError, match="exists already"):
        back_up(tmp_path / "wingman.db", there)
    assert there.read_bytes() == b"mine"
    with pytest.raises(InputError, match="cannot back up"):
        back_up(tmp_path / "wingman.db", tmp_path / "none" / "copy.db")
