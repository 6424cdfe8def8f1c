"""A question to a past meeting, answered by the lines that say it. Asks no model and makes nothing up. Pure."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from wingman.report.exports import name_of
from wingman.report.phrases import COMMON
from wingman.report.record import Record, Said
from wingman.suggest.playbook.signals import is_question

MOST = 5
LEAST_SHARE = 0.34
"""Share of the question's weight that a line must hold to be an answer."""
ASKING = frozenset({"said", "say", "says", "tell", "told", "talk", "talked", "meeting", "call", "they", "did"})


@dataclass(frozen=True, slots=True)
class Cited:
    """One line that answers."""

    utterance: str
    at: float
    """Seconds of media time."""
    who: str
    text: str


def ask(record: Record, question: str) -> tuple[Cited, ...]:
    """The lines that answer best, in the order they were said; empty when none does.

    A line that only asks brings the answer with it: the next line of somebody else.
    """
    wanted = _terms(question)
    lines = [(said, _terms(said.text)) for said in record.said]
    if not wanted or not lines:
        return ()
    seen = Counter(term for _, terms in lines for term in terms)
    weight = {term: math.log(1 + len(lines) / (1 + seen[term])) for term in wanted}
    whole = sum(weight.values())
    scored = []
    for index, (_, terms) in enumerate(lines):
        held = sum(weight[term] for term in wanted & terms)
        if held >= LEAST_SHARE * whole:
            scored.append((-held, index))
    found: set[int] = set()
    for _, index in sorted(scored)[:MOST]:
        found.add(index)
        if is_question(record.said[index].text) and (after := _answer(record.said, index)) is not None:
            found.add(after)
    notes = [
        Cited("", note.at, note.by or "Your note", note.text)
        for note in record.notes
        if sum(weight[term] for term in wanted & _terms(note.text)) >= LEAST_SHARE * whole
    ]
    told = [cited(record.said[index]) for index in sorted(found)]
    return tuple(sorted([*told, *notes], key=lambda line: line.at))


def _answer(said: Sequence[Said], index: int) -> int | None:
    turn = said[index]
    later = range(index + 1, min(len(said), index + 4))
    return next((at for at in later if said[at].speaker != turn.speaker), None)


def cited(said: Said) -> Cited:
    """A line as it is cited."""
    return Cited(said.id, said.start, name_of(said), said.text)


def _terms(text: str) -> frozenset[str]:
    words = re.findall(r"[^\W_][\w'-]*", text.lower())
    return frozenset(_stem(word) for word in words if word not in COMMON and word not in ASKING)


def _stem(word: str) -> str:
    return re.sub(r"(?:'s|ings?|ed|es|s|e|ly)$", "", word) if len(word) > 4 else word.removesuffix("s")
