"""The command line as a whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support import recordings


def test_a_reader_that_has_had_enough_ends_it_quietly(tmp_path: Path) -> None:
    path, _ = recordings.turn(tmp_path / "turn.wav", "Can you tell me")
    command = [sys.executable, "-m", "wingman", "transcribe", "--json", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()
        process.wait(timeout=60)
    assert process.returncode in (0, 141)
    assert "Traceback" not in said
