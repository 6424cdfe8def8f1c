"""Digits that belong together, however they were written or said.

A run is a stretch of digit groups, number words and spelled letters with nothing but separators, fillers ("um")
and line ends between them. What it is gets decided in `numbers`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from wingman.core.redaction.contexts import PHRASES
from wingman.core.redaction.number_words import (
    AMBIGUOUS,
    FILLERS,
    JOINERS,
    MULTIPLIERS,
    NUMBERS,
    PLAIN_TENS,
    REPEATS,
)
from wingman.core.redaction.tokens import Tokens

MOST_FILLERS = 3
PHONE_PART = 5
"""After so many digits `hundred` is two more of them."""
MOST_ATOMS, MOST_LINES = 64, 24
"""Groups of one number, and lines it may be spread over."""
LETTERS = 6
"""Longest group of capitals that may be part of a number (the first six of a codice fiscale)."""
PORTUGUESE = frozenset({"quatro", "dois", "duas", "três", "sete", "oito", "nove", "meia"})
_SEPARATORS = re.compile(r"(?:[^\w:;%$€£¥@<>=?!|&^~{}]|_|[?!;](?=\s)){0,4}")


class Atom(NamedTuple):
    """One group of a run. A tuple, because texts of numbers make thousands of them."""

    chars: str
    """ASCII digits, or upper-case letters."""
    start: int
    end: int
    line: int
    """How many line ends of the run come before it."""
    spoken: bool = False
    ten: str = ""
    """The number word when a unit may complete it."""

    @property
    def digits(self) -> bool:
        """True when it stands for digits."""
        return self.chars.isdigit()


@dataclass(slots=True)
class Run:
    """Atoms in order, and what stands around them."""

    first: int
    """Index of its first token."""
    atoms: list[Atom] = field(default_factory=list)
    after: int = 0
    """Index of the token that ended it; the number of tokens at the end of the text."""
    amount: bool = False
    """A word such as `thousand` belongs to it."""

    @property
    def size(self) -> int:
        """How many digits it stands for."""
        return sum(len(atom.chars) for atom in self.atoms if atom.digits)


class _Scanner:
    """One pass over the tokens. Holds the run that is open."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.run: Run | None = None
        self.fillers = 0
        self.line = 0
        self.repeat = 1
        self.multiplied = False

    def runs(self) -> Iterator[Run]:
        for index, word in enumerate(self.tokens.words):
            if self._take(index, word):
                continue
            if self.run is not None:
                yield self._close(self.run, index)
            self._begin(index, word)
        if self.run is not None:
            yield self._close(self.run, len(self.tokens))

    def _close(self, run: Run, index: int) -> Run:
        self.run, self.fillers, self.line, self.repeat = None, 0, 0, 1
        run.after = index
        return run

    def _begin(self, index: int, word: str) -> None:
        """A token that continues nothing may still start a run."""
        self.multiplied = word in MULTIPLIERS
        if word in REPEATS:
            self.repeat = REPEATS[word]
        elif (chars := self._chars(index, word, opening=True)) != "":
            self.run = Run(index, amount=self.multiplied)
            self._add(self.run, index, word, chars)
        else:
            self.repeat = 1

    def _take(self, index: int, word: str) -> bool:
        """Does this token continue the open run?"""
        if self.run is None:
            return False
        if len(self.run.atoms) >= MOST_ATOMS:
            return False
        if word == "\n":
            self.line += 1
            return self.line <= MOST_LINES
        gap = self.tokens.gap(index)
        if word in MULTIPLIERS and self._multiplies(index):
            if word == "hundred" and self.run.size >= PHONE_PART:  # a number read out: double oh nine hundred
                self._add(self.run, index, word, "00")
                return True
            self.run.amount = True
            return False
        if gap not in (" ", "") and not _SEPARATORS.fullmatch(gap):
            return False
        if word in JOINERS and (self.run.atoms[-1].ten or self.tokens.words[index - 1] == "\n"):
            return True
        if word in REPEATS:
            self.repeat = REPEATS[word]
            return True
        chars = self._chars(index, word, opening=False)
        if chars:
            self._add(self.run, index, word, chars)
            return True
        self.fillers += 1
        return word in FILLERS and self.fillers <= MOST_FILLERS

    def _chars(self, index: int, word: str, *, opening: bool) -> str:
        """The digits or letters a token stands for; empty when it is an ordinary word."""
        if len(word) > LETTERS and word not in NUMBERS and not word[0].isdecimal():
            return ""
        if word.isdecimal():
            return word if word.isascii() else "".join(str(unicodedata.decimal(sign)) for sign in word)
        if (digits := NUMBERS.get(word)) is not None:
            filler = word in FILLERS and not self._in_portuguese()
            return "" if word in AMBIGUOUS and (opening or filler) else digits
        if not word.isalpha() or len(word) > LETTERS or not word.isascii():
            return ""
        glued = self._glued(index)
        if glued or len(word) == 1:
            return word.upper()
        written = self.tokens.text[self.tokens.starts[index] : self.tokens.ends[index]]
        return word.upper() if len(word) < 5 and written.isupper() and word not in PHRASES else ""

    def _in_portuguese(self) -> bool:
        """Is `um` one, and no hesitation: has this run a word for a number that only Portuguese has?"""
        if self.run is None:
            return False
        begun = self.tokens.words[self.run.first : self.run.first + MOST_ATOMS]
        return not PORTUGUESE.isdisjoint(begun)

    def _multiplies(self, index: int) -> bool:
        """Is this `thousand` (or `m`) said of the number before it, and no part of an id?"""
        run, tokens = self.run, self.tokens
        if run is None or run.atoms[-1].line != self.line or any(not atom.digits for atom in run.atoms):
            return False
        return index + 1 >= len(tokens) or tokens.gap(index + 1) != ""

    def _glued(self, index: int) -> bool:
        """Does a digit stand right beside this token?"""
        tokens, after = self.tokens, index + 1
        if after < len(tokens) and tokens.gap(after) == "" and tokens.words[after].isdecimal():
            return True
        return index > 0 and tokens.gap(index) == "" and tokens.words[index - 1].isdecimal()

    def _add(self, run: Run, index: int, word: str, chars: str) -> None:
        tokens = self.tokens
        spoken = not word.isdecimal() and chars.isdigit()
        start, end = tokens.starts[index], tokens.ends[index]
        last = run.atoms[-1] if run.atoms else None
        if spoken and last is not None and last.ten and (whole := _completed(last, word, chars)) is not None:
            start = last.start
            run.atoms.pop()
            run.atoms.append(Atom(whole, start, end, self.line, spoken=True, ten=_open_ten(word, whole)))
        else:
            repeated = chars * self.repeat if len(chars) == 1 else chars
            ten = word if spoken and (word in PLAIN_TENS or word in ("dix", "quatre")) else ""
            run.atoms.append(Atom(repeated, start, end, self.line, spoken, ten))
        self.repeat, self.fillers = 1, 0


def _open_ten(word: str, whole: str) -> str:
    """French goes on after eighty (quatre-vingt-dix-sept)."""
    if whole == "80" and word.startswith("vingt"):
        return "quatre-vingt"
    return "dix" if whole in ("70", "90") and word == "dix" else ""


def _completed(last: Atom, word: str, chars: str) -> str | None:
    """Two number words as one number; None when they are two."""
    value = int(chars)
    if last.ten == "quatre" and word.startswith("vingt"):
        return "80"
    if last.ten == "quatre-vingt":
        return str(80 + value) if value < 20 else None
    if last.ten == "soixante":
        return str(60 + value) if value < 17 else None
    if last.ten == "dix":
        return str(int(last.chars) + value) if 7 <= value <= 9 else None
    if last.chars.endswith("0") and len(last.chars) == 2 and len(chars) == 1 and value:
        return str(int(last.chars) + value)
    return None


def find(tokens: Tokens) -> Iterator[Run]:
    """All runs with at least three digits, in order."""
    for run in _Scanner(tokens).runs():
        if run.size >= 3:
            yield run
