"""Events the disk does not take are written elsewhere, readable for their owner alone, or said to be lost."""

from __future__ import annotations

import contextlib
import stat
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
import structlog.testing

from tests.support import story
from wingman.core.codec import decode, encode
from wingman.core.events import Envelope
from wingman.events.sqlite import schema
from wingman.events.sqlite.rescue import SHOWN, rescue, restore
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


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "data" / "wingman.db"


def stored(log: Path) -> list[Envelope]:
    with contextlib.closing(schema.connect(log, fsync=False)) as db:
        return schema.envelopes(db, story.MEETING, 0, 1000)


def started(log: Path, *before: Entry) -> None:
    """A log that holds some events already, and a start on it."""
    with contextlib.closing(schema.connect(log, fsync=False)) as db:
        if before:
            schema.write(db, before)
        restore(db, log)


@pytest.mark.parametrize("known", [0, 1, 3, "all"])
def test_the_next_start_stores_them_once(folders: list[Path], log: Path, known: int | str) -> None:
    all_of_them = entries()
    count = len(all_of_them) if known == "all" else int(known)
    rescue(all_of_them[min(count, 2) :], log, plain=True)  # a disk may have taken some of these all the same
    started(log, *all_of_them[:count])
    assert stored(log) == story.events()
    assert not any(folders[0].iterdir())
    started(log)
    assert stored(log) == story.events()


def test_what_does_not_follow_is_left_and_named(folders: list[Path], log: Path) -> None:
    first, *_, last = entries()
    other = (replace(last[0], seq=1, at=first[0].at + 1), encode(replace(last[0], seq=1, at=first[0].at + 1)))
    rescue([other, last], log, plain=True)
    with structlog.testing.capture_logs() as said:
        started(log, first)
    assert stored(log) == [first[0]]
    (left,) = folders[0].iterdir()
    assert left.suffix == ".left"
    assert any(line.get("left") == str(left) and line["events"] == 2 for line in said)


@pytest.mark.parametrize("trouble", ["torn", "others", "a link", "another log"])
def test_what_this_user_did_not_write_for_this_log_is_not_read(
    folders: list[Path], log: Path, trouble: str
) -> None:
    rescue(entries(), log.with_name("other.db") if trouble == "another log" else log, plain=True)
    (path,) = folders[0].iterdir()
    if trouble == "torn":
        path.write_bytes(path.read_bytes()[:-40])
    elif trouble == "others":
        path.chmod(0o644)
    elif trouble == "a link":
        path.rename(path.with_suffix(".real"))
        path.symlink_to(path.with_suffix(".real"))
    started(log)
    assert stored(log) == []
    assert path.exists()


def test_nothing_is_written_where_only_encryption_will_do(folders: list[Path]) -> None:
    assert "nothing may be written without encryption" in str(rescue(entries(), LOG, plain=False))
    assert [list(folder.iterdir()) for folder in folders] == [[], [], []]


def test_only_some_of_many_meetings_are_named(folders: list[Path]) -> None:
    one, line = entries()[0]
    many = [(replace(one, meeting=f"m-{n}"), line) for n in range(SHOWN + 3)]
    sentence = str(rescue(many, LOG, plain=False))
    assert f"m-{SHOWN - 1} and 3 more" in sentence
    assert f"m-{SHOWN}" not in sentence
