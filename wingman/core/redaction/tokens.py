"""A text as words, digit groups and line ends, in one pass."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from wingman.core.redaction.contexts import AT_WORDS, DOT_WORDS, LONGEST, PHRASES, Kind
from wingman.core.redaction.number_words import NUMBERS

LABELS = ("e-mail", "card", "iban", "number", "secret", *(kind.value for kind in Kind))
_TOKEN = re.compile(
    rf"\[(?:{'|'.join(LABELS)})\]"  # what an earlier pass took out says nothing about what follows
    r"|(?:[^\W_][^\w\n]{0,3}+(?![^\W\d_]{2})){64,}+"  # signs without end: no number that anybody has
    r"|[^\W\d_]++"
    r"|\d++"
    r"|@++|\n++"
)
ENDLESS = 64
"""From this many single signs on, a stretch is looked at as a whole."""
LONG = 40_000
"""Characters of a text that no prompt holds."""
DENSEST = 4
"""A long text of which one word in so many is a number or announces one: no prompt holds that much, and nobody
talks like it. It is a dump as a whole."""
ANNOUNCING, EARLY = 6, 4000
"""Nobody announces a number with every sixth word; looked at every so many words."""
_HEAVY = NUMBERS.keys() | AT_WORDS | DOT_WORDS
_WORDS = frozenset("aiyoeuwzàéèóí@\n")
"""What stands alone in prose, too."""
REACH = 7
"""Words between a context and the number it speaks of."""


@dataclass(slots=True)
class Tokens:
    """Parallel lists, one entry per token; a class per token would cost more than all the rest."""

    text: str
    words: list[str] = field(default_factory=list)
    """Lower case; `[…]` labels as they are, `@` and a line end for any number of them."""
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    contexts: list[tuple[int, Kind]] = field(default_factory=list)
    """(index of a phrase's last token, what it announces), in order."""
    announces: bool = False
    """Every few words could announce something, or be an address's sign. Such a long text is not read on."""
    weight: int = 0
    """How many of them are numbers, letters, announce something, or stand in spoken addresses."""

    def telling(self, indices: Sequence[int]) -> int:
        """How many of these tokens are no letters that stand alone in prose."""
        return sum(self.words[index] not in _WORDS for index in indices)

    def gap(self, index: int) -> str:
        """What stands between a token and the one before."""
        return self.text[self.ends[index - 1] if index else 0 : self.starts[index]]

    def __len__(self) -> int:
        return len(self.words)


def tokenize(text: str) -> Tokens:
    """Words and marks of `text` with their places, in one pass."""
    tokens = Tokens(text)
    words, starts, ends = tokens.words, tokens.starts, tokens.ends
    asked = 0
    long = len(text) >= LONG
    lowered = text.lower()
    if len(lowered) != len(text):  # İ and its like change the length; positions must not move
        lowered = "".join(low if len(low := sign.lower()) == 1 else sign for sign in text)
    matches = _TOKEN.finditer(lowered)
    while block := list(islice(matches, EARLY)):
        begin, announced = len(words), len(tokens.contexts)
        spans = [found.span() for found in block]
        fresh = [found[0] for found in block]
        starts += [start for start, _ in spans]
        ends += [end for _, end in spans]
        repeated = {word for word in set(fresh) if word[0] in "@\n"}
        words += [word[0] if word in repeated else word for word in fresh] if repeated else fresh
        for index in [index for index, word in enumerate(fresh, begin) if word in PHRASES]:
            asked += 1
            _announce(tokens, index, _context(lowered, ends[index], PHRASES[words[index]]))
        tokens.weight += _weight(words[begin:]) + len(tokens.contexts) - announced
        if long and max(asked * ANNOUNCING, tokens.weight * DENSEST) > len(words) >= EARLY:
            tokens.announces = True
            break
    signs = sum(map(words.count, ("at", "@")))
    tokens.announces = tokens.announces or (asked + signs) * ANNOUNCING > len(words)
    return tokens


def _announce(tokens: Tokens, index: int, kind: Kind | None) -> None:
    if kind is not None:
        if tokens.contexts and tokens.contexts[-1] == (index - 1, kind):
            tokens.contexts.pop()  # the nearest one counts
        tokens.contexts.append((index, kind))


def _weight(words: Sequence[str]) -> int:
    return sum(count for word, count in Counter(words).items() if _heavy(word))


def _heavy(word: str) -> bool:
    lone = len(word) == 1 and word.isalpha() and word not in _WORDS
    return lone or word in _HEAVY or word[0].isdecimal()


def _context(lowered: str, end: int, phrases: Sequence[tuple[str, Kind]]) -> Kind | None:
    before = lowered[max(0, end - LONGEST - 1) : end].replace("’", "'")
    for phrase, kind in phrases:
        if before.endswith(phrase) and not before[: -len(phrase)][-1:].isalpha():
            return kind
    return None
