"""How much sound goes into one frame: as set, and little while a pause may be ending a phrase. Pure.

The service ends a phrase when it has heard `endpointing_ms` of silence. Until then a person waits for every
sample that waits for its chunk to fill; while somebody speaks on, nobody does.

Packets rarely end where chunks do: an encoder's delay is cut off, drift is evened out. Half a packet more or
less makes each chunk end with a packet; else the end of every packet would wait for the next one.
"""

from __future__ import annotations

from wingman.core.time import samples_of_ms

QUIET = 500
"""Samples below this (-36 dBFS) are a pause; where a room is louder than that, chunks stay as set."""
LOOK = samples_of_ms(40)
STEP = 8
"""The end of each chunk is looked at, and of that every eighth sample: a voice shows in it all the same."""
SMALL = samples_of_ms(20)
SLACK = samples_of_ms(10) - 1
"""By so much a chunk may be smaller or larger; pieces of 10 ms are gathered all the same."""
MARGIN = samples_of_ms(200)
"""So much longer than the pause that ends a phrase it may take until its end is heard."""


class ChunkSize:
    """Tell it what was sent; `samples` is what goes into the next frame."""

    __slots__ = (
        "_longest",
        "_quiet",
        "_usual",
        "least",
        "most",
        "samples",
        "varies",
    )

    def __init__(self, usual: int, ending: int) -> None:
        """`usual` size and the pause that ends a phrase, in samples; 0: none does."""
        self._usual = usual
        self._longest = ending + MARGIN if ending and usual > SMALL else 0
        self.varies = self._longest > 0
        """Whether `sent` has to be told."""
        self._quiet = self._longest  # length of the present pause
        self._set(usual)

    def _set(self, samples: int) -> None:
        slack = min(SLACK, (samples - 1) // 2)
        self.samples = samples
        self.least = samples - slack
        """From so many samples on they are sent."""
        self.most = samples + slack
        """Up to so many go into one frame; of more, `samples`."""

    def sent(self, pcm: bytes) -> bool:
        """This went out. True when the size has changed by it."""
        quiet = max(memoryview(pcm).cast("h")[-LOOK::STEP], default=0) < QUIET
        self._quiet = self._quiet + len(pcm) // 2 if quiet else 0
        size = SMALL if 0 < self._quiet < self._longest else self._usual
        if size == self.samples:
            return False
        self._set(size)
        return True
