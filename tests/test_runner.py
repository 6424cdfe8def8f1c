"""What runs the tests: side by side, tried once more, and each within its limit of time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CONFTEST = "from tests.support.limits import *\n"
HANGS = """
import time, pytest

@pytest.fixture
def slow_to_end():
    yield
    time.sleep(60)

@pytest.mark.timeout(1.0)
def test_hangs_whenever_it_is_tried():
    time.sleep(60)

@pytest.mark.timeout(1.0)
def test_hangs_after_it_has_failed(slow_to_end):
    assert False
"""
DIES = """
import os

def test_begins_well():
    pass

def test_ends_its_process():
    os._exit(7)

def test_never_begins():
    pass
"""
FLAKY = """
tries = []

def test_holds_the_second_time():
    tries.append(0)
    if len(tries) < 2:  # as a task group shows what fails in it
        raise ExceptionGroup("tasks", [AssertionError("it was too early")])
"""


def test_hangs_deaths_and_second_tries_are_told_and_end(tmp_path: Path) -> None:
    files = {"conftest.py": CONFTEST, "test_a.py": HANGS, "test_b.py": DIES, "test_c.py": FLAKY}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    root = str(Path(__file__).parents[1])
    plugins = ("pytest_timeout", "pytest_rerunfailures", "tests.support.side_by_side", "no:cacheprovider")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-rAR", "--tb=no", "--rootdir", str(tmp_path)),
            *("--processes", "1", "--patient", "1", "--reruns", "1"),
            *(word for name in plugins for word in ("-p", name)),
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": root},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    told = {tuple(line.split(" ", 2)[:2]) for line in done.stdout.splitlines() if "::test_" in line}
    for kind, test in (
        ("RERUN", "test_a.py::test_hangs_whenever_it_is_tried"),
        ("FAILED", "test_a.py::test_hangs_whenever_it_is_tried"),
        ("FAILED", "test_a.py::test_hangs_after_it_has_failed"),
        ("ERROR", "test_a.py::test_hangs_after_it_has_failed"),
        ("PASSED", "test_b.py::test_begins_well"),
        ("FAILED", "test_b.py::test_ends_its_process"),
        ("FAILED", "test_b.py::test_never_begins"),
        ("RERUN", "test_c.py::test_holds_the_second_time"),
        ("PASSED", "test_c.py::test_holds_the_second_time"),
    ):
        assert (kind, test) in told, done.stdout
    lines = done.stdout.splitlines()
    assert sum("Timeout (>1.0s)" in line for line in lines if not line.startswith("tried once more")) == 2
    (again,) = [line for line in lines if line.startswith("tried once more: test_c.py::")]
    assert "it was too early" in again
