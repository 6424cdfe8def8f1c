"""How high scores run in this meeting. Pure.

Some meetings are all questions, others never ask one outright; a threshold that fits the one is too low or too
high for the other. What is compared with the thresholds is a score less the meeting's own mark. The mark is a
low one: it tells where the turns lie that want silence, however many of the others want a card.
"""

from __future__ import annotations

from bisect import insort
from collections import deque

MARK = 0.3
"""So many of the counterpart's turns lie below the mark."""
TRUST = 8.0
"""Turns after which the meeting's own mark counts as much as the usual one."""
HIGH = 0.9
"""So many of them lie below a turn that stands out."""
ENOUGH = 15
"""Turns until it can be told which one does."""
REMEMBERED = 200
"""Turns; in a long meeting the mark follows the talk."""


class RunningRate:
    """One meeting's mark. `usual` is that of meetings in general."""

    def __init__(self, usual: float, trust: float = TRUST) -> None:
        """`trust`: turns after which both marks count alike; infinity keeps the usual one."""
        self._usual = usual
        self._trust = trust
        self._recent: deque[float] = deque(maxlen=REMEMBERED)
        self._sorted: list[float] = []

    def relative(self, score: float) -> float:
        """`score` as it would be in a usual meeting."""
        return score - self._shift()

    def stands_out(self, score: float) -> bool:
        """True for one of the highest scores of this meeting."""
        return len(self._sorted) >= ENOUGH and score > self._quantile(HIGH)

    def add(self, score: float) -> None:
        """A turn of the counterpart that is long enough to count."""
        if len(self._recent) == REMEMBERED:
            self._sorted.remove(self._recent[0])
        self._recent.append(score)
        insort(self._sorted, score)

    def _shift(self) -> float:
        count = len(self._sorted)
        if not count:
            return 0.0
        return (self._quantile(MARK) - self._usual) * count / (count + self._trust)

    def _quantile(self, share: float) -> float:
        """The score that this share of the turns lies below; there is one at least."""
        place = share * (len(self._sorted) - 1)
        low = int(place)
        high = min(low + 1, len(self._sorted) - 1)
        return self._sorted[low] + (place - low) * (self._sorted[high] - self._sorted[low])
