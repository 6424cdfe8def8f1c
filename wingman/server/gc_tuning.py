"""Keeps the garbage collector's full passes away from people who are speaking.

A full pass looks at every object of the process and stops it for about a millisecond per meeting: with a
hundred meetings, a tenth of a second in which nobody's audio moves. The interpreter makes one whenever the heap
has grown by a quarter, so most often when meetings begin. What a meeting is made of lives as long as the
meeting. So it is taken out of the collector's sight when the next one begins, and given back when enough have
ended that there is something to find.

For a process of our own only: the heap of somebody else's program is not ours to arrange.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence

from wingman.core.events import Envelope, MeetingEnded, MeetingStarted

FEWEST_ENDED = 20
"""Ended meetings that are worth a full pass while others are running."""


class Heap:
    """Give `hear` to `Hub.tap`."""

    def __init__(self) -> None:
        self._live = 0
        self._ended = 0  # since the last full pass

    def hear(self, envelopes: Sequence[Envelope]) -> None:
        """Take notice of meetings that begin and end."""
        for envelope in envelopes:
            if isinstance(envelope.data, MeetingStarted):
                self._live += 1
                gc.freeze()
            elif isinstance(envelope.data, MeetingEnded):
                self._live = max(0, self._live - 1)
                self._ended += 1
                if not self._live or self._ended >= max(FEWEST_ENDED, self._live):
                    # no pass here: this meeting is not gone yet. The interpreter makes one soon enough.
                    gc.unfreeze()
                    self._ended = 0
