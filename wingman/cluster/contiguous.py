"""Up to which number everything was heard, where numbers come about in order. Pure."""

from __future__ import annotations

import heapq


class Contiguous:
    """Numbers of one stream. One that never comes holds `upto` back, and shows so."""

    def __init__(self) -> None:
        self.upto = 0
        """Every number up to this one was heard, or is known of."""
        self._beyond: list[int] = []

    def add(self, number: int) -> None:
        """This one was heard."""
        if number > self.upto:
            heapq.heappush(self._beyond, number)
        while self._beyond and self._beyond[0] <= self.upto + 1:
            self.upto = max(self.upto, heapq.heappop(self._beyond))

    def know(self, upto: int) -> None:
        """Everything up to this one is known of."""
        self.upto = max(self.upto, upto)
        self.add(self.upto)
