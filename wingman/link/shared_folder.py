"""A folder of this user's on this machine for the small files that processes count by."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from pathlib import Path


def shared_file(kind: str, name: str, folder: Path | None = None) -> Path:
    """Where what is called `name` is counted."""
    key = hashlib.sha256(name.encode()).hexdigest()[:16]
    return (folder or Path(tempfile.gettempdir()) / f"wingman-{os.getuid()}") / f"{kind}-{key}"


def open_shared(path: Path) -> int:
    """The file, made when it is missing. Raises `OSError`, also when its folder is not this user's alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = path.parent.stat()
    if owner.st_uid != os.getuid() or stat.S_IMODE(owner.st_mode) & 0o077:
        raise PermissionError(f"{path.parent} is not ours alone")
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
