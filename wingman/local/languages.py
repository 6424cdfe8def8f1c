"""Which language a channel speaks: found out over its first utterances, then fixed. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from wingman.core.time import SAMPLE_RATE

LONG_ENOUGH = 3 * SAMPLE_RATE
"""Shorter utterances are guessed too often wrongly."""
VOTES = 3
SURE = 0.8
CLEAR = 1.2
"""What the probabilities of one language add up to, one sure guess among them, when no two are sure."""


@dataclass(slots=True)
class LanguageChoice:
    """`current` is empty as long as the recogniser is to find out."""

    current: str = ""
    default: str = "en"
    _guesses: list[tuple[str, float]] = field(default_factory=list)

    @property
    def fallback(self) -> str:
        """What to take for an utterance that leaves doubt: what the last sure one was in."""
        return next((guess for guess in reversed(self._sure)), self.default)

    @property
    def _sure(self) -> list[str]:
        return [language for language, probability in self._guesses if probability > SURE]

    def heard(self, language: str, probability: float, length: int) -> None:
        """An utterance of `length` samples sounds most like `language`."""
        if self.current or length < LONG_ENOUGH:
            return
        self._guesses.append((language, probability))
        agreed = [guess for guess in self._sure if self._sure.count(guess) >= 2]
        if agreed:
            self.current = agreed[0]
        elif len(self._guesses) >= VOTES:
            self.current = self._likeliest() or self.default

    def _likeliest(self) -> str:
        """The one sure guess that what is left agrees with; empty when there is none."""
        sums = {sure: sum(p for guess, p in self._guesses if guess == sure) for sure in self._sure}
        best = max(sums, key=lambda language: sums[language], default="")
        return best if best and sums[best] >= CLEAR else ""
