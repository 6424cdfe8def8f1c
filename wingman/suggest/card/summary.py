"""What left the prompt's window, in a few lines: made here, at once, by taking and not by writing. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from wingman.core.utterance import Utterance
from wingman.suggest.card.figures import figures
from wingman.suggest.playbook.signals import Signal, detect

MOST_LINES = 8
LONGEST_LINE = 110
"""Characters of one utterance."""
SHORTEST = 4
"""Words; shorter turns say too little by themselves."""
_WEIGHTS = {
    Signal.DECISION: 3,
    Signal.COMMITMENT: 3,
    Signal.OBJECTION: 3,
    Signal.PRICE: 2,
    Signal.CHURN: 3,
    Signal.PAIN: 2,
    Signal.RISK: 2,
    Signal.COMPETITOR: 2,
    Signal.BUYING: 2,
    Signal.STALL: 2,
    Signal.GRIEF: 4,
    Signal.HARDSHIP: 4,
    Signal.QUESTION: 1,
}
_FIGURE = 2


def summary(left: Sequence[Utterance], language: str) -> tuple[Utterance, ...]:
    """The turns worth remembering of those that left the window, in the order they were said."""
    weighed = [(_weight(utterance.text, language), at) for at, utterance in enumerate(left)]
    best = sorted((found for found in weighed if found[0]), reverse=True)[:MOST_LINES]
    return tuple(left[at] for _, at in sorted(best, key=lambda found: found[1]))


def shortened(text: str) -> str:
    """The beginning of a turn, cut at a word."""
    if len(text) <= LONGEST_LINE:
        return text
    return text[:LONGEST_LINE].rsplit(" ", 1)[0] + " …"


@lru_cache(maxsize=2048)
def _weight(text: str, language: str) -> int:
    if len(text.split()) < SHORTEST:
        return 0
    weight = sum(_WEIGHTS.get(signal, 0) for signal in detect(text, language))
    return weight + _FIGURE * any(figure.needs_source for figure in figures(text))
