"""What cards at labelled turns are worth. Pure.

A card at a turn that must or may have one is right; a turn that must have one is met by a card at it or within
two turns of it; silence is counted at the counterpart's turns of five words and more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from scripts.gate.conversations import Conversation
from scripts.gate.counts import Counts

NEAR = 2
COUNTED = 5


@dataclass(frozen=True, slots=True)
class Shown:
    """One card."""

    turn: int
    kind: str
    text: str


@dataclass(slots=True)
class Score(Counts):
    """The counts of `Counts`, and what was shown."""

    at_once: int = 0
    """Met by a card at the very turn."""
    told_kind: int = 0
    """Cards at turns whose kinds are labelled."""
    wrong_kind: int = 0
    asks: int = 0
    texts: Counter[str] = field(default_factory=Counter)
    must_of: Counter[str] = field(default_factory=Counter)
    """Kind → turns that must have a card."""
    met_of: Counter[str] = field(default_factory=Counter)
    shown_as: Counter[str] = field(default_factory=Counter)
    """Kind of the card → cards at turns whose kinds are labelled."""
    right_as: Counter[str] = field(default_factory=Counter)

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
    def asks_per_ten_minutes(self) -> float:
        return self.asks * 600 / max(1.0, self.seconds)


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
