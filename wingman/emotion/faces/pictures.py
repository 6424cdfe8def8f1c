"""Which pictures are measured: at most one every so often, the newest, none while nothing may leave. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from wingman.core.time import SampleTime


@dataclass(frozen=True, slots=True)
class Picture:
    """One JPEG or PNG and the moment it shows."""

    at: SampleTime
    data: bytes


class PictureSlot:
    """Room for one picture. Nothing is queued: a newer one takes an older one's place, a pause empties it."""

    def __init__(self, interval: int) -> None:
        """`interval` is the least number of samples between two pictures that are taken."""
        self._interval = interval
        self._held: Picture | None = None
        self._last: SampleTime | None = None
        self._paused = False
        self.dropped = 0
        """Pictures that were not taken, or gave way to a newer one."""

    def offer(self, picture: Picture) -> bool:
        """Keep it for measuring, unless it comes too soon or nothing may leave. Whether it was kept."""
        early = self._last is not None and picture.at < self._last + self._interval
        if self._paused or early:
            self.dropped += 1
            return False
        self.dropped += self._held is not None
        self._held = picture
        return True

    def take(self) -> Picture | None:
        """The picture to be measured now; it is gone from here."""
        picture, self._held = self._held, None
        if picture is not None:
            self._last = picture.at
        return picture

    @property
    def held_at(self) -> SampleTime | None:
        """The moment of the picture that waits; None when none does."""
        return self._held.at if self._held else None

    def pause(self) -> None:
        """Let go of what was not sent, and take nothing until `resume`."""
        self._paused = True
        self.dropped += self._held is not None
        self._held = None

    def resume(self) -> None:
        """Take pictures again."""
        self._paused = False
