"""A copy of a log that a service may be writing to: consistent, whole, checked. Synchronous."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from wingman.core.errors import InputError
from wingman.events.sqlite import drivers

PAGES = 1000
"""Copied at a time; in between the service writes on."""
SLEEP_S = 0.01


def back_up(log: Path, copy: Path, key: str = "") -> int:
    """Copy the log at `log` to the new file `copy`, encrypted as it is. Returns the meetings in it.

    A copy of the file alone would miss what is in its write-ahead log. Raises `InputError` when there is no
    such log, when `copy` exists or cannot be written, and when what came out is damaged.
    """
    if not log.is_file():
        raise InputError(f"there is no event log at {log}; set deliver.data_dir", field="deliver.data_dir")
    if copy.exists():
        raise InputError(f"{copy} exists already; name a new file", field="file")
    part = copy.with_name(f"{copy.name}.part")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        meetings = _copied(log, part, key)
        part.rename(copy)
    except drivers.Unusable as failed:
        raise InputError(f"cannot back up {log} to {copy}: {failed}", field="file", status=503) from None
    finally:
        part.unlink(missing_ok=True)
    return meetings


def _copied(log: Path, part: Path, key: str) -> int:
    with (
        contextlib.closing(drivers.open_file(log, key, read_only=True)) as source,
        contextlib.closing(drivers.open_file(part, key)) as target,
    ):
        source.backup(target, pages=PAGES, sleep=SLEEP_S)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        verdict = str(target.execute("PRAGMA quick_check(1)").fetchone()[0])
        if verdict != "ok":
            raise InputError(
                f"the event log {log} is damaged ({verdict}); its copy was thrown away", field="file"
            )
        return int(target.execute("SELECT count(*) FROM meetings").fetchone()[0])
