"""Tests run by a proof, and what came of them."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Numbers of tests; all zero where none was found."""

    tests: int
    failed: int
    skipped: int

    @property
    def passed(self) -> int:
        """Those that ran and hold."""
        return self.tests - self.failed - self.skipped


def run_tests(*paths: str, limit_s: float | None = None) -> Outcome:
    """Run these files or folders of tests in a process of their own. Raises `subprocess.TimeoutExpired`."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            f"--junitxml={report}",
            *paths,
        ]
        subprocess.run(command, capture_output=True, check=False, cwd=ROOT, timeout=limit_s)
        suite = ElementTree.parse(report).getroot().find("testsuite")
    counts = {} if suite is None else suite.attrib
    tests, failures, errors, skipped = (
        int(counts.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")
    )
    return Outcome(tests, failures + errors, skipped)
