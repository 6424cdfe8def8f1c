"""The text that starts Wingman at login is one the system reads, and says how this very one is started."""

from __future__ import annotations

import configparser
import plistlib
import sys
from pathlib import Path

import pytest

from wingman.commands.autostart import LABEL, text
from wingman.commands.cli import main

COMMAND = ("/home/ada/my tools/100%/wingman", "serve")


def test_a_unit_of_the_users(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["autostart", "systemd"]) == 0
    out, hint = capsys.readouterr()
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]  # names keep their capitals
    unit.read_string(out)
    assert unit["Service"]["ExecStart"].endswith(" serve")
    assert unit["Install"]["WantedBy"] == "default.target"
    assert ".config/systemd/user/wingman.service" in hint


def test_signs_that_systemd_reads_are_written_as_themselves() -> None:
    assert 'ExecStart="/home/ada/my tools/100%%/wingman" serve\n' in text("systemd", COMMAND)


def test_a_launch_agent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    agent = plistlib.loads(text("launchd", COMMAND).encode())
    assert (agent["Label"], agent["ProgramArguments"], agent["RunAtLoad"]) == (LABEL, list(COMMAND), True)
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "wingman").touch(0o755)
    monkeypatch.setenv("WINGMAN_SERVER__PORT", "1")
    monkeypatch.chdir("/etc")
    for named in ("/etc/w.yaml", "w.yaml"):
        assert main(["autostart", "launchd", "--config", named]) == 0
        out, hint = capsys.readouterr()
        first, *_, flag, file = plistlib.loads(out.encode())["ProgramArguments"]
        assert (flag, file) == ("--config", "/etc/w.yaml"), "it is started in another folder"
        assert first.startswith(sys.prefix), "whatever else PATH names so"
        assert "WINGMAN_SERVER__PORT" in hint
