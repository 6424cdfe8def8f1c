"""What a command writes stands there whole, or what stood there before."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.support.event_log import full_disk
from wingman.commands.output_file import output_file

LARGEST = 1000


def _put(path: Path, content: bytes) -> None:
    with output_file(path) as file:
        file.write(content)


def _interrupted(file: BinaryIO) -> None:
    file.write(b"half of it")
    raise KeyboardInterrupt


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    kept, link, new = (tmp_path / name for name in ("kept", "link", "new"))
    kept.write_text("what was there")
    kept.chmod(0o644)
    link.symlink_to(kept)
    for path in (kept, link, new):
        with full_disk(LARGEST), pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
            _put(path, bytes(2 * LARGEST))
        with pytest.raises(KeyboardInterrupt), output_file(path) as file:
            _interrupted(file)
    assert (kept.read_text(), sorted(tmp_path.iterdir())) == ("what was there", [kept, link])
    for path in (kept, link, new, Path(os.devnull)):
        _put(path, str(path).encode())
    assert (kept.read_text(), new.read_text(), link.is_symlink()) == (str(link), str(new), True)
    assert kept.stat().st_mode & 0o777 == 0o644
    assert sorted(tmp_path.iterdir()) == [kept, link, new]


def test_where_nothing_can_be_written_is_told_before(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none" / "file"):
        with pytest.raises((IsADirectoryError, FileNotFoundError)) as failed, output_file(path):
            pytest.fail("what is dear is done in vain")
        assert str(failed.value.filename) == str(path)


def test_what_only_that_file_may_take_goes_into_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is mounted by itself, and one in a folder of somebody else's."""

    def busy(*_: object) -> None:
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))

    kept = tmp_path / "kept"
    kept.write_text("what was there")
    number = kept.stat().st_ino
    monkeypatch.setattr(os, "replace", busy)
    _put(kept, b"mounted")
    assert (kept.read_bytes(), kept.stat().st_ino) == (b"mounted", number)
    allowed = os.access
    monkeypatch.setattr(os, "access", lambda path, how: Path(path) != tmp_path and allowed(path, how))
    _put(kept, b"in a folder of somebody else's")
    assert kept.read_bytes() == b"in a folder of somebody else's"
    assert [*tmp_path.iterdir()] == [kept]
