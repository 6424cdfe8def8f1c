"""How much of each pure room its own tests reach: what holds a module stands in the file beside it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.proofs.figures import Figure, progress

ROOT = Path(__file__).resolve().parents[2]
PURE = ("core", "correlate", "suggest/gate")
"""Rooms that read no clock, open nothing and start no task; see CONTRIBUTING.md."""
BAR = 90.0
"""Per cent of a module's lines and branches that the tests of its own room run."""
ALLOWED: dict[str, str] = {}
"""Modules below the bar, and why."""


def measure() -> list[Figure]:
    """Per room: the share over all its modules, and how many of them lie below the bar."""
    figures = []
    for room in PURE:
        progress(f"the tests of {room}")
        shares = reached(room)
        below = sorted(name for name, share in shares.items() if share < BAR and name not in ALLOWED)
        figures.append(Figure(f"{room}: least reached", min(shares.values()), unit="%"))
        note = ", ".join(f"{name} {shares[name]:.0f} %" for name in below)
        figures.append(Figure(f"{room}: modules below {BAR:.0f} %", len(below), 0, "==", note=note))
    return figures


def reached(room: str) -> dict[str, float]:
    """Per module, in per cent of lines and branches. Raises `CalledProcessError` when a test fails."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "data")
        run = ("run", f"--data-file={data}", "--branch", f"--source=wingman/{room}", "-m", "pytest", "-q")
        _coverage(*run, "-p", "no:cacheprovider", f"tests/{room}")
        _coverage("json", f"--data-file={data}", "-q", "-o", str(data.with_suffix(".json")))
        files = json.loads(data.with_suffix(".json").read_text(encoding="utf-8"))["files"]
    return {
        Path(name).relative_to("wingman").as_posix(): file["summary"]["percent_covered"]
        for name, file in files.items()
        if file["summary"]["num_statements"]
    }


def _coverage(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "coverage", *arguments], cwd=ROOT, check=True, capture_output=True)
