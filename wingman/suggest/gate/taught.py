"""What the user's feedback has taught: how high the bar is for each kind of card. Pure, bounded, local."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

STEPS = {"used": -0.3, "copied": -0.2, "pinned": -0.2, "dismissed": 0.25, "wrong": 0.6}
"""Log odds that one word of feedback adds to a kind's bar in this meeting."""
MOST = 1.5
"""No kind's bar moves further, either way: a habit may make cards rare, never impossible."""
COUNTS = 0.3
"""A kind with at least this share takes part in a moment."""
LASTING = 0.25
"""So much of a step stays with the user for the meetings to come."""
MOST_LASTING = 0.75
"""Half of what one meeting may move: what was taught long ago can be outweighed in one."""
KINDS_KEPT = 64


class Habit(Protocol):
    """What stays with the user from meeting to meeting."""

    @property
    def bars(self) -> Mapping[str, float]:
        """Kind → its bar."""
        ...

    def learn(self, kind: str, step: float) -> None:
        """Move a kind's bar."""
        ...


class NoHabit:
    """Nothing is kept."""

    bars: Mapping[str, float] = {}

    def learn(self, kind: str, step: float) -> None:
        """There is nowhere to keep it."""


class Taught:
    """Bars by kind: 0 is as trained, higher asks for more evidence. One per meeting, over the user's habit."""

    def __init__(self, habit: Habit | None = None) -> None:
        self._habit = habit or NoHabit()
        self._bars: dict[str, float] = {}

    @property
    def bars(self) -> dict[str, float]:
        """Kind → its bar in this meeting, without those at 0; to be shown."""
        kinds = {*self._bars, *self._habit.bars}
        found = {kind: round(self._bar(kind), 2) for kind in sorted(kinds)}
        return {kind: bar for kind, bar in found.items() if bar}

    def learn(self, kind: str, feedback: str) -> None:
        """One word of feedback on a card of this kind; words that judge nothing change nothing."""
        step = STEPS.get(feedback, 0.0)
        if step:
            self._bars[kind] = bounded(self._bars.get(kind, 0.0) + step, MOST)
            self._habit.learn(kind, step * LASTING)

    def forget(self) -> None:
        """What this meeting taught; the habit is reset where it is kept."""
        self._bars.clear()

    def bar(self, kinds: Mapping[str, float]) -> float:
        """What is added to the bar of a moment with these kinds: the mildest of those that take part."""
        part = [kind for kind, share in kinds.items() if share >= COUNTS]
        part = part or [max(kinds, key=lambda kind: kinds[kind])] if kinds else part
        return min((self._bar(kind) for kind in part), default=0.0)

    def _bar(self, kind: str) -> float:
        return bounded(self._bars.get(kind, 0.0) + self._habit.bars.get(kind, 0.0), MOST)


def moved(bars: Mapping[str, float], kind: str, step: float) -> dict[str, float]:
    """A habit after one more step. It never holds more than `KINDS_KEPT` kinds."""
    found = {**bars, kind: round(bounded(bars.get(kind, 0.0) + step, MOST_LASTING), 3)}
    return {kind: bar for kind, bar in list(found.items())[-KINDS_KEPT:] if bar}


def bounded(bar: float, most: float) -> float:
    """`bar`, not further from 0 than `most`."""
    return max(-most, min(most, bar))
