"""What the cards of played meetings are worth. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

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
class Score:
    """Counts over meetings; add them up, then read the rates."""

    cards: int = 0
    welcome: int = 0
    """Cards at a moment that must or may have one."""
    must: int = 0
    met: int = 0
    right_kind: int = 0
    quiet: int = 0
    """Moments that must have no card."""
    kept_quiet: int = 0
    held: int = 0
    lost: int = 0
    repeated: int = 0
    stale: int = 0
    seconds: float = 0.0
    misses: list[str] = field(default_factory=list)
    noise: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.welcome / max(1, self.cards)

    @property
    def recall(self) -> float:
        return self.met / max(1, self.must)

    @property
    def kind_accuracy(self) -> float:
        return self.right_kind / max(1, self.met)

    @property
    def silence_accuracy(self) -> float:
        return self.kept_quiet / max(1, self.quiet)

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

    @property
    def per_ten_minutes(self) -> float:
        return self.cards * 600 / max(1.0, self.seconds)

    def add(self, other: Score) -> None:
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def total(scores: Iterable[Score]) -> Score:
    whole = Score()
    for score in scores:
        whole.add(score)
    return whole


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
