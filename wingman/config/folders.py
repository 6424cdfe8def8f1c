"""The user's own folders, also where the system knows of no home or no temporary folder."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

NO_HOME = Path("/nonexistent")
"""What Debian calls the home of who has none: nothing is there, and what would be written there is refused."""


def home() -> Path:
    """The user's home folder; `NO_HOME` where neither `HOME` nor the system's users name one."""
    try:
        return Path.home()
    except RuntimeError:
        return NO_HOME


def expanded(text: str) -> Path:
    """`text` as a path, its leading `~` resolved. That of a user without a home leads to `NO_HOME`."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return NO_HOME / text


def cache() -> Path:
    """Where what can be fetched again is kept: `$XDG_CACHE_HOME/wingman`, else `~/.cache/wingman`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or home() / ".cache") / "wingman"


def temporary() -> Path | None:
    """The folder for temporary files; None where no folder takes any."""
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError:
        return None


def current() -> Path | None:
    """The folder the process is in; None where that was removed."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        return None
