"""What runs the tests: side by side, tried once more, and each within its limit of time."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import structlog

from tests.support import process_state
from wingman.commands import cli
from wingman.commands.common import run_until_signal
from wingman.config.observe import ObserveSettings
from wingman.observe.logs import QUIET, configure

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
tries, kinds, ends = [], [], []

def test_holds_the_second_time():
    tries.append(0)
    if len(tries) < 2:  # as a task group shows what fails in it
        raise ExceptionGroup("tasks", [AssertionError("it was too early")])

def test_holds_when_nobody_warns():
    kinds.append(0)
    if len(kinds) < 2:  # as pytest shows what several objects of earlier tests left open
        raise ExceptionGroup("several", [ResourceWarning("a socket of another test"), ResourceWarning("two")])

def test_holds_when_nobody_ends():
    ends.append(0)
    if len(ends) < 2:
        raise BaseExceptionGroup("several", [GeneratorExit("no kind of error"), GeneratorExit("nor this")])
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
    again = [line for line in lines if line.startswith("tried once more: test_c.py::")]
    for line, why in zip(again, ("it was too early", "a socket of another test", "nor this"), strict=True):
        assert why in line


def test_what_a_command_does_to_its_process_is_undone() -> None:
    def state() -> tuple[object, ...]:
        signals = [signal.getsignal(number) for number in process_state.ENDING]
        levels = [logging.getLogger(name).level for name in ("", *QUIET)]
        os.umask(mask := os.umask(0o077))
        return mask, signals, levels, structlog.get_config()

    async def nothing() -> int:
        return 0

    os.umask(0o022)
    before = state()
    with process_state.as_before():
        assert cli.main([]) == cli.USAGE_ERROR
        assert run_until_signal(nothing()) == 0
        configure(ObserveSettings(log_level="error"))
        changed = state()
    assert all(was != now for was, now in zip(before, changed, strict=True))
    assert state() == before
