"""What a recogniser makes of a written conversation. Pure: the same seed gives the same words.

`bare` has neither case nor punctuation. `asr5`, `asr10` and `asr15` have as many words in a hundred wrong: in
each ten errors, six words are taken for another real word that looks like them, three are lost, and one is
heard twice. Punctuation stays, except where the word that carries it is hit.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal, TypeAlias, get_args

from wingman.meeting.rehearsal.turns import ScriptedTurn

Variant: TypeAlias = Literal["clean", "bare", "asr5", "asr10", "asr15"]
VARIANTS: tuple[Variant, ...] = get_args(Variant)
RATES: dict[str, float] = {"asr5": 0.05, "asr10": 0.10, "asr15": 0.15}

LOST, DOUBLED = 0.3, 0.1
"""Shares of the errors; the rest are other words."""
NEAREST = 3
"""One of so many look-alikes is taken."""
COMMON = re.findall(
    r"\w+",
    """
    a an and are as at be been but by can could did do does for from had has have he her here him his
    how i if in is it its just know like me more much my need no not now of off on one or our out over
    see she should so some than that the their them then there these they this those to too two up us
    very want was way we well were what when where which while who why will with won would year you your
    prize coast costs price lost last list least cast case plan plane plant pain pay pace paste past
    least lease meet meat mean main mind mine kind find fine time team term turn work word world week
    weak wear where weather sale sell sail call cold code could good god food foot feet fit feel fill
    full fool tool told hold hole whole
    """,
)


def distort(turns: Sequence[ScriptedTurn], variant: Variant, seed: int = 0) -> tuple[ScriptedTurn, ...]:
    """The turns as `variant` hears them."""
    if variant == "bare":
        return tuple(replace(turn, text=_bare(turn.text)) for turn in turns)
    rate = RATES.get(variant, 0.0)
    if not rate:
        return tuple(turns)
    rng = random.Random(f"{variant} {seed}")
    words = _Lookalikes((*COMMON, *(word for turn in turns for word in _bare(turn.text).split())))
    return tuple(replace(turn, text=_misheard(turn.text, rate, rng, words)) for turn in turns)


def _bare(text: str) -> str:
    return " ".join(re.sub(r"[^\w' ]", " ", text.lower()).split())


def _misheard(text: str, rate: float, rng: random.Random, words: _Lookalikes) -> str:
    heard: list[str] = []
    for word in text.split():
        if rng.random() >= rate:
            heard.append(word)
            continue
        luck = rng.random()
        if luck < LOST:
            continue
        heard += [word, word] if luck < LOST + DOUBLED else [words.instead_of(word, rng)]
    return " ".join(heard) or text


class _Lookalikes:
    """Real words by what they look like: the first letter and the pairs of letters."""

    def __init__(self, words: Iterable[str]) -> None:
        self._by_letter: dict[str, list[str]] = {}
        for word in sorted(set(words)):
            self._by_letter.setdefault(word[0], []).append(word)
        self._near: dict[str, tuple[str, ...]] = {}

    def instead_of(self, word: str, rng: random.Random) -> str:
        plain = _bare(word)
        if not plain:
            return word
        near = self._near.get(plain)
        if near is None:
            near = self._near[plain] = self._nearest(plain)
        return rng.choice(near)

    def _nearest(self, word: str) -> tuple[str, ...]:
        pairs = _pairs(word)
        others = [other for other in self._by_letter.get(word[0], ()) if other != word]
        ranked = sorted(others, key=lambda other: (-_alike(pairs, other), other))
        return tuple(ranked[:NEAREST]) or ("the",)


def _pairs(word: str) -> frozenset[str]:
    padded = f"{word} "
    return frozenset(padded[at : at + 2] for at in range(len(padded) - 1))


def _alike(pairs: frozenset[str], other: str) -> float:
    theirs = _pairs(other)
    return len(pairs & theirs) / len(pairs | theirs)
