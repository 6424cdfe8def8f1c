"""What every score of the gate counts, and the rates read from it. Pure.

Two scorers stand on it: labelled conversations (`scripts/gate/scoring.py`), and played meetings, where a card
must also come in time (`tests/eval/score.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Self


@dataclass(slots=True)
class Counts:
    """Counts over meetings; add them up, then read the rates."""

    cards: int = 0
    welcome: int = 0
    """Cards at a moment that must or may have one."""
    must: int = 0
    met: int = 0
    quiet: int = 0
    """Moments that must have no card."""
    kept_quiet: int = 0
    seconds: float = 0.0

    @property
    def precision(self) -> float:
        return self.welcome / max(1, self.cards)

    @property
    def recall(self) -> float:
        return self.met / max(1, self.must)

    @property
    def silence(self) -> float:
        return self.kept_quiet / max(1, self.quiet)

    @property
    def per_ten_minutes(self) -> float:
        return self.cards * 600 / max(1.0, self.seconds)

    @classmethod
    def total(cls, scores: Iterable[Self]) -> Self:
        """All of them as one."""
        whole = cls()
        for score in scores:
            for each in fields(cls):
                setattr(whole, each.name, getattr(whole, each.name) + getattr(score, each.name))
        return whole
