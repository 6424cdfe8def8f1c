"""A file that a command writes: it stands there whole, or what stood there before."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


def regular(target: Path) -> Path | None:
    """The file that is made at `target`, behind a link; None where none is: a device, a pipe."""
    if target.exists() and not target.is_file():
        return None
    return Path(os.path.realpath(target))  # `resolve` ends at a link that leads to itself


@contextmanager
def output_file(target: str | Path) -> Iterator[BinaryIO]:
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
    folder = made.parent if stood is None or os.access(made.parent, os.W_OK) else None
    try:
        number, beside = tempfile.mkstemp(".new", f".{made.name[:40]}.", folder)
    except OSError as failed:
        raise OSError(failed.errno, failed.strerror, str(target)) from None
    try:
        with os.fdopen(number, "wb") as file:
            yield file
        _put(beside, made, stood)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(beside)


def _put(written: str, made: Path, stood: os.stat_result | None) -> None:
    """Into the place of what stood there; where only that may be written, or it is mounted, into itself."""
    if stood is not None:
        os.chmod(written, stat.S_IMODE(stood.st_mode))
        with suppress(PermissionError):
            os.chown(written, stood.st_uid, stood.st_gid)
    try:
        os.replace(written, made)
    except OSError as refused:
        if refused.errno not in (errno.EBUSY, errno.EXDEV, errno.EACCES):
            raise
        shutil.copyfile(written, made)
