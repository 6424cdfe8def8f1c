"""The comparison of two commits names what got slower, and every stage it measures runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.bench import guard, profile, speaker_models, stages, standing
from tests.support.each import each


@each("name", sorted(stages.STAGES))
def test_every_stage_runs(name: str) -> None:
    make, _ = stages.STAGES[name]
    step = make()
    for number in range(3):
        step(number)


def test_whoever_asks_what_a_measurement_is_does_not_start_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["a measurement", "--help"])
    for measurement in (guard, profile, speaker_models, stages, standing):
        with pytest.raises(SystemExit) as over:
            measurement.main()
        assert over.value.code == 0


def test_a_stage_that_got_slower_is_told_by_its_ratio(capsys: pytest.CaptureFixture[str]) -> None:
    before = {"join": [10.0, 12.0, 11.0], "gate": [5.0, 5.0, 5.0]}
    now = {"join": [20.0, 24.0, 22.0], "gate": [5.0, 4.0, 5.0], "frame": [1.0, 1.0, 1.0]}
    assert dict(guard._told(before, now)) == {"join": 2.0, "gate": 1.0}
    assert "new" in capsys.readouterr().out


def test_sessions_per_core_are_told_beside_what_one_costs(capsys: pytest.CaptureFixture[str]) -> None:
    before, now = {guard.SESSION: [5.0, 6.0]}, {guard.SESSION: [4.0, 4.8]}
    assert dict(guard._told(before, now)) == {guard.SESSION: pytest.approx(0.8)}
    assert "200.0      250.0   1.25" in capsys.readouterr().out


def test_a_commit_whose_stages_had_other_names_has_none(tmp_path: Path) -> None:
    (tmp_path / "wingman").mkdir()
    (tmp_path / "wingman" / "__init__.py").touch()
    assert guard._stages(tmp_path) == {}
