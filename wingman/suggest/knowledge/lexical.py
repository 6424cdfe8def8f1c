"""Sections found by their words: an inverted index, and features that say how well each fits. Pure."""

from __future__ import annotations

import heapq
import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from wingman.suggest.knowledge.codes import asked_codes, codes
from wingman.suggest.knowledge.concepts import ideas
from wingman.suggest.knowledge.facets import AMOUNT, SUM, asked, held
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
LONGEST_WORD = 80
"""Letters of a word that are looked at: forms and parts are looked for in the square of its length."""
_HEADING_COUNTS = 2
_VERBAL = re.compile(r"(\w*[aeiouy]\w*)(?:ing|ed)$")
"""What English adds to a verb; of what is left a vowel and three letters must stand, so `need` is whole."""
_SAME_IDEA = 0.7
"""What another word for the same counts, to one for the word itself."""
_BETWEEN = re.compile(r"\.\w+ ›|[-_./›]")
"""What parts the words of a source."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How well one section fits, before any meaning is known."""

    words: float
    """Weight of the words of what was just said that it holds."""
    before: float
    """The same for the turns before it."""
    facet: float
    """How much it is about what is asked for."""
    told: float = 0.0
    """Weight of the words of what was just said that it holds, in these words or in others for the same."""
    titled: float = 0.0
    """The same in its heading alone."""


Points: TypeAlias = defaultdict[int, float]
"""What each section has; none at all where it is not named."""
NO_FIT = Fit(0.0, 0.0, 0.0)
Unit: TypeAlias = tuple[str, frozenset[int]]
"""A word as it is looked up, empty when it says nothing by itself; and the ideas that it stands for."""


class _Holders:
    """Which sections hold a word, or another word for the same."""

    def __init__(self) -> None:
        self.words: dict[str, set[int]] = defaultdict(set)
        self.ideas: dict[int, set[int]] = defaultdict(set)

    def add(self, row: int, text: str) -> None:
        for stem_, meant in units(text):
            self.words[stem_].add(row)
            for idea in meant:
                self.ideas[idea].add(row)

    def literal(self, unit: Unit) -> set[int]:
        return self.words.get(unit[0], set()) if unit[0] else set()

    def alike(self, unit: Unit) -> set[int]:
        return set().union(*(self.ideas.get(idea, ()) for idea in unit[1]))


class LexicalIndex:
    """The sections of one folder by their words."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._postings: dict[str, dict[int, int]] = defaultdict(dict)
        self._facets: dict[str, dict[int, float]] = defaultdict(dict)
        self._whole, self._titles = _Holders(), _Holders()
        self._codes: dict[str, set[int]] = defaultdict(set)
        self._count = max(len(sections), FEWEST)
        for row, section in enumerate(sections):
            source = _BETWEEN.sub(" ", f"{section.source} ")
            counted = Counter(stems(" ".join(section.statements)))
            for stem in stems(source):
                counted[stem] += _HEADING_COUNTS
            self._titles.add(row, _BETWEEN.sub(" ", section.heading) if section.heading else source)
            for text in (*section.statements, source):
                self._whole.add(row, text)
            for code in codes(" ".join((section.heading, *section.statements))):
                self._codes[code].add(row)
            for stem, count in counted.items():
                self._postings[stem][row] = count
            for name, share in held("\n".join(section.statements)).items():
                self._facets[name][row] = share

    def fits(self, text: str, before: Sequence[str] = ()) -> dict[int, Fit]:
        """The sections that may fit `text`, said after the turns `before`; the others have no word of it."""
        own = frozenset(stems(text))
        words = self._weighed(own)
        earlier = self._weighed(frozenset(stem for turn in before for stem in stems(turn)) - own)
        facets: Points = defaultdict(float)
        for name in asked(normalise(text)):
            for row, share in self._facets.get(name, {}).items():
                facets[row] += share
        told, titled = self._meant(text)
        rows = {*words, *earlier, *facets, *told}
        best = {row: max(words[row], told[row]) + 0.35 * earlier[row] + facets[row] for row in rows}
        return {
            row: Fit(words[row], earlier[row], facets[row], told[row], titled[row])
            for row in heapq.nlargest(CANDIDATES, best, key=best.__getitem__)
        }

    def coded(self, text: str) -> int | None:
        """The only section that holds a code that `text` asks for; None without just one."""
        rows = set().union(*(self._codes.get(code, ()) for code in asked_codes(text)))
        return rows.pop() if len(rows) == 1 else None

    def lacks_the_sum(self, text: str, row: int) -> bool:
        """True when `text` asks for a sum and the section names none: whatever it says, it is no answer."""
        return AMOUNT.search(normalise(text)) is not None and row not in self._facets.get(SUM, {})

    def _meant(self, text: str) -> tuple[Points, Points]:
        """Of each section, the weight of what `text` is about that it holds; and that its heading holds."""
        told: Points = defaultdict(float)
        titled: Points = defaultdict(float)
        for unit in dict.fromkeys(units(text)):
            found = len(self._whole.literal(unit) or self._whole.alike(unit))
            if not found or self._common(found):
                continue
            rarity = self._rarity(found)
            for points, holders in ((told, self._whole), (titled, self._titles)):
                exact = holders.literal(unit)
                for row in exact:
                    points[row] += rarity
                for row in holders.alike(unit) - exact:
                    points[row] += _SAME_IDEA * rarity
        return told, titled

    def _weighed(self, wanted: frozenset[str]) -> Points:
        """Inverse document frequency of the words each section holds, twice as often counting a little more."""
        points: Points = defaultdict(float)
        for stem in wanted:
            rows = self._postings.get(stem, {})
            if not rows or self._common(len(rows)):
                continue
            rarity = self._rarity(len(rows))
            for row, count in rows.items():
                points[row] += rarity * math.sqrt(min(2, count))
        return points

    def _common(self, sections: int) -> bool:
        return self._count > MANY and sections > TOO_COMMON * self._count

    def _rarity(self, sections: int) -> float:
        """Inverse document frequency of a word that stands in so many sections."""
        return math.log(1 + (self._count - sections + 0.5) / (sections + 0.5))


def stems(text: str) -> list[str]:
    """The words worth looking up, cut to what their forms share."""
    return [found for word in _words(text) if (found := _looked_up(word))]


def units(text: str) -> list[Unit]:
    """The words that say something, with the ideas they stand for, by themselves or as part of a phrase."""
    words = _words(text)
    found = zip(map(_looked_up, words), ideas(words), strict=True)
    return [(stem_, meant) for stem_, meant in found if stem_ or meant]


def _words(text: str) -> list[str]:
    return [word[:LONGEST_WORD] for word in normalise(text).split()]


def _looked_up(word: str) -> str:
    """A word cut to its stem; empty for one that says nothing about a subject."""
    plain = re.sub(r"'s$|\W", "", word)
    return stem(plain) if (len(plain) > 1 or plain.isdigit()) and plain not in STOP_WORDS else ""


def stem(word: str) -> str:
    """Five letters of a word at most, without its plural and what English adds to verbs; rough."""
    if word.isdigit() or len(word) < 4:
        return word
    verbal = _VERBAL.match(word)
    bare = verbal[1] if verbal and len(verbal[1]) > 2 else word
    if verbal and len(bare) > 3 and bare[-1] == bare[-2] and bare[-1] not in "ls":
        bare = bare[:-1]  # `planned`, not `billing`
    return re.sub(r"(?:es|e|s)$", "", bare) if 3 < len(bare) < 6 else bare[:5]
