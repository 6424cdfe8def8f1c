"""Small files of text that people write: settings, playbooks."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from wingman.core.errors import InputError

MOST_BYTES = 1024 * 1024


def read_text(path: Path, what: str, field: str) -> str:
    """What the file holds, which is `what` (`the settings file`), without its byte order mark.

    Raises `InputError`, also for a pipe or a device: it would hold everybody up, and is empty the second time.
    """
    try:
        content = _content(path)
    except OSError as failed:
        raise InputError(f"cannot read {what} {path}: {failed.strerror}; check the path", field=field) from None
    if len(content) > MOST_BYTES:
        raise InputError(f"{what} {path} holds more than 1 MB; check the path, or shorten it", field=field)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8 text; save it as UTF-8", field=field) from None


def _content(path: Path) -> bytes:
    """At most one byte more than is read."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode) and path != Path(os.devnull):
            raise OSError(errno.EINVAL, "it is no regular file")
        return file.read(MOST_BYTES + 1)
