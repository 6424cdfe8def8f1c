"""How the machine's decode process runs, and where it is found."""

from __future__ import annotations

import fcntl
import hashlib
import os
import stat
import tempfile
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Literal

import wingman


@dataclass(frozen=True, slots=True)
class DecoderSettings:
    """Services with equal ones share one process."""

    device: Literal["auto", "cpu", "cuda"] = "cpu"
    threads: int = 1
    """Per decode. A second one wins little and costs a lot."""
    workers: int = 1
    """Decodes at once."""
    niceness: int = 0
    """What the process adds to its own: recordings must not slow meetings down."""

    @property
    def socket(self) -> Path:
        """Where the process of this user with these settings and this version listens."""
        told = repr((wingman.__version__, astuple(self), Path(wingman.__file__).parent))
        return runtime_folder() / f"decoder-{hashlib.sha256(told.encode()).hexdigest()[:12]}.sock"

    @property
    def pid(self) -> int | None:
        """The running process, for diagnosis; None when nobody holds its lock."""
        try:
            with self.socket.with_suffix(".lock").open() as lock:
                told = int(lock.read() or 0)
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return told or None
        except (OSError, ValueError):
            pass
        return None


def runtime_folder() -> Path:
    """A folder only this user can enter. Raises `OSError` when somebody else made it."""
    root = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    folder = Path(root) / f"wingman-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode) or stat.S_IMODE(found.st_mode) & 0o077:
        raise PermissionError(f"{folder} must be a folder that only you can enter")
    return folder
