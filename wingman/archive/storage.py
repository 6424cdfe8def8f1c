"""Where meetings' files lie: a folder, or an object store that many nodes share. Everything here blocks."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

FOLDER = "meetings"
NO_LINKS = getattr(os, "O_NOFOLLOW", 0)
"""Others may write to a shared folder, too; Windows has no such flag."""
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")


class Growing(Protocol):
    """A file that is being written."""

    def write(self, content: bytes) -> None:
        """Append. Raises `OSError` when the place refuses; what is there stays readable."""
        ...

    def close(self) -> None:
        """Write what is owed and release it. Raises `OSError`."""
        ...


class Storage(Protocol):
    """Files by meeting and name. Names no meeting can have are nowhere."""

    def create(self, meeting: str, name: str) -> Growing:
        """A new file in place of any of this name. Raises `OSError`."""
        ...

    def names(self, meeting: str) -> list[str]:
        """What there is of a meeting. Raises `OSError`."""
        ...

    def read(self, meeting: str, name: str) -> bytes:
        """A file as far as it was written. Raises `OSError`."""
        ...

    def remove(self, meeting: str) -> None:
        """Remove all of a meeting. Idempotent. Raises `OSError`."""
        ...

    def shown(self, meeting: str, name: str = "") -> str:
        """Where that is, for a sentence."""
        ...


class _File:
    """Each write is a system call: what was written survives a kill -9."""

    def __init__(self, file: io.FileIO) -> None:
        self._file = file

    def write(self, content: bytes) -> None:
        left = memoryview(content)
        while left:
            left = left[self._file.write(left) :]  # a disk about to be full takes less than it is given

    def close(self) -> None:
        self._file.close()


@dataclass(frozen=True, slots=True)
class FolderStorage:
    """`<folder>/meetings/<meeting>/<name>`, for its owner only."""

    folder: Path

    def create(self, meeting: str, name: str) -> Growing:
        home = self._home(meeting)
        for folder in (home.parent, home):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _refuse_link(home)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | NO_LINKS
        return _File(io.FileIO(os.open(home / name, flags, 0o600), "w"))

    def names(self, meeting: str) -> list[str]:
        home = self._home(meeting)
        if not ID.fullmatch(meeting) or home.is_symlink() or not home.is_dir():
            return []
        return [path.name for path in home.iterdir() if path.is_file()]

    def read(self, meeting: str, name: str) -> bytes:
        home = self._home(meeting)
        _refuse_link(home)
        with open(home / name, "rb", opener=_not_led_away) as file:
            return file.read()

    def remove(self, meeting: str) -> None:
        if not ID.fullmatch(meeting):
            return
        home = self._home(meeting)
        if home.is_symlink():  # what it leads to is not ours
            home.unlink()
            return
        if not home.is_dir():
            return
        for path in home.iterdir():
            if not path.is_symlink():
                _overwrite(path)
            path.unlink()
        home.rmdir()

    def shown(self, meeting: str, name: str = "") -> str:
        return str(self._home(meeting) / name)

    def _home(self, meeting: str) -> Path:
        return self.folder / FOLDER / meeting


def _refuse_link(home: Path) -> None:
    """What it leads to is not ours: in a folder that is shared, it may be another meeting's sound."""
    if home.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(home))


def _not_led_away(name: str, flags: int) -> int:
    return os.open(name, flags | NO_LINKS)


def _overwrite(path: Path) -> None:
    """Unlinking alone would leave the voices on the disk."""
    with open(path, "r+b", opener=_not_led_away) as file:
        for _ in range(0, size := os.fstat(file.fileno()).st_size, 1 << 20):
            file.write(bytes(min(1 << 20, size - file.tell())))
        file.flush()
        with contextlib.suppress(OSError):  # some file systems cannot
            os.fsync(file.fileno())
