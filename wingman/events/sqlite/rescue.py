"""What to do with events the disk has not taken when the service stops: write them elsewhere, or name them."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from wingman.core.errors import WingmanError
from wingman.events.sqlite.schema import Entry

SHOWN = 5
"""Meetings named in the sentence."""


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
    for folder in (Path(tempfile.gettempdir()), Path.home(), Path.cwd()):
        path = folder / f"wingman-not-stored-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.jsonl"
        if _write(path, entries):
            return NotStored(f"{what}; they are in {path}, one event a line")
    return NotStored(f"{what}, and no other folder takes them; they are lost")


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
