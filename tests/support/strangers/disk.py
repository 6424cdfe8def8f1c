"""What a disk does to an event log (locked by another program, full, hung), and what a kill leaves of it."""

from __future__ import annotations

import contextlib
import resource
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wingman.events.sqlite import schema

DATABASE = "wingman.db"


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Another program holds the database."""
    other = sqlite3.connect(folder / DATABASE, isolation_level=None, timeout=5.0)
    with contextlib.closing(other):
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("COMMIT")


@contextlib.contextmanager
def full(folder: Path) -> Iterator[None]:
    """Files of this process may not grow any more: the kernel refuses as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((folder / f"{DATABASE}-wal").stat().st_size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextlib.contextmanager
def hung(folder: Path) -> Iterator[None]:
    """No write comes back until this is left."""
    answers = threading.Event()
    write = schema.write

    def hanging(*arguments: object) -> None:
        answers.wait()
        write(*arguments)  # type: ignore[arg-type]  # as they came

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "write", hanging)
        try:
            yield
        finally:
            answers.set()


DISKS: dict[str, Callable[[Path], contextlib.AbstractContextManager[None]]] = {
    "locked": locked,
    "full": full,
    "hung": hung,
}


@contextlib.contextmanager
def writers_kept_out(folder: Path, *, quiet: bool) -> Iterator[None]:
    """Nobody writes to the log meanwhile. `quiet`: nobody can anyway."""
    other = sqlite3.connect(folder / DATABASE, isolation_level=None, timeout=5.0)
    with contextlib.closing(other):
        if not quiet:
            other.execute("BEGIN IMMEDIATE")
        yield


def as_killed(folder: Path, into: Path) -> None:
    """What a kernel keeps of the log of a process that is killed now: every write that had returned."""
    into.mkdir(parents=True)
    for name in (DATABASE, f"{DATABASE}-wal"):
        if (folder / name).exists():
            shutil.copyfile(folder / name, into / name)
