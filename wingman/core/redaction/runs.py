"""Digits that belong together, however they were written or said.

A run is a stretch of digit groups, number words and spelled letters with nothing but separators, fillers ("um")
and line ends between them. What it is gets decided in `numbers`.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from wingman.core.redaction.contexts import PHRASES, Kind
from wingman.core.redaction.number_words import (
    AMBIGUOUS,
    COMPANY,
    FILLERS,
    HUNDRED,
    JOINERS,
    MULTIPLIERS,
    NUMBERS,
    PLAIN_TENS,
    REPEATS,
    UNIT_WORDS,
    WHOLE_HUNDREDS,
)
from wingman.core.redaction.tokens import LETTERS, REACH, Tokens

MOST_FILLERS = 3
MOST_ASIDES = 4
"""Words of any kind ("let me see") between the digits of a number that was announced."""
MOST_ATOMS, MOST_LINES = 64, 24
"""Groups of one number, and lines it may be spread over."""
LONGEST_GROUP = 6
"""Longest group of capitals that may be part of a number (the first six of a codice fiscale)."""
MOST_LETTERS = 8
"""Tokens from a letter that a number begins with to its first digit."""
ANNOUNCED = frozenset({Kind.CARD, Kind.PHONE, Kind.ID, Kind.CVV, Kind.PIN, Kind.CODE})
"""What is read out digit by digit."""
_BETWEEN = FILLERS | JOINERS | REPEATS.keys() | {"\n"}
"""What may stand between the groups of a number."""
_LEADING = COMPANY.keys() | AMBIGUOUS
"""What begins a number only where the rest of it follows."""
_GOING_ON = _BETWEEN | HUNDRED | MULTIPLIERS | NUMBERS.keys()
_COMPLETED = PLAIN_TENS | WHOLE_HUNDREDS | {"dix", "quatre"}
_OTHERWISE = AMBIGUOUS | COMPANY.keys() | HUNDRED | MULTIPLIERS | JOINERS | REPEATS.keys() | FILLERS
_PLAIN = {word: digits for word, digits in NUMBERS.items() if word not in _OTHERWISE}
"""Number words that are nothing else."""
_CLOSE = frozenset({" ", "", ", ", "-", ".", ". "})
"""The usual separators."""
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
    endless: bool = False
    """As many groups as one number may have, or what goes on behind them: no number that anybody has."""
    size: int = 0
    """How many digits it stands for."""


class _Scanner:
    """One pass over the tokens. Holds the run that is open."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.run: Run | None = None
        self.fillers = 0
        self.line = 0
        self.repeat = 1
        self.multiplied = False
        self.aside = 0
        """Up to this token nothing ends the run."""
        self.broken = -1
        """Where a run ended because it had no end."""

    def runs(self) -> Iterator[Run]:
        words, index = self.tokens.words, 0
        candidates = openings(self.tokens)
        while index < len(words):
            if self.run is None:
                following = next((at for at in candidates if at >= index), len(words))
                self.repeat = self.repeat if following == index else 1
                if (index := following) == len(words):
                    break
            elif self._take(index, words[index]):
                index += 1
                continue
            else:
                yield self._close(self.run, index)
            self._begin(index, words[index])
            index += 1
        if self.run is not None:
            yield self._close(self.run, len(words))

    def _close(self, run: Run, index: int) -> Run:
        self.run, self.fillers, self.line, self.repeat = None, 0, 0, 1
        run.after = index
        full = len(run.atoms) >= MOST_ATOMS
        run.endless = full or run.first == self.broken
        self.broken = index if full else -1
        self.tokens.effort.spend(index - run.first + 1)
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
        tokens = self.tokens
        if word == "\n":
            self.line += tokens.ends[index] - tokens.starts[index]
            return self.line <= MOST_LINES
        gap = tokens.text[tokens.ends[index - 1] : tokens.starts[index]]
        near = gap in _CLOSE or _SEPARATORS.fullmatch(gap) is not None
        plain = _PLAIN.get(word) or (self._chars(index, word, opening=False) if word.isdecimal() else "")
        if plain:
            if near:
                self._add(self.run, index, word, plain)
            return near
        if word in HUNDRED and self._whole_hundreds(self.run, index, word):
            return True
        if word in MULTIPLIERS and self._multiplies(index):
            self.run.amount = True
            return False
        if not near:
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
        return (word in FILLERS and self.fillers <= MOST_FILLERS) or self._aside(self.run, index)

    def _whole_hundreds(self, run: Run, index: int, word: str) -> bool:
        """`nine hundred`: the digit before becomes so many hundreds."""
        last = run.atoms[-1]
        if not last.spoken or len(last.chars) != 1 or last.line != self.line or self.fillers:
            return False
        run.size += 2
        run.atoms[-1] = last._replace(chars=f"{last.chars}00", end=self.tokens.ends[index], ten=word)
        return True

    def _aside(self, run: Run, index: int) -> bool:
        """Is this word said in the middle of a number that was announced, which goes on behind it?"""
        if index < self.aside:
            return True
        if run.size < 2 or not self._announced(run) or any(len(atom.chars) > 2 for atom in run.atoms):
            return False
        words = self.tokens.words
        for at in range(index + 1, min(index + 1 + MOST_ASIDES, len(words) - 1)):
            if words[at] == "\n" or self._context_at(at):
                return False
            if _digit(words[at]) and _digit(words[at + 1]):
                self.aside = at
                while not run.atoms[-1].digits:  # a word of one letter belongs to what is said
                    run.atoms.pop()
                return True
        return False

    def _context_at(self, index: int) -> bool:
        contexts = self.tokens.contexts
        at = bisect_left(contexts, index, key=itemgetter(0))
        return at < len(contexts) and contexts[at][0] == index

    def _announced(self, run: Run) -> bool:
        """Do words before the run say that a number follows?"""
        contexts = self.tokens.contexts
        at = bisect_left(contexts, run.first, key=itemgetter(0)) - 1
        return at >= 0 and run.first - contexts[at][0] <= REACH and contexts[at][1] in ANNOUNCED

    def _chars(self, index: int, word: str, *, opening: bool) -> str:
        """The digits or letters a token stands for; empty when it is an ordinary word."""
        if word.isdecimal():
            return word if word.isascii() else "".join(str(unicodedata.decimal(sign)) for sign in word)
        if (digits := NUMBERS.get(word)) is not None:
            other = word in COMPANY and not self._in_company(index, word)
            odd = opening and word in AMBIGUOUS and not _announced(self.tokens, index)
            return "" if other or odd else digits
        if not word.isalpha() or len(word) > LONGEST_GROUP or not word.isascii():
            return ""
        if len(word) == 1 or self._glued(index):
            return word.upper()
        written = self.tokens.text[self.tokens.starts[index] : self.tokens.ends[index]]
        return word.upper() if len(word) < 5 and written.isupper() and word not in PHRASES else ""

    def _in_company(self, index: int, word: str) -> bool:
        """Has this run a number word of the one language in which `word` is a number?"""
        first = index if self.run is None else self.run.first
        begun = self.tokens.words[first : index + MOST_FILLERS + MOST_LETTERS]
        return not COMPANY[word].isdisjoint(begun)

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

    def _goes_on(self, index: int) -> bool:
        """Does this word complete the one before it: no comma between, and no hundreds of its own behind?"""
        words = self.tokens.words
        own = index + 1 < len(words) and words[index + 1] in HUNDRED
        gap = self.tokens.gap(index)
        return not own and (gap == " " or not any(sign in ",.;" for sign in gap))

    def _add(self, run: Run, index: int, word: str, chars: str) -> None:
        tokens = self.tokens
        spoken = not word.isdecimal() and chars.isdigit()
        start, end = tokens.starts[index], tokens.ends[index]
        last = run.atoms[-1] if run.atoms else None
        if (
            spoken
            and last is not None
            and last.ten
            and self._goes_on(index)
            and (whole := _completed(last, word, chars)) is not None
        ):
            start = last.start
            run.size += len(whole) - len(last.chars)
            run.atoms.pop()
            run.atoms.append(Atom(whole, start, end, self.line, spoken=True, ten=_open_ten(word, whole)))
        else:
            repeated = chars * self.repeat if len(chars) == 1 else chars
            ten = word if spoken and word in _COMPLETED else ""
            run.atoms.append(Atom(repeated, start, end, self.line, spoken, ten))
            run.size += len(repeated) if chars.isdigit() else 0
        self.repeat, self.fillers = 1, 0


def _open_ten(word: str, whole: str) -> str:
    """What goes on after it: six hundred sixty …, and in French after eighty (quatre-vingt-dix-sept)."""
    if whole[-2:] == "80" and word.startswith("vingt"):
        return "quatre-vingt"
    if word == "dix":
        return "dix" if whole[-2:] in ("70", "90", "10") else ""
    return word if len(whole) == 3 and (word in PLAIN_TENS or word == "quatre") else ""


def _completed(last: Atom, word: str, chars: str) -> str | None:
    """Two number words as one number; None when they are two."""
    if len(last.chars) == 3:
        rest = last.chars[1:].lstrip("0")
        if len(chars) > 2 or int(chars) == 0:
            return None
        below = _completed(last._replace(chars=rest), word, chars) if rest else chars
        return None if below is None else f"{last.chars[0]}{below:0>2}"
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


def _digit(word: str) -> bool:
    return word in UNIT_WORDS or (word.isdecimal() and len(word) < 5)


def openings(tokens: Tokens) -> Iterator[int]:
    """Tokens that may begin a run of three digits; most words cannot, and cost nothing more than this."""
    before = -1
    for index in tokens.numbers:
        led = _led_by(tokens, index, before)
        if led:
            yield from reversed(led)
        elif _lone(tokens, index):
            before = index
            continue
        yield index
        before = index


def _led_by(tokens: Tokens, index: int, before: int) -> list[int]:
    """Letters and capitals that stand before a number as part of it, the last one first."""
    words, found = tokens.words, []
    for at in range(index - 1, max(before, index - MOST_LETTERS - 1), -1):
        if (
            _spelled(tokens, at)
            or words[at] in _LEADING
            or (at == index - 1 and words[at].isalpha() and tokens.gap(index) == "")
        ):
            found.append(at)
        elif words[at] not in _BETWEEN:
            break
    return found


def _lone(tokens: Tokens, index: int) -> bool:
    """A number of one or two digits that nothing goes on with: most of what is said."""
    words, after = tokens.words, index + 1
    word = words[index]
    if len(word if word[0].isdecimal() else NUMBERS.get(word, "000")) > 2:
        return False
    if after == len(words):
        return True
    follows = words[after]
    if follows in _GOING_ON or follows[0].isdecimal() or _spelled(tokens, after) or tokens.gap(after) == "":
        return False
    return not _announced(tokens, index)  # that may go on behind other words


def _announced(tokens: Tokens, index: int) -> bool:
    """Do words before it say that a number follows?"""
    contexts = tokens.contexts
    at = bisect_left(contexts, index, key=itemgetter(0)) - 1
    return at >= 0 and index - contexts[at][0] <= REACH


def _spelled(tokens: Tokens, at: int) -> bool:
    """A letter, or a group of capitals."""
    word, start = tokens.words[at], tokens.starts[at]
    if len(word) == 1:
        return word in LETTERS
    return len(word) < 5 and tokens.text[start].isupper() and tokens.text[start : tokens.ends[at]].isupper()


def find(tokens: Tokens) -> Iterator[Run]:
    """All runs with at least three digits, in order."""
    for run in _Scanner(tokens).runs():
        if run.size >= 3:
            yield run
