"""What to do with events the disk has not taken when the service stops: write them elsewhere, or name them.

The next start stores what was written elsewhere.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import structlog

from wingman.config.folders import current, home, temporary
from wingman.core import codec
from wingman.core.errors import WingmanError
from wingman.events.sqlite import drivers, schema
from wingman.events.sqlite.drivers import Connection
from wingman.events.sqlite.schema import Entry

logger = structlog.get_logger(__name__)

SHOWN = 5
"""Meetings named in the sentence."""
UNREADABLE: tuple[type[Exception], ...] = (OSError, ValueError, WingmanError, *drivers.Error)
PREFIX = "wingman-not-stored-"
LARGEST = 256 * 1024 * 1024
"""Bytes of a file that is read back: more than a log ever holds in memory."""


class NotStored(WingmanError):
    """Events of meetings are not in the log."""


def rescue(entries: Sequence[Entry], log: Path, *, plain: bool) -> NotStored:
    """The sentence for events that `log` does not hold, which are in a file elsewhere if one takes them.

    `plain`: they may be written without encryption.
    """
    meetings = sorted({envelope.meeting for envelope, _ in entries})
    named = ", ".join(meetings[:SHOWN]) + (
        f" and {len(meetings) - SHOWN} more" if len(meetings) > SHOWN else ""
    )
    what = f"the disk of {log} did not take {len(entries)} events of the meetings {named}"
    if not plain:
        return NotStored(f"{what}; they are lost, because nothing may be written without encryption")
    for folder in _folders():
        path = folder / f"{PREFIX}{_mark(log)}-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.jsonl"
        if _write(path, entries):
            return NotStored(f"{what}; they are in {path}, one event a line, and the next start stores them")
    return NotStored(f"{what}, and no other folder takes them; they are lost")


def restore(connection: Connection, log: Path) -> None:
    """Store what a stop before this start had to write elsewhere.

    What does not continue what `log` holds of its meeting is left where it is, and named once.
    """
    for folder in dict.fromkeys(_folders()):
        for path in sorted(folder.glob(f"{PREFIX}{_mark(log)}-*.jsonl")):
            try:
                fits, odd = _continuing(connection, _entries(path))
                schema.write(connection, fits)
                path.rename(path.with_suffix(".left")) if odd else path.unlink()
            except UNREADABLE as failed:
                logger.warning("events of an earlier stop cannot be read", path=str(path), reason=str(failed))
                continue
            logger.warning("events of an earlier stop are stored now", events=len(fits), path=str(path))
            if odd:
                logger.error("others do not fit the log", events=odd, left=str(path.with_suffix(".left")))


def _folders() -> Iterable[Path]:
    return tuple(folder for folder in (temporary(), home(), current()) if folder is not None)


def _mark(log: Path) -> str:
    """What tells the files of one log from those of another."""
    return hashlib.sha256(os.fsencode(log.resolve())).hexdigest()[:12]


def _entries(path: Path) -> list[Entry]:
    """What is in a file that nobody but this user can have written. Raises `OSError` or `ValueError`."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        found = os.fstat(file.fileno())
        ours = stat.S_ISREG(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
        if not ours or found.st_size > LARGEST:
            raise ValueError("it is not a file this service wrote")
        return [(codec.decode(line), line) for line in file.read().splitlines()]


def _continuing(connection: Connection, entries: Sequence[Entry]) -> tuple[list[Entry], int]:
    """Those that come next in their meetings, and how many fit nowhere. What is stored already is neither."""
    heads = schema.heads(connection)
    fits: list[Entry] = []
    odd = 0
    for envelope, line in entries:
        head = heads.get(envelope.meeting, 0)
        if envelope.seq == head + 1:
            heads[envelope.meeting] = envelope.seq
            fits.append((envelope, line))
        elif schema.envelopes(connection, envelope.meeting, envelope.seq - 1, 1) != [envelope]:
            odd += 1
    return fits, odd


def _write(path: Path, entries: Sequence[Entry]) -> bool:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for _, line in entries:
                file.write(line + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        return False
    return True
