"""The service from the command line: where it is, what it refuses, how it ends."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import refused, wingman
from wingman.commands import serve
from wingman.commands.cli import build_parser
from wingman.core.errors import InputError


def test_an_occupied_port() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused(wingman("serve", "--port", str(port)), f"port {port}")
        refused(wingman("demo", "--exit", "--port", str(port)), f"port {port}")


@pytest.mark.parametrize(
    ("variable", "provider", "mend"),
    [
        ("WINGMAN_TRANSCRIBE__PROVIDER", "deepgram", "DEEPGRAM_API_KEY"),
        ("WINGMAN_EMOTION__PROVIDER", "hume", "HUME_API_KEY"),
        ("WINGMAN_SUGGEST__PROVIDER", "gemini", "GEMINI_API_KEY"),
        ("WINGMAN_TRANSCRIBE__PROVIDER", "moonshine", "wingman models fetch"),
    ],
)
def test_a_named_provider_without_what_it_needs(variable: str, provider: str, mend: str) -> None:
    refused(wingman("serve", "--port", "0", environ={variable: provider}), mend)


def test_a_data_folder_that_cannot_be_written() -> None:
    refused(wingman("serve", "--port", "0", environ={"WINGMAN_DELIVER__DATA_DIR": "/proc/wingman"}), "data_dir")


def test_serve_says_where_it_is_and_ends_on_a_signal(tmp_path: Path) -> None:
    environ = {**os.environ, "WINGMAN_DELIVER__DATA_DIR": str(tmp_path), "DEEPGRAM_API_KEY": "sekrit-key-123"}
    process = subprocess.Popen(
        [sys.executable, "-m", "wingman", "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environ,
    )
    try:
        assert process.stdout is not None
        first, *others = (process.stdout.readline() for _ in range(5))
        assert "http://127.0.0.1:" in first
        assert "/#login=" in first
        assert "token" not in first  # what is printed ends up in journals
    finally:
        process.terminate()
        out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert any("deepgram" in line for line in others)
    assert "sekrit-key-123" not in "".join([first, *others, out, err])
    assert "Traceback" not in err


def test_a_number_of_workers_that_no_machine_has_room_for_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for workers in ("-1", "0"):
        with pytest.raises(SystemExit, match="2"):
            build_parser().parse_args(["serve", "--workers", workers])
        assert "argument --workers: must be a whole number from 1" in capsys.readouterr().err
    arguments = build_parser().parse_args(["serve", "--workers", str(10**6)])
    with pytest.raises(InputError, match="--workers must be 1 to"):
        serve.main(arguments)
