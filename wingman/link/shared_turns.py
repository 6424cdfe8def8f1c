"""At most so many turns a second, counted over all processes of this user on this machine.

A vendor counts the handshakes of an account, not of a process. The turns lie in a small file that whoever takes
one locks for some microseconds; its times are those of the monotonic clock, which all processes share.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
from collections.abc import Iterator
from pathlib import Path

import structlog

from wingman.link.shared_folder import open_shared, shared_file

log = structlog.get_logger(__name__)


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
    """Turns by the name of what they are for. Falls back on this process alone where no file can be shared."""

    def __init__(self, name: str, per_second: int, folder: Path | None = None) -> None:
        self._per_second = per_second
        self._own: list[float] = []
        self._path = shared_file("turns", name, folder)

    def take(self, now: float, *, shared: bool = True) -> float:
        """When the turn is, on the monotonic clock. `shared=False` counts this process alone."""
        if shared:
            try:
                with self._locked() as file:
                    taken = _times(os.read(file, 8 * 4 * self._per_second), now)
                    at = next_turn(taken, now, self._per_second)
                    os.lseek(file, 0, os.SEEK_SET)
                    os.truncate(file, os.write(file, struct.pack(f"={len(taken)}d", *taken)))
                    return at
            except OSError as failed:
                log.debug("turns.not_shared", reason=str(failed))
        return next_turn(self._own, now, self._per_second)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[int]:
        file = open_shared(self._path)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
        finally:
            os.close(file)


def _times(raw: bytes, now: float) -> list[float]:
    """What the file holds; times beyond any wait are of another boot of the machine."""
    whole = raw[: len(raw) // 8 * 8]
    times = struct.unpack(f"={len(whole) // 8}d", whole)
    return [at for at in times if now - 1.0 < at < now + 60.0]
