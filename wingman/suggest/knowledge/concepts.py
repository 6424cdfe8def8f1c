"""Words that mean the same in a business: whoever asks for a guarantee finds the warranty. Pure.

`ideas.txt` holds them: a line is an idea, in five languages where they differ; a word may stand in several,
a phrase in quotes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files

from wingman.suggest.playbook.signals import normalise

_PHRASE = re.compile(r"\"([^\"]+)\"|(\S+)")
_LONGEST = 5
"""Words of one phrase."""
_ENDINGS = ("s", "es", "ed", "d", "ing")
_OTHER_ENDINGS = ("en", "n", "e", "er", "t", "os", "as", "a", "o")
"""Of the other languages; what is left of a word must be longer before one of these."""
_COMPOUND = 9
"""Letters of a word that may be put together of others (`Heizungswartung`)."""
_PART = 5
"""Letters a part of it has, at least."""
_ROOT = 6
"""Letters that forms of one word share (`reembolsan`, `reembolso`)."""
_MOST = 3
"""Ideas that words with one root stand for; of more, the root says nothing."""


def _read() -> Iterator[tuple[str, int]]:
    """Each word or phrase, with the number of an idea it stands for."""
    text = files(__package__).joinpath("ideas.txt").read_text("utf-8")
    for number, line in enumerate(text.replace("\\\n", " ").strip().splitlines()):
        for several, one in _PHRASE.findall(line):
            yield normalise(several or one), number


def _gathered(pairs: Iterator[tuple[str, int]]) -> dict[str, frozenset[int]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for key, number in pairs:
        found[key].add(number)
    return {key: frozenset(numbers) for key, numbers in found.items()}


_NAMED = _gathered(_read())
_BEGINS = frozenset(phrase.split()[0] for phrase in _NAMED if " " in phrase)
_ROOTS = {
    root: numbers
    for root, numbers in _gathered(
        (word[:_ROOT], number)
        for word, meant in _NAMED.items()
        if " " not in word and len(word) >= _ROOT
        for number in meant
    ).items()
    if len(numbers) <= _MOST
}
_NONE: frozenset[int] = frozenset()


def ideas(words: Sequence[str]) -> list[frozenset[int]]:
    """Of each word of a normalised text, the ideas it stands for, by itself or with its neighbours."""
    found = [_of(word) for word in words]
    for at, word in enumerate(words):
        if word not in _BEGINS:
            continue
        for length in range(2, _LONGEST + 1):
            if numbers := _NAMED.get(" ".join(words[at : at + length])):
                found[at : at + length] = [one | numbers for one in found[at : at + length]]
    return found


@lru_cache(maxsize=4096)
def _of(word: str) -> frozenset[int]:
    """Those of one word, also in a form that is not listed."""
    if word in _NAMED:
        return _NAMED[word]
    if bare := next(_bare(word), None):
        return _NAMED[bare]
    if len(word) >= _COMPOUND and (parts := _parts(word)):
        return parts
    return _ROOTS.get(word[:_ROOT], _NONE) if len(word) > _ROOT else _NONE


def _bare(word: str) -> Iterator[str]:
    """The listed words of which this is a form."""
    for endings, least in ((_ENDINGS, 3), (_OTHER_ENDINGS, 4)):
        for ending in endings:
            left = word.removesuffix(ending)
            if left == word or len(left) < least:
                continue
            single = left[:-1] if left[-1] == left[-2] else left  # `cancelling`
            yield from (one for one in (left, f"{left}e", single) if one in _NAMED and len(one) >= least)
    if word.endswith("ies") and f"{word[:-3]}y" in _NAMED:
        yield f"{word[:-3]}y"


def _parts(word: str) -> frozenset[int]:
    """The ideas of the longest listed words it begins and ends with."""
    cuts = range(_PART, len(word) - _PART + 2)
    begun = next((_NAMED[word[:cut]] for cut in reversed(cuts) if word[:cut] in _NAMED), _NONE)
    ended = next((_NAMED[word[cut:]] for cut in range(4, len(word) - _PART + 1) if word[cut:] in _NAMED), _NONE)
    return begun | ended
