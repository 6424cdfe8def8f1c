"""Built-in detectors over one utterance's text. Pure.

Built for recognisers: no case and no punctuation needed. A question mark, when there is one, counts as
evidence; its absence never counts against a question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from wingman.suggest.playbook import signal_patterns as words
from wingman.suggest.playbook.fuzzy import mend


class Signal(StrEnum):
    """What an utterance does, as far as its words tell."""

    QUESTION = "question"
    PRICE = "price"
    COMPETITOR = "competitor"
    OBJECTION = "objection"
    STALL = "stall"
    DECISION = "decision"
    COMMITMENT = "commitment"
    BUYING = "buying"
    PAIN = "pain"
    RISK = "risk"
    FRUSTRATION = "frustration"


_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'"})
_NOT_WORD = re.compile(r"[^\w'$€£%]+")
_GAP = r"(?:\S+ ){0,4}?"
_SHORTEST_QUESTION = 3
"""Words, fillers aside; what is shorter is too often a fragment."""


def normalise(text: str) -> str:
    """Lower case, plain apostrophes, words separated by single spaces; everything else dropped."""
    plain = _NOT_WORD.sub(" ", text.lower().translate(_APOSTROPHES))
    return " ".join(word for word in (part.strip("'") for part in plain.split()) if word)


def compile_phrase(phrase: str) -> re.Pattern[str]:
    """A phrase as a pattern over normalised text; `*` stands for up to four words.

    Raises `ValueError` when nothing is left to match.
    """
    parts = [part for part in (normalise(part) for part in phrase.split("*")) if part]
    if not parts:
        raise ValueError("holds no word to listen for")
    body = f" {_GAP}".join(re.escape(part) for part in parts)
    return re.compile(rf"(?<!\S){body}(?!\S)")


def detect(text: str) -> frozenset[Signal]:
    """All signals of one utterance. `text` may be raw; costs some tens of microseconds."""
    plain = mend(normalise(text))
    found = {signal for signal, pattern in _PATTERNS.items() if pattern.search(plain)}
    if is_question(text, plain):
        found.add(Signal.QUESTION)
    return frozenset(found)


def is_question(text: str, plain: str | None = None) -> bool:
    """True when the words ask for an answer (greetings and sound checks do not)."""
    plain = normalise(text) if plain is None else plain
    asked = _FILLERS.sub("", plain, count=1)
    if len(asked.split()) < _SHORTEST_QUESTION or _NOT_QUESTION.search(plain):
        return False
    return text.rstrip().endswith("?") or _QUESTION.search(plain) is not None


def _signal(alternatives: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(alternatives)})\b")


def _question(alternatives: Sequence[str]) -> re.Pattern[str]:
    filled = (
        alternative.format(
            fillers=rf"(?:(?:{'|'.join(words.FILLERS)}) )*",
            aux="|".join(words.AUXILIARIES),
            subject="|".join(words.SUBJECTS),
            wh=words.QUESTION_WORDS,
        )
        for alternative in alternatives
    )
    return re.compile("|".join(filled))


_FILLERS = re.compile(rf"^(?:(?:{'|'.join(words.FILLERS)}) )+")
_QUESTION = _question(words.QUESTIONS)
_NOT_QUESTION = _question(words.NOT_QUESTIONS)
_PATTERNS: dict[Signal, re.Pattern[str]] = {
    Signal.PRICE: _signal(words.PRICE),
    Signal.COMPETITOR: _signal(words.COMPETITOR),
    Signal.OBJECTION: _signal(words.OBJECTION),
    Signal.STALL: _signal(words.STALL),
    Signal.DECISION: _signal(words.DECISION),
    Signal.COMMITMENT: _signal(words.COMMITMENT),
    Signal.BUYING: _signal(words.BUYING),
    Signal.PAIN: _signal(words.PAIN),
    Signal.RISK: _signal(words.RISK),
    Signal.FRUSTRATION: _signal(words.FRUSTRATION),
}
