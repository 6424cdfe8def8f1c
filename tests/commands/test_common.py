"""What every subcommand shares: settings from files and flags."""

from __future__ import annotations

from pathlib import Path

from tests.support.cli import refused, wingman


def test_settings_that_are_wrong(tmp_path: Path) -> None:
    path = tmp_path / "wingman.yaml"
    path.write_text("server:\n  prot: 1\n", encoding="utf-8")
    refused(wingman("serve", "--config", str(path)), "server.prot")
    refused(wingman("serve", "--config", str(tmp_path / "none.yaml")), "cannot read")
