"""What every subcommand shares: settings from files and flags."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.support.cli import refused, wingman
from wingman.commands.common import run_until_signal


def test_settings_that_are_wrong(tmp_path: Path) -> None:
    path = tmp_path / "wingman.yaml"
    path.write_text("server:\n  prot: 1\n", encoding="utf-8")
    refused(wingman("serve", "--config", str(path)), "server.prot")
    refused(wingman("serve", "--config", str(tmp_path / "none.yaml")), "cannot read")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_a_job_that_then_cleans_up(name: str) -> None:
    signal.signal(getattr(signal, name), signal.SIG_DFL)  # `nohup scripts/test` has one ignored
    cleaned = []

    async def job() -> int:
        os.kill(os.getpid(), getattr(signal, name))
        try:
            await asyncio.sleep(30)
        finally:
            cleaned.append(name)
        return 0

    assert run_until_signal(job(), interrupted=7) == 7
    assert cleaned == [name]


def test_a_closed_terminal_is_ignored_where_it_is_to_be() -> None:
    async def job() -> int:
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.sleep(0.05)
        return 3

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert run_until_signal(job()) == 3
    finally:
        signal.signal(signal.SIGHUP, before)
