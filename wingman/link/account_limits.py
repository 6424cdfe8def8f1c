"""What a vendor's plan allows an account, counted over all processes of this user on this machine.

A vendor counts the connections and handshakes of an account, not of a process. Processes count by locks on
small files. A *slot* is one of so many things at once: whoever holds it holds a lock, so that a process that
dies gives it back. A *turn* is one of so many a second: the file holds the last ones. Whoever waits for a slot
holds a lock as well, by which those who have one see that they should give it up as soon as they can.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import os
import stat
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

log = structlog.get_logger(__name__)

LOOK_S: Final = 0.05
"""How often somebody who waits looks again."""
AT_ONCE: Final = fcntl.LOCK_EX | fcntl.LOCK_NB
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
                if (file := _locked(self._path.with_suffix(f".{number}"), AT_ONCE)) is not None:
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
        file = _locked(self._path.with_suffix(".wait"), fcntl.LOCK_SH | fcntl.LOCK_NB)
        if file is not None:
            until.callback(os.close, file)
        return file is not None

    def _waits(self) -> bool:
        try:
            file = _locked(self._path.with_suffix(".wait"), AT_ONCE)
        except OSError:
            return False
        if file is not None:
            os.close(file)
        return file is None


def next_turn(taken: list[float], now: float, per_second: int) -> float:
    """The first moment from `now` on with fewer than `per_second` turns in the second before; it joins `taken`.

    `taken` rises; what can matter no longer is dropped from it.
    """
    del taken[: max(0, len(taken) - per_second)]
    at = max(now, taken[-per_second] + 1.0) if len(taken) >= per_second else now
    at = max(at, taken[-1]) if taken else at
    taken.append(at)
    return at


class SharedTurns:
    """Turns by the name of what they are for, on the monotonic clock, which all processes share.

    Falls back on this process alone where no file can be shared.
    """

    def __init__(self, name: str, per_second: int, folder: Path | None = None) -> None:
        self._per_second = per_second
        self._own: list[float] = []
        self._path = shared_file("turns", name, folder)

    def take(self, now: float, *, shared: bool = True) -> float:
        """When the turn is, on the monotonic clock. `shared=False` counts this process alone."""
        if shared:
            try:
                return self._take_shared(now)
            except OSError as failed:
                log.debug("turns.not_shared", reason=str(failed))
        return next_turn(self._own, now, self._per_second)

    def _take_shared(self, now: float) -> float:
        if (file := _locked(self._path, fcntl.LOCK_EX)) is None:
            raise BlockingIOError
        try:
            taken = _times(os.read(file, 8 * 4 * self._per_second), now)
            at = next_turn(taken, now, self._per_second)
            os.lseek(file, 0, os.SEEK_SET)
            os.truncate(file, os.write(file, struct.pack(f"={len(taken)}d", *taken)))
            return at
        finally:
            os.close(file)


def _times(raw: bytes, now: float) -> list[float]:
    """What the file holds; times beyond any wait are of another boot of the machine."""
    whole = raw[: len(raw) // 8 * 8]
    times = struct.unpack(f"={len(whole) // 8}d", whole)
    return [at for at in times if now - 1.0 < at < now + 60.0]


def shared_file(kind: str, name: str, folder: Path | None = None) -> Path:
    """Where what is called `name` is counted: in a folder of this user's, unless another one is given."""
    key = hashlib.sha256(name.encode()).hexdigest()[:16]
    return (folder or Path(tempfile.gettempdir()) / f"wingman-{os.getuid()}") / f"{kind}-{key}"


def _locked(path: Path, kind: int) -> int | None:
    """The file with a lock on it; None when somebody else's is in the way and `kind` does not wait.

    Raises `OSError`, also when its folder is not this user's alone.
    """
    file = _open(path)
    try:
        fcntl.flock(file, kind)
    except BlockingIOError:
        os.close(file)
        return None
    return file


def _open(path: Path) -> int:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = path.parent.stat()
    if owner.st_uid != os.getuid() or stat.S_IMODE(owner.st_mode) & 0o077:
        raise PermissionError(f"{path.parent} is not ours alone")
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
