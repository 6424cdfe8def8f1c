from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from wingman.archive import nameless_file
from wingman.archive.private_folder import make_private
from wingman.core.errors import InputError


def test_what_others_could_read_is_mended(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    (folder / "meetings" / "m-1").mkdir(parents=True)
    for name in ("wingman.db", "wingman.db-wal", "webhooks.db", "meetings/m-1/tab.opus"):
        (folder / name).write_text("words")
        (folder / name).chmod(0o644)
    folder.chmod(0o755)
    (folder / "link").symlink_to("/etc/hostname")
    make_private(folder)
    assert all(not stat.S_IMODE(p.lstat().st_mode) & 0o077 for p in folder.rglob("*") if not p.is_symlink())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert os.stat("/etc/hostname").st_mode & 0o044


def test_a_folder_that_cannot_be_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="data folder"):
        make_private(tmp_path / "file" / "data")


def test_a_nameless_file_is_nowhere_to_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    handle, path = nameless_file.create()
    os.write(handle, b"PATIENT Jane Doe")
    nameless_file.written(handle, path)
    assert path.read_bytes() == b"PATIENT Jane Doe"
    assert list(tmp_path.iterdir()) == []
    nameless_file.discard(path)
    nameless_file.discard(path)
    assert not path.exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give files away")
@pytest.mark.parametrize("kind", ["file", "link"])
def test_what_another_user_has_put_there_is_refused_by_name(tmp_path: Path, kind: str) -> None:
    found = tmp_path / "trust.db"
    if kind == "link":
        found.symlink_to("/etc/hostname")
    else:
        found.write_text("")
    os.lchown(found, 65_534, 65_534)
    with pytest.raises(InputError, match=r"trust\.db was put .* by another user"):
        make_private(tmp_path)
