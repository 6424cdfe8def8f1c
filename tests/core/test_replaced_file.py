"""What is replaced stands there whole, for its owner alone."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
import time
from pathlib import Path
from typing import IO

import pytest

from tests.support.event_log import full_disk
from wingman.core.replaced_file import LEFT_S, replaced, write_whole

LARGEST = 1000


def _interrupted(file: IO[bytes]) -> None:
    file.write(b"half of it")
    raise KeyboardInterrupt


def test_it_stands_there_whole_or_what_was_there(tmp_path: Path) -> None:
    path, link = tmp_path / "notes.md", tmp_path / "link.md"
    write_whole(path, b"what was there")
    path.chmod(0o644)
    link.symlink_to(path)
    for target in (path, link, tmp_path / "new.md"):
        with full_disk(LARGEST), pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
            write_whole(target, bytes(2 * LARGEST))
        with pytest.raises(KeyboardInterrupt), replaced(target) as file:
            _interrupted(file)
    assert (path.read_bytes(), link.is_symlink(), len([*tmp_path.iterdir()])) == (b"what was there", True, 2)
    with replaced(link) as one, replaced(link) as other:  # two at once stand in each other's way in nothing
        one.write(b"one")
        other.write(b"other")
    write_whole(path, b"another")
    assert (link.read_bytes(), path.read_bytes(), link.is_symlink()) == (b"one", b"another", False)
    assert {stat.S_IMODE(found.stat().st_mode) for found in tmp_path.iterdir()} == {0o600}
    assert len([*tmp_path.iterdir()]) == 2
    for age, left in ((2 * LEFT_S, 2), (0.0, 3)):  # what a crash left goes, what somebody writes just now stays
        crashed = Path(tempfile.mkstemp(dir=tmp_path, prefix=f".{path.name}.", suffix=".new")[1])
        os.utime(crashed, (time.time() - age,) * 2)
        write_whole(path, b"another")
        assert len([*tmp_path.iterdir()]) == left
    with pytest.raises(FileNotFoundError) as failed, replaced(tmp_path / "none" / "file"):
        pytest.fail("what is dear is done in vain")
    assert failed.value.filename == str(tmp_path / "none" / "file")
