"""A file that stands there whole, or what stood there before, after a power cut as well."""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

LEFT_S = 600.0
"""How long nobody has written to a file by when a crash must have left it."""
Put = Callable[[str, Path], None]
"""Brings a file to its place, in that of what is there."""


def _rename(written: str, path: Path) -> None:
    os.replace(written, path)  # a link is replaced, and what it leads to stays


@contextmanager
def replaced(path: Path, put: Put = _rename, folder: str | Path | None = None) -> Iterator[IO[bytes]]:
    """A new file in the place of `path` once the block has ended; its owner alone may read it.

    Where the block or the disk fails, what was there stays. Until then it lies in `folder` (that of `path`)
    under a `name` that nobody takes for a document; what a crash left beside `path` goes the next time. Raises
    `OSError`, before the block where nothing can be written.
    """
    if folder is None:
        remove_left(path, time.time() - LEFT_S)
    try:
        file = tempfile.NamedTemporaryFile(  # noqa: SIM115 - closed before it is put
            dir=folder or path.parent, prefix=f".{path.name[:40]}.", suffix=".new", delete=False
        )
    except OSError as failed:
        raise OSError(failed.errno, failed.strerror, str(path)) from None
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        put(file.name, path)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(file.name)


def remove_left(path: Path, before: float) -> None:
    """Remove what a crash left that was to be put at `path`, as far as it was written before that wall time."""
    left = re.compile(rf"\.{re.escape(path.name[:40])}\.\w{{8}}\.new")
    with suppress(OSError), os.scandir(path.parent) as beside:  # whoever writes there is told
        for found in beside:
            if left.fullmatch(found.name) and found.stat(follow_symlinks=False).st_mtime < before:
                os.unlink(found)


def write_whole(path: Path, content: bytes) -> None:
    """`replaced` with this content."""
    with replaced(path) as file:
        file.write(content)
