"""A file that a command writes: it stands there whole, or what stood there before."""

from __future__ import annotations

import errno
import io
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO

from wingman.core.replaced_file import replaced

BLOCK = 1 << 20
REFUSED = (errno.EBUSY, errno.EXDEV, errno.EACCES, errno.EPERM)
"""It is mounted, or in a folder of somebody else's, who may keep others from replacing files (`/tmp`)."""


def regular(target: Path) -> Path | None:
    """The file that is made at `target`, behind a link; None where none is: a device, a pipe."""
    if target.exists() and not target.is_file():
        return None
    return Path(os.path.realpath(target))  # `resolve` ends at a link that leads to itself


@contextmanager
def output_file(target: str | Path) -> Iterator[IO[bytes]]:
    """Opens what stands at `target` once the block has ended, with the rights of the file that was there.

    Where the block or the disk fails that file stays. Raises `OSError` before the block runs where nothing
    can be written.
    """
    if (made := regular(Path(target))) is None:
        with open(target, "wb") as file:
            yield file
        return
    stood = made.stat() if made.exists() else None
    if stood is not None and not os.access(made, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
    beside = stood is None or os.access(made.parent, os.W_OK)
    folder = made.parent if beside else tempfile.gettempdir()
    with replaced(made, partial(_put, stood=stood), folder) as written:
        yield written


def _put(written: str, made: Path, *, stood: os.stat_result | None) -> None:
    """Into the place of what stood there; where that is refused, into itself."""
    if stood is not None:
        os.chmod(written, stat.S_IMODE(stood.st_mode))
        with suppress(PermissionError):
            os.chown(written, stood.st_uid, stood.st_gid)
    try:
        os.replace(written, made)
    except OSError as refused:
        if stood is None or refused.errno not in REFUSED:
            raise
        _put_into(written, made)


def _put_into(written: str, made: Path) -> None:
    """What the file grows by first: a disk without room for it leaves the file as it was."""
    with open(written, "rb") as new, open(made, "r+b", buffering=0) as old:
        size, had = os.fstat(new.fileno()).st_size, os.fstat(old.fileno()).st_size
        try:
            _copy(new, old, had, size)
            os.fsync(old.fileno())  # some tell only now that there is no room
        except OSError:
            old.truncate(had)
            raise
        try:
            _copy(new, old, 0, min(had, size))
            old.truncate(size)
            os.fsync(old.fileno())
        except OSError as failed:
            said = f"{failed.strerror}; what it held is partly written over"
            raise OSError(failed.errno, said, str(made)) from None


def _copy(source: IO[bytes], target: io.FileIO, at: int, end: int) -> None:
    while at < end:  # a disk about to be full takes less than it is given, and says so with the next write
        source.seek(at)
        target.seek(at)
        at += target.write(source.read(min(BLOCK, end - at)))
