"""Demos whose output tests read. Each takes as long as the sample, 75 s of real time, whoever waits for it.

`begin` starts them before anything is collected, when a machine has a core to spare: a demo whose first sound
comes while browsers and services start beside it is behind from there on.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

FLAGS = {
    "embedded": ("--providers", "embedded"),
    "emulated": ("--providers", "emulated"),
    "failing": (
        "--providers",
        "emulated",
        "--faults",
        str(Path(__file__).parents[2] / "configs" / "faults.yaml"),
    ),
}
LONGEST_S = 200.0
TELLING = 'to="$1"; shift; "$@" >"$to.out" 2>"$to.err"; echo $? >"$to.status"'
"""For a shell: run a command and keep what it prints and how it ends, for a process that is not its parent."""

_place: str | None = None


@dataclass(frozen=True)
class Printed:
    """What one demo printed, and its exit status."""

    out: str
    err: str
    status: int


def begin() -> None:
    """Start them, for this process and those that are forked from it; what is begun is begun once."""
    global _place
    if _place is not None:
        return
    _place = tempfile.mkdtemp(prefix="wingman-demos-")
    command = [sys.executable, "-m", "wingman", "demo", "--exit", "--json", "--port", "0"]
    shells = [
        subprocess.Popen(
            ["sh", "-c", TELLING, "sh", os.path.join(_place, name), *command, *flags],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        for name, flags in FLAGS.items()
    ]
    atexit.register(_end, os.getpid(), shells, _place)


def printed(name: str) -> Printed:
    """What a demo has printed when it is over. Raises `TimeoutError`."""
    begin()
    assert _place is not None
    to = os.path.join(_place, name)
    until = time.monotonic() + LONGEST_S
    while not (status := _read(f"{to}.status")).endswith("\n"):
        if time.monotonic() > until:
            raise TimeoutError(f"the demo {name} does not end: {_read(f'{to}.err')}")
        time.sleep(0.1)
    return Printed(_read(f"{to}.out"), _read(f"{to}.err"), int(status))


def _read(path: str) -> str:
    return Path(path).read_text(encoding="utf-8") if os.path.exists(path) else ""


def _end(owner: int, shells: list[subprocess.Popen[bytes]], place: str) -> None:
    if os.getpid() != owner:
        return  # forked from whoever began them
    for shell in shells:
        if shell.poll() is None:
            os.killpg(shell.pid, signal.SIGTERM)
        shell.wait()
    shutil.rmtree(place)
