"""The pages' own modules in Node, where a test plays them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import wingman

WEB = Path(wingman.__file__).parent / "web"
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")


def run(*command: str | Path, cwd: Path, timeout: float | None = None) -> None:
    """Node with this command, which has to end well; `timeout` in seconds."""
    done = subprocess.run(
        ["node", *command], cwd=cwd, capture_output=True, text=True, check=False, timeout=timeout
    )
    assert done.returncode == 0, done.stdout + done.stderr


def lay(folder: Path) -> None:
    """Put the modules into `folder`, as `./web`."""
    # Browsers take the pages' files for modules because they are asked to; Node wants a word about it
    (folder / "package.json").write_text(json.dumps({"type": "module"}), encoding="utf-8")
    shutil.copytree(WEB, folder / "web")


def play(folder: Path, script: str) -> None:
    """Run `script` as a module beside `./web`; what it asserts has to hold."""
    lay(folder)
    (folder / "play.js").write_text(script + "\nprocess.exit(0);\n", encoding="utf-8")
    run("play.js", cwd=folder, timeout=60)
