"""Temporary files that have no name: nobody can find one, and a process that is killed leaves none behind."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

_open: set[int] = set()
_DESCRIPTORS = Path("/proc/self/fd")


def create() -> tuple[int, Path]:
    """An empty file to write to, and a path by which this process alone can open it until `discard`.

    Where the system has no such paths the file has a name, mode 0600, and `discard` removes it.
    """
    handle, name = tempfile.mkstemp(prefix="wingman-", suffix=".media")
    if sys.platform != "linux" or not _DESCRIPTORS.is_dir():
        return handle, Path(name)
    os.unlink(name)
    _open.add(handle)
    return handle, _DESCRIPTORS / str(handle)


def written(handle: int, path: Path) -> None:
    """Nothing more is written; the content stays until `discard`."""
    if path.parent != _DESCRIPTORS:
        os.close(handle)


def discard(path: Path) -> None:
    """Let go of the content. Idempotent."""
    if path.parent != _DESCRIPTORS:
        path.unlink(missing_ok=True)
    elif (handle := int(path.name)) in _open:
        _open.remove(handle)
        os.close(handle)
