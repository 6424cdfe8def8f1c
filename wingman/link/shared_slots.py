"""At most so many things at once, counted over all processes of this user on this machine.

A vendor's plan limits the connections of an account, not of a process. A slot is a small file somebody holds a
lock on, so that a process that dies gives back what it held. Whoever waits holds a lock as well, by which those
who have a slot see that they should give it up as soon as they can.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from wingman.link.shared_folder import open_shared, shared_file

log = structlog.get_logger(__name__)

LOOK_S: Final = 0.05
"""How often somebody who waits looks again."""
TELL_AFTER_S: Final = 2.0
"""How long a wait may be before it is told: slots that change hands between two clips are no news."""


class Slot:
    """One of the things there are so many of. Give it back with `release`."""

    def __init__(self, file: int | None) -> None:
        self._file = file

    def release(self) -> None:
        """Somebody else may have it. Idempotent."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)


class SharedSlots:
    """Slots by the name of what they are for. Where no file can be shared there is no limit."""

    def __init__(self, name: str, count: int, folder: Path | None = None) -> None:
        """`count` 0 sets no limit."""
        self.count = count
        self._path = shared_file("slot", name, folder)

    @property
    def wanted(self) -> bool:
        """Somebody waits for a slot."""
        return self.count > 0 and self._waits()

    def take_now(self) -> Slot | None:
        """A slot that is free at this moment; None when none is."""
        if not self.count:
            return Slot(None)
        try:
            for number in range(self.count):
                if (file := _locked(self._path.with_suffix(f".{number}"), fcntl.LOCK_EX)) is not None:
                    return Slot(file)
        except OSError as failed:
            log.warning("slots.not_shared", reason=str(failed))
            return Slot(None)
        return None

    async def take(self, held: Callable[[], None] = lambda: None) -> Slot:
        """A slot, as soon as there is one. `held` is called once when that takes long.

        Who comes while others wait comes after them, or who has just given a slot up would take it again.
        """
        if not self.wanted and (slot := self.take_now()) is not None:
            return slot
        with contextlib.ExitStack() as waiting:
            looks, told = 0, False
            while True:
                told = told or self._tell(waiting)
                await asyncio.sleep(LOOK_S)
                if (slot := self.take_now()) is not None:
                    return slot
                looks += 1
                if looks == int(TELL_AFTER_S / LOOK_S):
                    held()

    def _tell(self, until: contextlib.ExitStack) -> bool:
        """Let those who hold a slot see that somebody waits. False while another process looks for it."""
        file = _locked(self._path.with_suffix(".wait"), fcntl.LOCK_SH)
        if file is not None:
            until.callback(os.close, file)
        return file is not None

    def _waits(self) -> bool:
        try:
            file = _locked(self._path.with_suffix(".wait"), fcntl.LOCK_EX)
        except OSError:
            return False
        if file is not None:
            os.close(file)
        return file is None


def _locked(path: Path, kind: int) -> int | None:
    """The file with a lock on it, None when somebody else's lock is in the way. Raises `OSError`."""
    file = open_shared(path)
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    return file
