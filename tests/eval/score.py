"""What the cards of played meetings are worth. Pure."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field

from scripts.gate.counts import Counts
from tests.eval.play import Card, Played
from wingman.suggest.gate.decisions import HELD
from wingman.suggest.playbook.signals import normalise

IN_TIME_S = 15.0
"""A card for a moment that must have one comes within so many seconds after it."""
STALE_S = 10.0
ALIKE = 0.82


COARSER = {
    "frustration": "emotion",
    "confusion": "emotion",
    "stall": "objection",
    "churn": "objection",
    "risk": "objection",
    "buying": "commitment",
}
"""Kinds of card that the scripts have under another's name."""


@dataclass(slots=True)
class Score(Counts):
    """The counts of `Counts`, and what only a played meeting shows: waits, repetitions, stale cards."""

    right_kind: int = 0
    held: int = 0
    lost: int = 0
    repeated: int = 0
    stale: int = 0
    misses: list[str] = field(default_factory=list)
    noise: list[str] = field(default_factory=list)

    @property
    def kind_accuracy(self) -> float:
        return self.right_kind / max(1, self.met)

    @property
    def lost_share(self) -> float:
        """Of the reasons to speak that had to wait at a moment that must have a card."""
        return self.lost / max(1, self.held)

    @property
    def repetition(self) -> float:
        return self.repeated / max(1, self.cards)

    @property
    def staleness(self) -> float:
        return self.stale / max(1, self.cards)


def judge(played: Played) -> Score:
    """Score one meeting."""
    score = Score(cards=len(played.cards), seconds=played.script.seconds)
    heard = {one.id: one for one in played.heard}
    by_line: dict[tuple[int, str], list[Card]] = {}
    for card in played.cards:
        if card.utterance in heard:
            one = heard[card.utterance]
            by_line.setdefault((one.line.number, one.line.label), []).append(card)
            score.stale += card.at - one.end > STALE_S
    seen = set()
    for one in played.heard:
        key = (one.line.number, one.line.label)
        if key in seen:
            continue
        seen.add(key)
        cards = by_line.get(key, [])
        where = f"{played.script.name}:{one.line.number} {one.line.types} {one.line.text}"
        if one.line.label == "must-not":
            score.quiet += 1
            score.kept_quiet += not cards
            score.noise += [f"{card.kind} at {where}" for card in cards]
        else:
            score.welcome += len(cards)
        if one.line.label == "must":
            score.must += 1
            end = max(other.end for other in played.heard if other.line.number == one.line.number)
            in_time = [card for card in cards if card.at - end <= IN_TIME_S]
            score.met += bool(in_time)
            score.right_kind += any(_names(card.kind) & {*one.line.types} for card in in_time)
            if not in_time:
                score.misses.append(where)
    _count_lost(played, score)
    _count_repeated(played.cards, score)
    return score


def _count_lost(played: Played, score: Score) -> None:
    """A reason held at a must moment, and for twenty seconds nothing came of it or of its successor."""
    must = {one.id for one in played.heard if one.line.label == "must"}
    for at, skip in played.skipped:
        if skip.reason in HELD and skip.utterance in must:
            score.held += 1
            score.lost += not any(at <= card.at <= at + 20.0 for card in played.cards)


def _count_repeated(cards: list[Card], score: Score) -> None:
    for index, card in enumerate(cards):
        words = normalise(card.text).split()
        before = (normalise(other.text).split() for other in cards[max(0, index - 3) : index])
        score.repeated += any(
            difflib.SequenceMatcher(None, words, other, autojunk=False).ratio() >= ALIKE for other in before
        )


def _names(kind: str) -> set[str]:
    """A card's kind, and the coarser one that the scripts know it by."""
    return {kind, COARSER.get(kind, kind)}
