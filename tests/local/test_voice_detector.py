"""The detector works on the thread that asks it, and limits nobody else's."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

TELLS = """
import os
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
from wingman.local.voice_detector import SileroVoiceActivityDetector
detector = SileroVoiceActivityDetector()
said = [detector(bytes(SileroVoiceActivityDetector.chunk_bytes())) for _ in range(3)]
print(len(os.listdir("/proc/self/task")), os.environ.get("OMP_THREAD_LIMIT"), max(said) < 0.5)
"""


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="threads are counted where /proc is")
@pytest.mark.parametrize("limit", [None, "3"], ids=["no limit", "a limit of somebody's"])
def test_one_thread_and_the_environment_as_it_was(limit: str | None) -> None:
    environ = {name: value for name, value in os.environ.items() if name != "OMP_THREAD_LIMIT"}
    environ |= {"OMP_THREAD_LIMIT": limit} if limit else {}
    done = subprocess.run(
        [sys.executable, "-c", TELLS], env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.split() == ["1", str(limit), "True"], done.stderr
