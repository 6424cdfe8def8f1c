"""Has this been said already? Compares card texts: their words, what these are about, and what they mean."""

from __future__ import annotations

import difflib
import re
from collections import deque

from wingman.suggest.card.card_meanings import CardMeanings
from wingman.suggest.knowledge.lexical import stems
from wingman.suggest.playbook.signals import normalise

REMEMBERED = 6
SHOWN = 3
ALIKE = 0.82
"""Share of the words in the same order."""
SAME_SUBJECT = 0.7
"""Share of the words that carry meaning, in any order and form."""
SAME_MEANING = 0.72
"""Cosine of two texts; below it stand moves that ask for different things, above it the same in other words."""
FEWEST = 4
"""Words that carry meaning; fewer do not tell a subject."""
_QUOTED = re.compile(r"[“\"„«»][^“”\"„«»]{3,}[”\"“»«]")


class Novelty:
    """The last cards, and whether a text repeats one of them."""

    def __init__(self, meanings: CardMeanings | None = None) -> None:
        """`meanings` tells of those texts it knows; the others are compared by their words."""
        self._shown: deque[str] = deque(maxlen=REMEMBERED)
        self._meanings = meanings or CardMeanings()

    def remember(self, text: str) -> None:
        """It has been shown."""
        if text.strip():
            self._shown.append(text.strip())
            self._meanings.want((bare(text),))

    @property
    def shown(self) -> tuple[str, ...]:
        """The last three cards' texts, oldest first."""
        return tuple(self._shown)[-SHOWN:]

    def repeats(self, text: str) -> bool:
        """True when one of the last cards has nearly these words, or says much the same in others."""
        plain, about = normalise(text).split(), _subject(text)
        return any(
            _alike(plain, normalise(shown).split())
            or _same(about, _subject(shown))
            or self._mean_the_same(text, shown)
            for shown in self._shown
        )

    def _mean_the_same(self, text: str, shown: str) -> bool:
        one, other = self._meanings.of(bare(text)), self._meanings.of(bare(shown))
        return one is not None and other is not None and float(one @ other) >= SAME_MEANING

    def may_repeat(self, beginning: str) -> bool:
        """True while a text that begins so could still turn out to be one of the last, word for word."""
        plain = normalise(beginning)
        return any(normalise(shown).startswith(plain) for shown in self._shown)


def bare(text: str) -> str:
    """A text without what it quotes; the whole of one that is little else."""
    without = " ".join(_QUOTED.sub(" ", text).split())
    return without if len(without.split()) >= FEWEST else text.strip()


def _alike(one: list[str], other: list[str]) -> bool:
    if one == other:
        return True
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio() >= ALIKE


def _subject(text: str) -> frozenset[str]:
    """The words that carry meaning; what is quoted counts only where there is little else."""
    bare = frozenset(stems(_QUOTED.sub(" ", text)))
    return bare if len(bare) >= FEWEST else frozenset(stems(text))


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    if min(len(one), len(other)) < FEWEST:
        return False
    return len(one & other) / len(one | other) >= SAME_SUBJECT
