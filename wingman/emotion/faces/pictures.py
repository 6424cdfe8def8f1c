"""Which pictures are measured: at most one every so often, the newest, none while nothing may leave. Pure."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from wingman.core.errors import InputError
from wingman.core.time import SampleTime

LARGEST_SIDE: Final = 640
"""Pixels of a picture's longer side that are taken from a live meeting; faces need no more."""
MOST_BYTES: Final = 256 * 1024


def picture_size(picture: bytes) -> tuple[int, int]:
    """Width and height from a JPEG's or PNG's header. Raises `InputError` for anything else."""
    if picture.startswith(b"\x89PNG\r\n\x1a\n") and len(picture) >= 24:
        width, height = struct.unpack(">II", picture[16:24])
        return width, height
    at = 2
    while picture.startswith(b"\xff\xd8") and at + 9 <= len(picture) and picture[at] == 0xFF:
        marker = picture[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", picture[at + 5 : at + 9])
            return width, height
        at += 2 + struct.unpack(">H", picture[at + 2 : at + 4])[0]
    raise InputError("an image must be a whole JPEG or PNG", field="image")


def check_picture(picture: bytes) -> None:
    """Raises `InputError` for what is no picture, or one larger than a live meeting takes."""
    width, height = picture_size(picture)
    if max(width, height) > LARGEST_SIDE or len(picture) > MOST_BYTES:
        raise InputError(
            f"a picture of {width} x {height} pixels and {len(picture)} bytes is too large; send at most "
            f"{LARGEST_SIDE} pixels a side and {MOST_BYTES} bytes",
            field="image",
            status=413,
        )


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
