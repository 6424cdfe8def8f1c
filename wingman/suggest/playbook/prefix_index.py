"""Which of many patterns match a text, each tried only where a word begins as its matches do. Pure.

A search tries a pattern at every letter, and most patterns match nothing of what is said.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from functools import lru_cache
from importlib import import_module
from itertools import product
from typing import Any, Generic, TypeVar

LETTERS = 4
"""Of a match's beginning; more of them tell apart no better, and cost."""
MOST = 500
"""Prefixes of one pattern; one that has more is always searched for."""
_WORD_HEADS = re.compile(rf"\b(?=(\w.{{0,{LETTERS - 1}}}))", re.DOTALL)
_parser = import_module("re._parser")
"""The standard library's own reader of patterns; an operation not known here may begin with anything."""

Name = TypeVar("Name", bound=Hashable)
Head = tuple[str, bool]
"""What a match begins with, and whether the next letters may be added to it."""
_ANYTHING: Head = ("", False)


class PrefixIndex(Generic[Name]):
    """Patterns, each found by the first letters of what it matches."""

    def __init__(self, patterns: Mapping[Name, re.Pattern[str]]) -> None:
        starting: defaultdict[str, list[tuple[Name, re.Pattern[str]]]] = defaultdict(list)
        self._anywhere: list[tuple[Name, re.Pattern[str]]] = []
        for name, pattern in patterns.items():
            heads = prefixes_of(pattern)
            if not heads:
                self._anywhere.append((name, pattern))
            for head in heads:
                starting[head].append((name, pattern))
        self._starting = dict(starting)
        self._lengths = sorted({len(head) for head in starting})

    def matching(self, text: str) -> set[Name]:
        """Those that match somewhere in `text`: what a search for each of them would find."""
        found = {name for name, pattern in self._anywhere if pattern.search(text)}
        starting, lengths = self._starting, self._lengths
        for head, at in _word_heads(text):
            for length in lengths:
                for name, pattern in starting.get(head[:length], ()):
                    if name not in found and pattern.match(text, at):
                        found.add(name)
        return found


@lru_cache(maxsize=4)  # half a dozen indexes are asked in turn about the same words
def _word_heads(text: str) -> tuple[tuple[str, int], ...]:
    """How each word begins, and where."""
    return tuple((word[1], word.start()) for word in _WORD_HEADS.finditer(text))


def prefixes_of(pattern: re.Pattern[str]) -> frozenset[str]:
    r"""What every match begins with, if it begins at a word (`\b`); empty where it may be anything."""
    parsed = _parser.parse(pattern.pattern, pattern.flags)
    heads = {head for head, _ in _heads(parsed)} if _at_words(parsed) else set()
    plain = not pattern.flags & re.IGNORECASE and all(re.match(r"\w", head) for head in heads)
    return frozenset(heads) if plain else frozenset()


def _at_words(parsed: Iterable[Any]) -> bool:
    """True when a match begins at a word's edge, whichever alternative it is of."""
    for operation, argument in parsed:
        match str(operation):
            case "AT":
                return str(argument) == "AT_BOUNDARY"
            case "BRANCH":
                return all(_at_words(branch) for branch in argument[1])
            case "SUBPATTERN":
                return _at_words(argument[-1])
            case _:
                return False
    return False


def _heads(parsed: Iterable[Any]) -> frozenset[Head]:
    found: frozenset[Head] = frozenset({("", True)})
    for operation, argument in parsed:
        if not any(whole for _, whole in found):
            break
        found = _joined(found, _heads_of(str(operation), argument))
        if len(found) > MOST:
            return frozenset({_ANYTHING})
    return found


def _heads_of(operation: str, argument: Any) -> frozenset[Head]:
    """What one operation of a pattern matches first."""
    match operation:
        case "LITERAL":
            return frozenset({(chr(argument), True)})
        case "IN" if all(str(kind) == "LITERAL" for kind, _ in argument):
            return frozenset((chr(sign), True) for _, sign in argument)
        case "BRANCH":
            return frozenset().union(*(_heads(branch) for branch in argument[1]))
        case "SUBPATTERN":
            return _heads(argument[-1])
        case "MAX_REPEAT" | "MIN_REPEAT":
            least, most, repeated = argument
            once = _heads(repeated)
            if most != 1:
                once = frozenset((head, False) for head, _ in once)
            return once if least else once | {("", True)}
        case "AT" | "ASSERT" | "ASSERT_NOT":
            return frozenset({("", True)})  # take no letter
        case _:
            return frozenset({_ANYTHING})


def _joined(heads: frozenset[Head], tails: frozenset[Head]) -> frozenset[Head]:
    done = {head for head in heads if not head[1]}
    for (head, _), (tail, whole) in product(heads - done, tails):
        both = head + tail
        done.add((both[:LETTERS], whole and len(both) < LETTERS))
    return frozenset(done)
