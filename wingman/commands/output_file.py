"""A file that a command writes: it stands there whole, or what stood there before."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
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
    rights = stat.S_IMODE(made.stat().st_mode) if made.exists() else None
    if rights is not None and not os.access(made, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
    try:
        number, beside = tempfile.mkstemp(".new", f".{made.name[:40]}.", made.parent)
    except OSError as failed:
        raise OSError(failed.errno, failed.strerror, str(target)) from None
    try:
        with os.fdopen(number, "wb") as file:
            yield file
        if rights is not None:
            os.chmod(beside, rights)
        os.replace(beside, made)
    except BaseException:
        os.unlink(beside)
        raise
