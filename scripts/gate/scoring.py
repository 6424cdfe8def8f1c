"""What cards at labelled turns are worth. Pure.

A card at a turn that must or may have one is right; a turn that must have one is met by a card at it or within
two turns of it; silence is counted at the counterpart's turns of five words and more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from scripts.gate.conversations import Conversation

NEAR = 2
COUNTED = 5


@dataclass(frozen=True, slots=True)
class Shown:
    """One card."""

    turn: int
    kind: str
    text: str


@dataclass(slots=True)
class Score:
    """Counts over meetings; add them up, then read the rates."""

    cards: int = 0
    welcome: int = 0
    must: int = 0
    met: int = 0
    at_once: int = 0
    """Met by a card at the very turn."""
    quiet: int = 0
    kept_quiet: int = 0
    told_kind: int = 0
    """Cards at turns whose kinds are labelled."""
    wrong_kind: int = 0
    asks: int = 0
    seconds: float = 0.0
    texts: Counter[str] = field(default_factory=Counter)
    must_of: Counter[str] = field(default_factory=Counter)
    """Kind → turns that must have a card."""
    met_of: Counter[str] = field(default_factory=Counter)
    shown_as: Counter[str] = field(default_factory=Counter)
    """Kind of the card → cards at turns whose kinds are labelled."""
    right_as: Counter[str] = field(default_factory=Counter)

    @property
    def precision(self) -> float:
        return self.welcome / max(1, self.cards)

    @property
    def recall(self) -> float:
        return self.met / max(1, self.must)

    @property
    def silence(self) -> float:
        return self.kept_quiet / max(1, self.quiet)

    @property
    def kind_errors(self) -> float:
        return self.wrong_kind / max(1, self.told_kind)

    @property
    def commonest(self) -> float:
        """Share of the cards that say the most frequent thing."""
        return max(self.texts.values(), default=0) / max(1, self.cards)

    @property
    def distinct(self) -> float:
        """Different texts in all cards."""
        return len(self.texts) / max(1, self.cards)

    @property
    def per_ten_minutes(self) -> float:
        return self.cards * 600 / max(1.0, self.seconds)

    @property
    def asks_per_ten_minutes(self) -> float:
        return self.asks * 600 / max(1.0, self.seconds)

    def add(self, other: Score) -> None:
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def total(scores: Iterable[Score]) -> Score:
    whole = Score()
    for score in scores:
        whole.add(score)
    return whole


def judge(one: Conversation, cards: Iterable[Shown], seconds: float, asks: int = 0) -> Score:
    """Score one meeting."""
    score = Score(seconds=seconds, asks=asks)
    shown: dict[int, list[Shown]] = {}
    for card in cards:
        shown.setdefault(card.turn, []).append(card)
        turn = one.turns[card.turn]
        score.cards += 1
        score.welcome += turn.label != "silent"
        score.texts[card.text] += 1
        if turn.kinds and turn.label != "silent":
            score.told_kind += 1
            score.wrong_kind += card.kind not in turn.kinds
            score.shown_as[card.kind] += 1
            score.right_as[card.kind] += card.kind in turn.kinds
    for number, turn in enumerate(one.turns):
        if turn.label == "must":
            score.must += 1
            met = any(abs(other - number) <= NEAR for other in shown)
            score.met += met
            score.must_of.update(turn.kinds)
            score.met_of.update(turn.kinds if met else ())
            score.at_once += number in shown
        elif turn.label == "silent" and turn.who != "U" and len(turn.text.split()) >= COUNTED:
            score.quiet += 1
            score.kept_quiet += number not in shown
    return score
