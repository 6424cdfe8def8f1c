"""What to type to reach the very installation that runs: its own `wingman`, and the `pip` beside it."""

from __future__ import annotations

import shlex
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from wingman.config.folders import current

PACKAGE = "wingman-sidecar"


def adding(extra: str) -> str:
    """The command that adds an extra to this environment."""
    wanted = f"'{PACKAGE}[{extra}]'"
    if "pipx" in Path(sys.prefix).parts:
        return f"pipx runpip {PACKAGE} install {wanted}"
    if _beside("pip").exists():
        return f"{_typed('pip')} install {wanted}"
    python = shlex.quote(sys.executable)
    return (
        f"{python} -m pip install {wanted}"
        if find_spec("pip")
        else f"uv pip install --python {python} {wanted}"
    )


def program() -> str:
    """`wingman` where the shell finds this one, its path otherwise."""
    return _typed("wingman")


def _beside(name: str) -> Path:
    return Path(sys.prefix) / "bin" / name


def _typed(name: str) -> str:
    path = _beside(name)
    if not path.exists() or shutil.which(name) == str(path):
        return name
    here = current()
    return shlex.quote(str(path.relative_to(here) if here and path.is_relative_to(here) else path))
