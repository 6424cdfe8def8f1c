"""A file that stands there whole, or what stood there before, after a power cut as well."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

Put = Callable[[str, Path], None]
"""Brings a file to its place, in that of what is there."""


def _rename(written: str, path: Path) -> None:
    os.replace(written, path)  # a link is replaced, and what it leads to stays


@contextmanager
def replaced(path: Path, put: Put = _rename, folder: str | Path | None = None) -> Iterator[IO[bytes]]:
    """A new file in the place of `path` once the block has ended; its owner alone may read it.

    Where the block or the disk fails, what was there stays. Until then it lies in `folder` (that of `path`)
    under a `name` that nobody takes for a document. Raises `OSError`, before the block where nothing can be
    written.
    """
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


def write_whole(path: Path, content: bytes) -> None:
    """`replaced` with this content."""
    with replaced(path) as file:
        file.write(content)
