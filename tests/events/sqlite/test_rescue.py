"""Events the disk does not take are written elsewhere, readable for their owner alone, or said to be lost."""

from __future__ import annotations

import stat
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support import story
from wingman.core.codec import decode, encode
from wingman.events.sqlite.rescue import SHOWN, rescue
from wingman.events.sqlite.schema import Entry

LOG = Path("/data/wingman.db")


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that are tried, in their order."""
    made = [tmp_path / name for name in ("temporary", "home", "current")]
    for folder in made:
        folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(made[0]))
    monkeypatch.setenv("HOME", str(made[1]))
    monkeypatch.chdir(made[2])
    return made


def entries() -> list[Entry]:
    return [(each, encode(each)) for each in story.events()]


def test_they_are_all_in_the_file_that_is_named(folders: list[Path]) -> None:
    sentence = str(rescue(entries(), LOG, plain=True))
    (path,) = folders[0].iterdir()
    assert str(path) in sentence
    assert f"{LOG} did not take {len(entries())} events of the meetings {story.MEETING}" in sentence
    assert [decode(line) for line in path.read_bytes().splitlines()] == story.events()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_folder_that_takes_nothing_is_passed_over(folders: list[Path]) -> None:
    folders[0].rmdir()
    sentence = str(rescue(entries(), LOG, plain=True))
    (path,) = folders[1].iterdir()
    assert str(path) in sentence


def test_without_any_folder_they_are_said_to_be_lost(folders: list[Path]) -> None:
    for folder in folders[:2]:
        folder.rmdir()
    folders[2].chmod(0o500)
    if any(folders[2].iterdir()) or _writable(folders[2]):
        pytest.skip("this user may write anywhere")
    assert str(rescue(entries(), LOG, plain=True)).endswith("no other folder takes them; they are lost")


def _writable(folder: Path) -> bool:
    try:
        (folder / "probe").touch()
    except OSError:
        return False
    return True


def test_nothing_is_written_where_only_encryption_will_do(folders: list[Path]) -> None:
    assert "nothing may be written without encryption" in str(rescue(entries(), LOG, plain=False))
    assert [list(folder.iterdir()) for folder in folders] == [[], [], []]


def test_only_some_of_many_meetings_are_named(folders: list[Path]) -> None:
    one, line = entries()[0]
    many = [(replace(one, meeting=f"m-{n}"), line) for n in range(SHOWN + 3)]
    sentence = str(rescue(many, LOG, plain=False))
    assert f"m-{SHOWN - 1} and 3 more" in sentence
    assert f"m-{SHOWN}" not in sentence
