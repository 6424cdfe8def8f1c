"""A temporary file without a name: one process can open it, nobody can find it, no content outlives it."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from pathlib import Path

import pytest

from wingman.archive import nameless_file


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_what_was_written_can_be_read_more_than_once_until_it_is_discarded() -> None:
    handle, path = nameless_file.create()
    os.write(handle, b"a recording")
    nameless_file.written(handle, path)
    assert (path.read_bytes(), path.read_bytes()) == (b"a recording", b"a recording")
    nameless_file.discard(path)
    assert not path.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="files without a name are Linux's")
def test_no_folder_shows_it(folder: Path) -> None:
    _, path = nameless_file.create()
    try:
        assert list(folder.iterdir()) == []
    finally:
        nameless_file.discard(path)


def test_discarding_twice_closes_nobody_elses_file() -> None:
    handle, path = nameless_file.create()
    nameless_file.discard(path)
    other = os.open(os.devnull, os.O_RDONLY)
    os.dup2(other, handle)  # the number is in use again
    nameless_file.discard(path)
    os.fstat(handle)  # would raise if it had been closed
    for each in {handle, other}:
        os.close(each)


def test_a_path_of_another_kind_is_a_file_with_a_name(folder: Path) -> None:
    named = folder / "wingman-1.media"
    named.write_bytes(b"x")
    nameless_file.discard(named)
    nameless_file.discard(named)
    assert not named.exists()


def test_where_the_system_has_no_such_paths_the_file_is_its_owners_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nameless_file, "_DESCRIPTORS", folder / "none")
    handle, path = nameless_file.create()
    assert (path.parent, stat.S_IMODE(path.stat().st_mode)) == (folder, 0o600)
    os.write(handle, b"x")
    nameless_file.written(handle, path)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(handle)
    nameless_file.discard(path)
    assert list(folder.iterdir()) == []
