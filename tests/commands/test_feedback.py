"""`wingman feedback` shows what was taught, and forgets it when asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wingman.commands import cli
from wingman.suggest.gate.habit_file import HabitFile


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WINGMAN_DELIVER__DATA_DIR", str(tmp_path))
    return tmp_path


def test_it_shows_and_forgets(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    HabitFile(home).learn("price", 0.15)
    assert cli.main(["feedback", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"kinds": {"price": 0.15}}
    assert cli.main(["feedback", "--reset"]) == 0
    assert "nothing yet" in capsys.readouterr().out
    assert HabitFile(home).bars == {}
