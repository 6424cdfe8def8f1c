"""Meetings removed with every trace."""

from __future__ import annotations

from pathlib import Path

from tests.support import story
from tests.support.cli import fine, offline, online, refused, traces
from tests.support.service import Service


async def test_a_meeting_is_deleted_from_the_log_and_its_files(folder: Path) -> None:
    refused(await offline(folder, "delete", story.MEETING), "--yes")
    fine(await offline(folder, "delete", story.MEETING, "--yes"))
    assert "no meetings" in fine(await offline(folder, "meetings"))
    assert traces(folder, b"rollout") == []


async def test_a_meeting_is_deleted_through_the_service(it: Service, tmp_path: Path) -> None:
    refused(await offline(tmp_path, "delete", story.MEETING, "--yes"), "name it with --url and --token")
    fine(await online(it, "delete", story.MEETING, "--yes"))
    refused(await online(it, "delete", story.MEETING, "--yes"), "there is no meeting")
    assert "no meetings" in fine(await online(it, "meetings"))
