"""Which language a channel speaks: found out over its first utterances, then fixed. Pure.

No single utterance decides. What each one sounds like is added up, as probabilities of one language for all of
them are multiplied: four that lean to French say more than one that is nearly sure of Thai.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from wingman.core.time import SAMPLE_RATE

LONG_ENOUGH = 3 * SAMPLE_RATE
"""Shorter utterances are guessed too often wrongly."""
LEAST, MOST = 2, 5
"""Long utterances before it may be fixed, and after which it is fixed, sure or not."""
SURE = 0.95
"""What the likeliest language has to reach against all others together."""
FLOOR = 0.02
"""No utterance counts more than this against a language: one of them may be a mere sound."""

Guesses = Sequence[tuple[str, float]]
"""Languages with their probabilities (0 to 1), the likeliest first; those left out have what remains."""


@dataclass(slots=True)
class LanguageChoice:
    """`current` is empty as long as the recogniser is to find out."""

    current: str = ""
    default: str = "en"
    _heard: int = 0
    _evidence: dict[str, float] = field(default_factory=dict)
    """Sums of the logarithms of the probabilities; a language that never was a guess has the floor of all."""

    @property
    def fallback(self) -> str:
        """What to take for an utterance that leaves doubt: what is likelier so far than all others together."""
        best, share = self._likeliest()
        return best if share > 0.5 else self.default

    def heard(self, guesses: Guesses, length: int) -> None:
        """An utterance of `length` samples sounds like `guesses`."""
        if self.current or length < LONG_ENOUGH or not guesses:
            return
        before, told = self._heard * math.log(FLOOR), dict(guesses)
        for language in {*self._evidence, *told}:
            probability = max(FLOOR, told.get(language, 0.0))
            self._evidence[language] = self._evidence.get(language, before) + math.log(probability)
        self._heard += 1
        best, share = self._likeliest()
        if self._heard >= MOST or (self._heard >= LEAST and share >= SURE):
            self.current = best

    def _likeliest(self) -> tuple[str, float]:
        """The likeliest language, and its share among all that were guessed."""
        if not self._evidence:
            return self.default, 0.0
        best = max(self._evidence, key=self._evidence.__getitem__)
        others = sum(math.exp(value - self._evidence[best]) for value in self._evidence.values())
        return best, 1 / others
