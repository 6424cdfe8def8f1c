"""A text as words, digit groups and line ends, in one pass."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from wingman.core.redaction.contexts import AT_WORDS, DOT_WORDS, LONGEST, PHRASES, Kind
from wingman.core.redaction.number_words import NUMBERS

LABELS = ("e-mail", "card", "iban", "number", "secret", *(kind.value for kind in Kind))
_TOKEN = re.compile(
    rf"\[(?:{'|'.join(LABELS)})\]"  # what an earlier pass took out says nothing about what follows
    r"|(?:[^\W_][^\w\n]{0,3}+(?![^\W\d_]{2})){64,}+"  # signs without end: no number that anybody has
    r"|[^\W\d_]++"
    r"|\d++"
    r"|@++|\n"
)
ENDLESS = 64
"""From this many single signs on, a stretch is looked at as a whole."""
REACH = 7
"""Words between a context and the number it speaks of."""


@dataclass(slots=True)
class Tokens:
    """Parallel lists, one entry per token; a class per token would cost more than all the rest."""

    text: str
    words: list[str] = field(default_factory=list)
    """Lower case; `[…]` labels, `@` and line ends as they are."""
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    contexts: list[tuple[int, Kind]] = field(default_factory=list)
    """(index of a phrase's last token, what it announces), in order."""

    @property
    def weight(self) -> int:
        """How many of them are numbers, announce something, or stand in addresses that are spoken."""
        heavy = NUMBERS.keys() | AT_WORDS | DOT_WORDS
        said = sum(word in heavy or word[0].isdecimal() for word in self.words)
        return said + len(self.contexts)

    def gap(self, index: int) -> str:
        """What stands between a token and the one before."""
        return self.text[self.ends[index - 1] if index else 0 : self.starts[index]]

    def __len__(self) -> int:
        return len(self.words)


def tokenize(text: str) -> Tokens:
    """Words and marks of `text` with their places, in one pass."""
    tokens = Tokens(text)
    words, starts, ends = tokens.words, tokens.starts, tokens.ends
    lowered = text.lower()
    if len(lowered) != len(text):  # İ and its like change the length; positions must not move
        lowered = "".join(low if len(low := sign.lower()) == 1 else sign for sign in text)
    for index, found in enumerate(_TOKEN.finditer(lowered)):
        word, (start, end) = found[0], found.span()
        words.append(word if word[0] != "@" else "@")
        starts.append(start)
        ends.append(end)
        if word in PHRASES:
            kind = _context(lowered, end, PHRASES[word])
            if kind is not None:
                if tokens.contexts and tokens.contexts[-1] == (index - 1, kind):
                    tokens.contexts.pop()  # the nearest one counts
                tokens.contexts.append((index, kind))
    return tokens


def _context(lowered: str, end: int, phrases: Sequence[tuple[str, Kind]]) -> Kind | None:
    before = lowered[max(0, end - LONGEST - 1) : end].replace("’", "'")
    for phrase, kind in phrases:
        if before.endswith(phrase) and not before[: -len(phrase)][-1:].isalpha():
            return kind
    return None
