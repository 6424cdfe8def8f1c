"""What a command writes stands there whole, or what stood there before."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest

from tests.support.event_log import full_disk
from wingman.commands.output_file import output_file

LARGEST = 1000


def _put(path: Path, content: bytes) -> None:
    with output_file(path) as file:
        file.write(content)


def _interrupted(file: IO[bytes]) -> None:
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
    """A file that is mounted by itself, somebody else's in `/tmp`, and one in a folder of somebody else's."""
    kept = tmp_path / "kept"
    kept.write_text("what was there, and is longer than what comes")
    number = kept.stat().st_ino
    with monkeypatch.context() as where:
        for refused in (errno.EBUSY, errno.EXDEV, errno.EACCES, errno.EPERM):
            where.setattr(os, "replace", _refusing(refused))
            _put(kept, os.strerror(refused).encode())
            assert (kept.read_text(), kept.stat().st_ino) == (os.strerror(refused), number)
        allowed = os.access
        where.setattr(os, "access", lambda path, how: Path(path) != tmp_path and allowed(path, how))
        _put(kept, b"in a folder of somebody else's")
    assert kept.read_bytes() == b"in a folder of somebody else's"
    assert [*tmp_path.iterdir()] == [kept]


def test_a_full_disk_leaves_what_only_itself_can_take_or_says_what_became_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"
    for had, stays, says in (
        (0, True, "File too large"),
        (LARGEST // 2, True, "File too large"),
        (2 * LARGEST, False, "File too large; what it held is partly written over"),
    ):
        kept.write_bytes(b"x" * had)
        with _full_once_mounted(monkeypatch), pytest.raises(OSError, match="File too large") as failed:
            _put(kept, bytes(LARGEST + 500))
        assert (failed.value.strerror, kept.read_bytes() == b"x" * had) == (says, stays)
        assert [*tmp_path.iterdir()] == [kept]


@contextlib.contextmanager
def _full_once_mounted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A disk that takes the new file beside the old one, and no more then."""
    with contextlib.ExitStack() as full, monkeypatch.context() as where:

        def busy(*_: object) -> None:
            full.enter_context(full_disk(LARGEST))
            _refusing(errno.EBUSY)()

        where.setattr(os, "replace", busy)
        yield


def _refusing(number: int) -> Callable[..., None]:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    return refuse
