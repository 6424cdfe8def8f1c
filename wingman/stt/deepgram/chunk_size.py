"""How much sound goes into one frame: as set, and little while a pause may be ending a phrase. Pure.

The service ends a phrase when it has heard `endpointing_ms` of silence. Until then a person waits for every
sample that waits for its chunk to fill; while somebody speaks on, nobody does.
"""

from __future__ import annotations

from wingman.core.time import samples_of_ms

QUIET = 500
"""Samples below this (-36 dBFS) are a pause; where a room is louder than that, chunks stay as set."""
LOOK = samples_of_ms(40)
STEP = 8
"""The end of each chunk is looked at, and of that every eighth sample: a voice shows in it all the same."""
SMALL = samples_of_ms(20)
MARGIN = samples_of_ms(200)
"""So much longer than the pause that ends a phrase it may take until its end is heard."""


class ChunkSize:
    """Tell it what was sent; `samples` is what goes into the next frame."""

    def __init__(self, usual: int, ending: int) -> None:
        """`usual` size and the pause that ends a phrase, in samples; 0: none does."""
        self._usual = usual
        self._longest = ending + MARGIN if ending and usual > SMALL else 0
        self._quiet = self._longest  # length of the present pause
        self.samples = usual

    def sent(self, pcm: bytes) -> bool:
        """This went out. True when the size has changed by it."""
        if not self._longest:
            return False
        quiet = max(memoryview(pcm).cast("h")[-LOOK::STEP], default=0) < QUIET
        self._quiet = self._quiet + len(pcm) // 2 if quiet else 0
        size = SMALL if 0 < self._quiet < self._longest else self._usual
        changed, self.samples = size != self.samples, size
        return changed
