"""A summary without a model: sentences that were really said, picked out and never rephrased. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from wingman.core.events import SummaryItem, SummaryReady
from wingman.core.sentence_ends import by_sentence
from wingman.core.time import Channel
from wingman.report.phrases import COMMON, DECISION, DEFERRED, PROMISE, REQUEST
from wingman.report.record import Record, Said
from wingman.suggest.playbook.signals import is_question

ORIGIN = "extractive"
GIST_SENTENCES = 4
MOST_ITEMS = 12
"""Of each kind: a list nobody reads helps nobody."""
ANSWER_SECONDS = 12.0
"""A question that nobody else picks up within this time stayed open."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an utterance."""

    text: str
    said: Said


def summarize(record: Record) -> SummaryReady:
    """The meeting in its own words."""
    sentences = split(record.said)
    items = [*decisions(sentences), *actions(sentences), *open_questions(record.said)]
    return ready(ORIGIN, gist(sentences), items)


def ready(origin: str, text: str, items: Sequence[SummaryItem]) -> SummaryReady:
    """A summary event from its parts."""

    def texts(kind: str) -> tuple[str, ...]:
        return tuple(f"{i.owner}: {i.text}" if i.owner else i.text for i in items if i.kind == kind)

    return SummaryReady(origin, text, texts("decision"), texts("action"), texts("question"), tuple(items))


def split(said: Sequence[Said]) -> list[Sentence]:
    """Utterances as sentences; one without punctuation stays whole."""
    found = []
    for turn in said:
        found += [Sentence(part, turn) for part in by_sentence(turn.text.strip())]
    return found


def gist(sentences: Sequence[Sentence]) -> str:
    """The few sentences that hold most of what the meeting kept coming back to, in the order they were said."""
    counts = Counter(word for sentence in sentences for word in set(_terms(sentence.text)))
    scored = []
    for index, sentence in enumerate(sentences):
        terms = set(_terms(sentence.text))
        if len(terms) < 3 or is_question(sentence.text):
            continue
        weight = sum(counts[term] - 1 for term in terms) / (len(terms) ** 0.5)
        scored.append((weight, -index, sentence.text))
    best = sorted(scored, reverse=True)[:GIST_SENTENCES]
    if not best and len(sentences) <= GIST_SENTENCES:
        return " ".join(_closed(sentence.text) for sentence in sentences)  # so short that it is its own gist
    return " ".join(_closed(text) for _, _, text in sorted(best, key=lambda entry: -entry[1]))


def decisions(sentences: Sequence[Sentence]) -> list[SummaryItem]:
    """Sentences in which something was settled."""
    found = [s for s in sentences if DECISION.search(s.text) and not is_question(s.text)]
    return [_item("decision", sentence) for sentence in found[:MOST_ITEMS]]


def actions(sentences: Sequence[Sentence]) -> list[SummaryItem]:
    """Promises (owned by who made them) and requests (owned by who was asked)."""
    found = []
    for sentence in sentences:
        mine = sentence.said.channel is Channel.MIC
        if REQUEST.search(sentence.text):
            found.append(_item("action", sentence, "them" if mine else "you"))
        elif PROMISE.search(sentence.text) and not is_question(sentence.text):
            found.append(_item("action", sentence, "you" if mine else "them"))
    return found[:MOST_ITEMS]


def open_questions(said: Sequence[Said]) -> list[SummaryItem]:
    """Questions that nobody picked up, or that were put off."""
    found = []
    for index, turn in enumerate(said):
        question = next((s for s in split([turn]) if is_question(s.text)), None)
        if question is None or REQUEST.search(question.text):
            continue
        answer = next((other for other in said[index + 1 :] if other.speaker != turn.speaker), None)
        late = answer is None or answer.start - turn.end > ANSWER_SECONDS
        if late or (answer is not None and DEFERRED.search(answer.text)):
            found.append(_item("question", question))
    return found[:MOST_ITEMS]


def _item(kind: str, sentence: Sentence, owner: str = "") -> SummaryItem:
    return SummaryItem(kind, _closed(sentence.text), sentence.said.start, sentence.said.id, owner)


def _terms(text: str) -> list[str]:
    words = re.findall(r"[^\W\d_][\w'-]+", text.lower())
    return [word for word in words if word not in COMMON and len(word) > 2]


def _closed(text: str) -> str:
    """With a capital letter and an end, so that spoken fragments read as sentences."""
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else text + "."
