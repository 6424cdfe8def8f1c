"""Sender reports, sound, and a sink that counts it."""

from __future__ import annotations

from wingman.core.losses import Loss
from wingman.core.media import GapCause, PcmBlock

NTP = 1 << 32
EPOCH = 3_970_000_000  # seconds since 1900
PCM = b"\x10\x00" * 320


class CountingSink:
    """A sink for hours of audio: it keeps the length only."""

    def __init__(self) -> None:
        self.position = 0

    def write(self, block: PcmBlock) -> None:
        assert block.start == self.position
        self.position = block.end

    def skip(self, count: int, cause: GapCause) -> None:
        self.position += count

    def anchor(self, wall: float, kept_s: float = 0.0, *, begun_s: float | None = None) -> int:
        return 0

    def newest(self, count: int) -> bytes:
        return b""

    def lost(self, loss: Loss) -> None: ...

    def state(self, state: str, detail: str = "") -> None: ...


LOUD = b"\x00\x20" * 320
