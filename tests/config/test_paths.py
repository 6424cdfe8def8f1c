from __future__ import annotations

from pathlib import Path

import pytest

from wingman.config import folders
from wingman.config.paths import SAMPLE, data_dir
from wingman.config.settings import build


def test_the_data_folder_is_the_settings_else_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert data_dir(build({})) == tmp_path / ".local/share/wingman"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    assert data_dir(build({})) == tmp_path / "xdg/wingman"
    assert data_dir(build({"deliver": {"data_dir": "~/kept"}})) == tmp_path / "kept"


def test_who_has_no_home_is_told_so_by_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pathlib.Path.expanduser", homeless)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert data_dir(build({})) == folders.NO_HOME / ".local/share/wingman"
    assert data_dir(build({"deliver": {"data_dir": "~/kept"}})) == folders.NO_HOME / "~/kept"
    assert folders.cache() == folders.NO_HOME / ".cache/wingman"


def homeless(_: Path) -> Path:
    raise RuntimeError("Could not determine home directory.")


def test_no_folder_for_temporary_files_and_none_to_be_in_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> str:
        raise FileNotFoundError

    monkeypatch.setattr("tempfile.gettempdir", gone)
    monkeypatch.setattr("os.getcwd", gone)
    assert (folders.temporary(), folders.current()) == (None, None)


def test_the_sample_ships() -> None:
    assert SAMPLE.read_bytes()[:4] == b"OggS"
