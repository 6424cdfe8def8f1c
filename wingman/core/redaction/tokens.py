"""A text as words, digit groups and line ends, in one pass."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from itertools import accumulate, compress
from string import ascii_lowercase

from wingman.core.redaction.contexts import AT_COMMON, AT_WORDS, DOT_WORDS, LONGEST, PHRASES, Kind
from wingman.core.redaction.effort import Effort
from wingman.core.redaction.number_words import AMBIGUOUS, COMPANY, MULTIPLIERS, NUMBERS, REPEATS

LABELS = ("e-mail", "card", "iban", "number", "secret", *(kind.value for kind in Kind))
_TOKEN = re.compile(
    rf"(\[(?:{'|'.join(LABELS)})\]"  # what an earlier pass took out says nothing about what follows
    r"|[^\W\d_]++"
    r"|\d++"
    r"|@++|\n++)"
)
_SIGNS = AT_WORDS | AT_COMMON
LETTERS = frozenset(ascii_lowercase)
_NUMBERS = frozenset((NUMBERS.keys() - AMBIGUOUS - COMPANY.keys()) | REPEATS.keys() | MULTIPLIERS)
"""What may begin a number."""
_MARKS = _NUMBERS | _SIGNS | DOT_WORDS | PHRASES.keys()
REACH = 7
"""Words between a context and the number it speaks of."""


@dataclass(slots=True)
class Tokens:
    """Parallel lists, one entry per token; a class per token would cost more than all the rest."""

    text: str
    words: list[str]
    """Lower case; `[…]` labels as they are, `@` and a line end for any number of them."""
    starts: list[int]
    ends: list[int]
    effort: Effort
    numbers: list[int] = field(default_factory=list)
    """Where digits stand and words that may begin a number."""
    digits: list[int] = field(default_factory=list)
    """Of those, the digits."""
    signs: list[int] = field(default_factory=list)
    """What may be the sign in an address, written or said."""
    dots: list[int] = field(default_factory=list)
    ends_of_phrases: list[int] = field(default_factory=list)
    """Words in which a phrase may end that announces something."""
    contexts: list[tuple[int, Kind]] = field(default_factory=list)
    """(index of a phrase's last token, what it announces), in order."""

    def gap(self, index: int) -> str:
        """What stands between a token and the one before."""
        return self.text[self.ends[index - 1] if index else 0 : self.starts[index]]

    def __len__(self) -> int:
        return len(self.words)


def split(text: str) -> Tokens:
    """Words and marks of `text` with their places, in one pass."""
    lowered = text.replace("İ", "i").lower()  # the one letter whose lower case is two: places must not move
    parts = _TOKEN.split(lowered)
    words = parts[1::2]
    reached = list(accumulate(map(len, parts)))
    known = set(words)
    if repeated := {word for word in known if word[0] in "@\n"} - {"@", "\n"}:
        words = [word[0] if word in repeated else word for word in words]
    tokens = Tokens(text, words, reached[:-1:2], reached[1::2], Effort(len(text)))
    digits = {word for word in known if word[0].isdecimal()}
    marks = among(words, (known & _MARKS) | digits)
    tokens.digits = _of(marks, words, digits)
    tokens.numbers = _of(marks, words, _NUMBERS | digits)
    tokens.signs = _of(marks, words, _SIGNS)
    tokens.dots = _of(marks, words, DOT_WORDS)
    tokens.ends_of_phrases = _of(marks, words, PHRASES.keys())
    return tokens


def announce(tokens: Tokens) -> None:
    """Find the phrases that say what a number near them is. Raises `TooDenseError`."""
    tokens.effort.spend(len(tokens.ends_of_phrases) // 2)
    for index in tokens.ends_of_phrases:
        _announce(tokens, index, _context(tokens, index))
    tokens.effort.spend(len(tokens.contexts) // 2)


def among(words: Sequence[str], wanted: Set[str]) -> list[int]:
    """Where the words stand that are among these."""
    return list(compress(range(len(words)), map(wanted.__contains__, words))) if wanted else []


def _of(marks: Sequence[int], words: Sequence[str], wanted: Set[str]) -> list[int]:
    return [index for index in marks if words[index] in wanted]


def _announce(tokens: Tokens, index: int, kind: Kind | None) -> None:
    if kind is not None:
        if tokens.contexts and tokens.contexts[-1] == (index - 1, kind):
            tokens.contexts.pop()  # the nearest one counts
        tokens.contexts.append((index, kind))


def _context(tokens: Tokens, index: int) -> Kind | None:
    """What the phrase announces that ends in this token."""
    end = tokens.ends[index]
    before = ""
    for phrase, kind in _ending(tokens.words[index], tokens.words[index - 1] if index else ""):
        before = before or tokens.text[max(0, end - LONGEST - 1) : end].lower().replace("’", "'")
        if before.endswith(phrase) and not before[: -len(phrase)][-1:].isalpha():
            return kind
    return None


def _ending(word: str, before: str) -> Iterator[tuple[str, Kind]]:
    """Phrases that end in `word`, those that have `before` before it first; the longest first."""
    phrases = PHRASES[word]
    yield from phrases.get(before, ())
    yield from phrases.get("", ())
