"""Which face is which: boxes of one picture matched with those of the picture before. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from wingman.core.json import JsonMapping

SAME: Final = 0.3
"""Overlap (intersection over union) from which two boxes hold the same face."""
FORGET_AFTER: Final = 15
"""Pictures without a face after which a box there is somebody new: half a minute."""
MOST: Final = 16
"""Faces that are told apart; a wall of a hundred tiles is a crowd."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where a face is, in pixels of its picture (any unit, the same for all)."""

    x: float
    y: float
    w: float
    h: float

    @property
    def area(self) -> float:
        """Its size, in square pixels."""
        return max(0.0, self.w) * max(0.0, self.h)

    def overlap(self, other: Box) -> float:
        """Intersection over union, 0 to 1."""
        width = min(self.x + self.w, other.x + other.w) - max(self.x, other.x)
        height = min(self.y + self.h, other.y + other.h) - max(self.y, other.y)
        shared = max(0.0, width) * max(0.0, height)
        union = self.area + other.area - shared
        return min(1.0, shared / union) if union > 0 else 0.0  # sides next to nothing round to more than all


def box_of(item: JsonMapping) -> Box:
    """The box of a prediction; an empty one when it names none that can be used."""
    raw = item.get("bbox")
    if not isinstance(raw, Mapping):
        return Box(0.0, 0.0, 0.0, 0.0)
    try:
        return Box(*(float(raw.get(name) or 0.0) for name in ("x", "y", "w", "h")))
    except (TypeError, ValueError):
        return Box(0.0, 0.0, 0.0, 0.0)


@dataclass(slots=True)
class _Known:
    box: Box
    number: int
    unseen: int = 0


class FaceTracker:
    """Gives each face of a picture a number that it keeps for as long as it stays about where it is."""

    def __init__(self) -> None:
        self._known: list[_Known] = []
        self._count = 0

    def tell_apart(self, boxes: Sequence[Box]) -> list[int]:
        """One number per box, in their order; 1 is the first face that was ever seen. The best pairs first."""
        pairs = sorted(
            (
                (-known.box.overlap(box), known.number, place, known)
                for place, box in enumerate(boxes)
                for known in self._known
                if known.box.overlap(box) >= SAME
            ),
            key=lambda pair: pair[:3],
        )
        numbers = [0] * len(boxes)
        taken: set[int] = set()
        for _, number, place, known in pairs:
            if not numbers[place] and number not in taken:
                numbers[place] = number
                taken.add(number)
                known.box, known.unseen = boxes[place], -1
        for place, box in enumerate(boxes):
            if not numbers[place]:
                numbers[place] = self._meet(box)
        self._age()
        return numbers

    def _meet(self, box: Box) -> int:
        self._count += 1
        self._known.append(_Known(box, self._count, -1))
        return self._count

    def _age(self) -> None:
        for known in self._known:
            known.unseen += 1
        kept = [known for known in self._known if known.unseen <= FORGET_AFTER]
        self._known = sorted(kept, key=lambda known: known.unseen)[:MOST]
