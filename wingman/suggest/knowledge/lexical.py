"""Sections found by their words: an inverted index, and features that say how well each fits. Pure."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from wingman.suggest.knowledge.facets import AMOUNT, SUM, asked, held, unasked
from wingman.suggest.knowledge.sections import Section
from wingman.suggest.playbook.language import SMALL_WORDS
from wingman.suggest.playbook.signals import normalise

STOP_WORDS = SMALL_WORDS | frozenset(
    re.findall(
        r"\w+",
        """
        been before being come day does doing done getting going good got great hello hi however kind let's look
        lot many maybe mean might much need oh okay ok one people per please put quite really right said say see
        sort still sure tell thank thanks thing things think though thought too uh um used want well whole yeah
        yes
        """,
    )
)
"""Words that say nothing about the subject."""
TOO_COMMON = 0.5
"""A word that stands in more than this share of many sections finds nothing."""
MANY = 50
FEWEST = 4
"""A smaller folder is weighed as if it held so many sections: one note alone must not fit everything."""
CANDIDATES = 24
_HEADING_COUNTS = 2


@dataclass(frozen=True, slots=True)
class Fit:
    """How well one section fits, before any meaning is known."""

    words: float
    """Weight of the words of what was just said that it holds."""
    before: float
    """The same for the turns before it."""
    facet: float
    """How much it is about what is asked for."""


NO_FIT = Fit(0.0, 0.0, 0.0)


class LexicalIndex:
    """The sections of one folder by their words."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._postings: dict[str, dict[int, int]] = defaultdict(dict)
        self._facets: dict[str, dict[int, float]] = defaultdict(dict)
        self._count = max(len(sections), FEWEST)
        for row, section in enumerate(sections):
            counted = Counter(stems(" ".join(section.statements)))
            for stem in stems(re.sub(r"\.\w+ ›|[-_./›]", " ", f"{section.source} ")):
                counted[stem] += _HEADING_COUNTS
            for stem, count in counted.items():
                self._postings[stem][row] = count
            for name, share in held("\n".join(section.statements)).items():
                self._facets[name][row] = share

    def fits(self, text: str, before: Sequence[str] = ()) -> dict[int, Fit]:
        """The sections that may fit `text`, said after the turns `before`; the others have no word of it."""
        own = frozenset(stems(text))
        words = self._weighed(own)
        earlier = self._weighed(frozenset(stem for turn in before for stem in stems(turn)) - own)
        facets: Counter[int] = Counter()
        for name in asked(normalise(text)):
            for row, share in self._facets.get(name, {}).items():
                facets[row] += share  # type: ignore[assignment]  # a Counter adds floats as well
        best = Counter(
            {row: words[row] + 0.35 * earlier[row] + facets[row] for row in {*words, *earlier, *facets}}
        )
        return {row: Fit(words[row], earlier[row], facets[row]) for row, _ in best.most_common(CANDIDATES)}

    def covered(self, text: str, before: Sequence[str], row: int) -> float:
        """How much of what `text` is about stands in a section, 0 to 1. Words that no section has count most.

        Words that ask for something of which the section tells (`what's the damage`) need not stand in it. What
        says nothing else (`and how much is that?`) is about what the turn before said.
        """
        plain = normalise(text)
        about = unasked(plain, (name for name in asked(plain) if row in self._facets.get(name, {})))
        words = frozenset(stems(about)) or frozenset(stems(" ".join(before[-1:])))
        found = {one: self._postings.get(one, {}) for one in words}
        wanted = {one: self._rarity(len(rows)) for one, rows in found.items()}
        held = sum(rarity for one, rarity in wanted.items() if row in found[one])
        return held / sum(wanted.values()) if wanted else 0.0

    def lacks_the_sum(self, text: str, row: int) -> bool:
        """True when `text` asks for a sum and the section names none: whatever it says, it is no answer."""
        return AMOUNT.search(normalise(text)) is not None and row not in self._facets.get(SUM, {})

    def _weighed(self, wanted: frozenset[str]) -> Counter[int]:
        """Inverse document frequency of the words each section holds, twice as often counting a little more."""
        points: Counter[int] = Counter()
        for stem in wanted:
            rows = self._postings.get(stem, {})
            if not rows or (self._count > MANY and len(rows) > TOO_COMMON * self._count):
                continue
            rarity = self._rarity(len(rows))
            for row, count in rows.items():
                points[row] += rarity * math.sqrt(min(2, count))  # type: ignore[assignment]
        return points

    def _rarity(self, sections: int) -> float:
        """Inverse document frequency of a word that stands in so many sections."""
        return math.log(1 + (self._count - sections + 0.5) / (sections + 0.5))


def stems(text: str) -> list[str]:
    """The words worth looking up, cut to what their forms share."""
    plain = (re.sub(r"'s$|\W", "", word) for word in normalise(text).split())
    return [stem(word) for word in plain if (len(word) > 1 or word.isdigit()) and word not in STOP_WORDS]


def stem(word: str) -> str:
    """The first five letters of a long word, a shorter one without its plural; rough, for five languages."""
    if word.isdigit():
        return word
    if len(word) > 5:
        return word[:5]
    return re.sub(r"(?:es|e|s)$", "", word) if len(word) > 3 else word
