"""Has this been said already? Pure comparison of card texts."""

from __future__ import annotations

import difflib
from collections import deque

from wingman.suggest.playbook.signals import normalise

REMEMBERED = 3
ALIKE = 0.82


class Novelty:
    """The last three cards, and whether a text repeats one of them."""

    def __init__(self) -> None:
        self._shown: deque[str] = deque(maxlen=REMEMBERED)

    def remember(self, text: str) -> None:
        """It has been shown."""
        if text.strip():
            self._shown.append(text.strip())

    @property
    def shown(self) -> tuple[str, ...]:
        """The last cards' texts, oldest first."""
        return tuple(self._shown)

    def repeats(self, text: str) -> bool:
        """True when a card with nearly these words is among the last three."""
        plain = normalise(text).split()
        return any(_alike(plain, normalise(shown).split()) for shown in self._shown)

    def may_repeat(self, beginning: str) -> bool:
        """True while a text that begins so could still turn out to be one of the last three, word for word."""
        plain = normalise(beginning)
        return any(normalise(shown).startswith(plain) for shown in self._shown)


def _alike(one: list[str], other: list[str]) -> bool:
    if one == other:
        return True
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio() >= ALIKE
