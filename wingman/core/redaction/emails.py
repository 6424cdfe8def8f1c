"""E-mail addresses, written and spoken."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wingman.core.redaction.contexts import (
    AT_COMMON,
    BEFORE_PLACES,
    DASHES,
    DOT_WORDS,
    JOIN_WORDS,
    LOW_LINES,
    TLDS,
)
from wingman.core.redaction.number_words import NUMBERS
from wingman.core.redaction.tokens import Tokens

# possessive and anchored at the start of a word: each character is looked at a fixed number of times
_WRITTEN = re.compile(r"(?<![\w.+%-])[\w.+%-]++@[\w-]++(?:\.[\w-]++)++")
MOST_LABELS = 5
FARTHEST_DOT = 24
"""Tokens from the sign to the dot of its domain, which may be spelled or run over turns."""
MOST_LETTERS = 40
"""Longest name that is spelled letter by letter."""
_LOOSE = re.compile(r"[\s.,()\[\]{}<>_:\"'-]{0,4}")
_NEAR = re.compile(r"[\s,()\[\]{}<>_.+-]{0,4}")


def find(tokens: Tokens) -> Iterator[tuple[int, int, str]]:
    """(start, end, label) of each address."""
    if "@" in tokens.text:
        yield from ((*found.span(), "e-mail") for found in _WRITTEN.finditer(tokens.text))
    tokens.effort.spend(len(tokens.signs))
    dots = _Dots(tokens)
    for sign in tokens.signs:
        at = sign + (tokens.words[sign] == "snabel")
        if not dots.follow(at) or (at > sign and tokens.words[at] != "a"):
            continue
        last, read = _domain(tokens, at + 1)
        tokens.effort.spend(read - at - 1)
        if last == 0:
            continue
        first = _name(tokens, sign)
        tokens.effort.spend(last - first)
        if first < sign:
            yield tokens.starts[first], tokens.ends[last], "e-mail"


class _Dots:
    """Is there a dot near enough to be a domain's? Most words that look like the sign are just words."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._said = [*tokens.dots, len(tokens) + FARTHEST_DOT]
        self._at, self._written = 0, -1

    def follow(self, at: int) -> bool:
        """Asked with rising `at`."""
        if at + 1 >= len(self._tokens):
            return False
        while self._said[self._at] <= at:
            self._at += 1
        if self._said[self._at] < at + FARTHEST_DOT:
            return True
        end = self._tokens.ends[at]
        if self._written < end:
            found = self._tokens.text.find(".", end)
            self._written = found if found >= 0 else len(self._tokens.text)
        return self._written < self._tokens.starts[min(at + FARTHEST_DOT, len(self._tokens) - 1)]


def _domain(tokens: Tokens, at: int) -> tuple[int, int]:
    """Index of the last token of the domain that begins at `at`, 0 when there is none; how far was read."""
    at = _skip_breaks(tokens, at)
    labels, last = 0, 0
    while at < len(tokens) and labels < MOST_LABELS:
        if not _is_label(tokens, at) or (labels == 0 and not _LOOSE.fullmatch(tokens.gap(at))):
            break
        while len(tokens.words[at]) == 1 and at + 1 < len(tokens) and len(tokens.words[at + 1]) == 1:
            if not tokens.words[at + 1].isalnum():
                break
            at += 1  # spelled letter by letter
        labels += 1
        if labels > 1 and tokens.words[at] in TLDS:
            last = at
        after = _skip_breaks(tokens, at + 1)
        if after < len(tokens) and tokens.words[after] in DOT_WORDS:
            at = _skip_breaks(tokens, after + 1)
        elif after + 1 < len(tokens) and tokens.words[after] in DASHES:
            labels, at = labels - 1, after + 1  # one label of two words: web dash shop
        elif (
            after == at + 1 < len(tokens)
            and tokens.gap(after).strip() in (".", "-")
            and len(tokens.gap(after)) < 4
        ):
            at = after
        elif labels == 1 and after == at + 1 and _dotted(tokens, after + 1):
            at = after  # a name of two words: blue bird dot com
            labels = 0
        else:
            break
    return last, at


def _dotted(tokens: Tokens, at: int) -> bool:
    return at < len(tokens) and tokens.words[at] in DOT_WORDS


def _name(tokens: Tokens, at: int) -> int:
    """Index of the first token of the name before the sign at `at`; `at` when there is none."""
    first = _back(tokens, at)
    if first < 0 or not _is_label(tokens, first) or not _NEAR.fullmatch(_between(tokens, first, at)):
        return at
    if tokens.words[at] in AT_COMMON and tokens.words[first] in BEFORE_PLACES:
        return at
    while first >= 2 and first > at - MOST_LETTERS:
        before = _back(tokens, first)
        while tokens.words[before] in LOW_LINES and before > 1:
            before = _back(tokens, before)
        if tokens.words[before] in JOIN_WORDS and _back(tokens, before) >= 0:
            first = _back(tokens, before)
        elif (before == first - 1 and tokens.gap(first) in (".", "-", "_", "+", "")) or (
            _spelled(tokens.words[first]) and _spelled(tokens.words[before])
        ):
            first = before
        else:
            break
    if _digits(tokens.words[first]) and first >= 1 and tokens.words[first - 1].isalpha():
        first -= 1
    return first


def _spelled(word: str) -> bool:
    return len(word) == 1 or word in NUMBERS or word.isdigit()


def _digits(word: str) -> bool:
    return word.isdigit() or word in NUMBERS


def _is_label(tokens: Tokens, at: int) -> bool:
    return tokens.words[at].isalnum()


def _between(tokens: Tokens, first: int, last: int) -> str:
    return tokens.text[tokens.ends[first] : tokens.starts[last]]


def _skip_breaks(tokens: Tokens, at: int) -> int:
    while at < len(tokens) and tokens.words[at] == "\n":
        at += 1
    return at


def _back(tokens: Tokens, at: int) -> int:
    at -= 1
    while at >= 0 and tokens.words[at] == "\n":
        at -= 1
    return at
