from __future__ import annotations

from pathlib import Path

import pytest

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


def test_the_sample_ships() -> None:
    assert SAMPLE.read_bytes()[:4] == b"OggS"
