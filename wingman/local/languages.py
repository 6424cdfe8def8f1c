"""Which language a channel speaks: found out over its first utterances, then fixed. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from wingman.core.time import SAMPLE_RATE

LONG_ENOUGH = 3 * SAMPLE_RATE
"""Shorter utterances are guessed too often wrongly."""
VOTES = 3
SURE = 0.8


@dataclass(slots=True)
class LanguageChoice:
    """`current` is empty as long as the recogniser is to find out."""

    current: str = ""
    default: str = "en"
    _votes: list[str] = field(default_factory=list)
    _asked: int = 0

    @property
    def fallback(self) -> str:
        """What to take for an utterance that leaves doubt: what the last sure one was in."""
        return self._votes[-1] if self._votes else self.default

    def heard(self, language: str, probability: float, length: int) -> None:
        """An utterance of `length` samples was taken for `language`."""
        if self.current or length < LONG_ENOUGH:
            return
        self._asked += 1
        if probability > SURE:
            self._votes.append(language)
        agreed = [vote for vote in self._votes if self._votes.count(vote) >= 2]
        if agreed:
            self.current = agreed[0]
        elif self._asked >= VOTES:
            self.current = self.default
