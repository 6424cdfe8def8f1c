"""A copy of the log holds the meetings, and says where it belongs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import story
from wingman.commands.cli import main
from wingman.core.errors import InputError
from wingman.events.sqlite.log import SqliteLog


async def test_the_copy_has_every_meeting(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WINGMAN_DELIVER__DATA_DIR", str(folder))
    copy = tmp_path / "copies" / "log.db"
    copy.parent.mkdir()
    (folder / "meetings").mkdir()
    assert main(["backup", str(copy)]) == 0
    said = capsys.readouterr().out
    assert f"put it back as {folder / 'wingman.db'}" in said
    assert "Stored sound is not in it" in said
    log = await SqliteLog.open(copy)
    assert [row.id for row in await log.meetings()] == [story.MEETING]
    await log.aclose()


def test_without_a_log_there_is_nothing_to_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WINGMAN_DELIVER__DATA_DIR", str(tmp_path))
    try:
        status = main(["backup", str(tmp_path / "copy.db")])
    except InputError:
        status = 2
    assert status == 2
    assert not (tmp_path / "copy.db").exists()
