"""Which sentence of a brief answers a question that names what it is about. Pure; five languages.

Who writes *Warranty: 24 months* and is asked how long the warranty is has the answer, however it is asked and
without an encoder. A wrong fact is worse than none: the question must be about the label and little else, and
about no such thing of the asker's own, and what it counts must be counted in the fact.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from wingman.core.sentence_ends import by_sentence
from wingman.suggest.knowledge.facets import AMOUNT, SUM, held
from wingman.suggest.knowledge.lexical import stems
from wingman.suggest.playbook.signals import normalise

LONGEST_LABEL = 3
"""Words."""
MOST_BESIDE = 2
"""Words with a meaning that the question may have beside the label: with more it is about something else."""
FEWEST_TOLD = 3
"""Words that say something of what is named; a name with two words behind it introduces somebody."""
_LABEL = re.compile(
    r"\s*[-*]?\s*(?P<label>[^\W\d][^:.,;!?()]{2,40}?)(?P<sign>\s?:\s|\s(?=[€£$]?\d))(?P<told>.+)", re.DOTALL
)
_COUNTS = re.compile(
    r"\b(?:how (?:long|many|much|soon)|wie (?:lang\w*|viele?|oft)|(?:c'est )?combien(?: de temps)?"
    r"|cuánt\w+(?: tiempo)?|quant[ao]s?(?: tempo)?)\b"
)
_SPAN = re.compile(r"\b(?:how (?:long|soon)|wie lang\w*|combien de temps|cuánto tiempo|quanto tempo)\b")
_TIME = re.compile(
    r"\b(?:hours?|days?|weeks?|months?|years?|stunden?|tage?n?|wochen?|monate?n?|jahre?n?|heures?|jours?|semaines?"
    r"|mois|ans?|années?|horas?|d[ií]as?|semanas?|mes|meses|mês|años?|anos?)\b"
)
_THEIRS = re.compile(
    r"\b(?:my|our|his|her|their|mein\w*|unser\w*|mon|ma|mes|notre|nos|mis?|nuestr[ao]s?|meus?|minhas?"
    r"|noss[ao]s?) ((?:\w+ )?\w+)"
)
"""What is somebody's own, in two words."""


def stating(question: str, facts: Sequence[str]) -> int | None:
    """The place of the fact whose label is what the question asks about; None without exactly one."""
    labels = [(at, label) for at, fact in enumerate(facts) if (label := _label(fact))]
    found = {
        at
        for part in _asking(question)
        for at, label in labels
        if _asks_for(part, label) and _counts(part, facts[at])
    }
    return found.pop() if len(found) == 1 else None


def _label(fact: str) -> str:
    """What a sentence says something of: the words before its colon, or before its first number."""
    found = _LABEL.fullmatch(fact)
    if found is None or len(found["label"].split()) > LONGEST_LABEL:
        return ""
    if not found["sign"].strip() and not all(stems(word) for word in found["label"].split()):
        return ""  # `We pay 1,200 a day` is about us
    if len(found["told"].split()) < FEWEST_TOLD and not re.search(r"\d", found["told"]):
        return ""
    return found["label"]


def _asking(text: str) -> list[str]:
    """The sentences that ask, where signs tell; else all of it."""
    parts = by_sentence(text)
    return [part for part in parts if part.rstrip().endswith("?")] or parts


def _asks_for(part: str, label: str) -> bool:
    plain = normalise(part)
    wanted, own = frozenset(stems(label)), frozenset(stems(_COUNTS.sub(" ", plain)))
    if not wanted or not wanted <= own or len(own - wanted) > MOST_BESIDE:
        return False
    return not any(wanted.intersection(stems(theirs[1])) for theirs in _THEIRS.finditer(plain))


def _counts(part: str, fact: str) -> bool:
    """True unless a question for a span or a sum gets a fact that names none."""
    plain = normalise(part)
    if _SPAN.search(plain):
        return _TIME.search(fact.lower()) is not None
    return AMOUNT.search(plain) is None or SUM in held(fact)
