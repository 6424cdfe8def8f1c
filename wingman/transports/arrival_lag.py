"""How far sound without times has fallen behind the clock: its sender sends nothing in pauses. Pure."""

from __future__ import annotations

BEHIND_S = 2.0
"""Less is a network's and a buffer's."""
LASTING_S = 5.0
"""What a network held back comes at once and is made up for within this."""
HEARD_S = 0.5
"""Less sound after a pause is what a decoder still held when its stream ended."""


class ArrivalLag:
    """One stream of samples that follow each other."""

    def __init__(self) -> None:
        self._began = 0.0
        self._heard = 0.0
        self._since: float | None = None
        self._in_time = 0.0
        """Of what was heard so much was not behind."""
        self._behind = 0.0

    def push(self, length: float, now: float) -> float:
        """`length` seconds of sound came at `now`. By how many it is behind, once that lasts; else 0."""
        if not self._heard:
            self._began = now - length
        self._heard += length
        behind = self._behind = now - self._began - self._heard
        if behind < BEHIND_S:
            self._since = None
            self._in_time = self._heard
            return 0.0
        if self._since is None:
            self._since = now
        return behind if now - self._since >= LASTING_S else 0.0

    def at_end(self) -> float:
        """By how many seconds it is behind when no more comes: what is missing then is not made up for."""
        return self._behind if self._heard - self._in_time >= HEARD_S else 0.0
