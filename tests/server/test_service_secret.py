"""The service's secret: made once, kept private, never trusted when it is odd."""

from __future__ import annotations

import errno
import stat
from pathlib import Path

import pytest

from wingman.core.errors import InputError
from wingman.server.service_secret import NAME, SIZE, load


def test_it_is_made_once_and_kept_private(tmp_path: Path) -> None:
    made = load(tmp_path)
    assert len(made) == SIZE
    assert load(tmp_path) == made
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600
    assert load(_folder(tmp_path / "other")) != made


def test_a_file_that_others_may_read_is_mended(tmp_path: Path) -> None:
    made = load(tmp_path)
    (tmp_path / NAME).chmod(0o644)
    assert load(tmp_path) == made
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600


def test_a_full_disk_leaves_no_half_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(InputError, match="free some space"):
            load(tmp_path)
    assert len(load(tmp_path)) == SIZE


@pytest.mark.parametrize("content", [b"", b"short", b"x" * (SIZE + 1)])
def test_one_of_another_size_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(InputError, match="service secret") as refused:
        load(tmp_path)
    assert refused.value.status == 503
    assert (tmp_path / NAME).read_bytes() == content


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"x" * SIZE)
    (_folder(tmp_path / "data") / NAME).symlink_to(elsewhere)
    with pytest.raises(InputError, match="service secret"):
        load(tmp_path / "data")


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="service secret"):
        load(tmp_path / "file")


def _folder(path: Path) -> Path:
    path.mkdir()
    return path
