"""The cards of a call as its overlay was told of them, and what each of them waited for. Pure.

All moments are seconds of the clock of whoever watches.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from wingman.bench.waiting import Owner
from wingman.core.events import (
    Envelope,
    SuggestionCompleted,
    SuggestionCreated,
    SuggestionDelta,
    SuggestionSkipped,
    UtteranceRevised,
)
from wingman.suggest.gate.decisions import HELD, Reason

SAME_TURN_S = 0.01
"""What is decided so soon before or after a tone is told was decided for it: clocks differ by less."""
PLAYBOOK = "playbook"
"""The origin of cards that show something at once."""
BY_TONE = frozenset({Reason.EMOTION, Reason.BURST})


@dataclass(frozen=True, slots=True)
class SeenCard:
    """A card as an overlay saw it."""

    id: str
    utterance: str
    seen: float
    instant: bool
    """It began with a text; else with the model's first word."""
    due: float | None = None
    due_to: Owner = Owner.CHOICE
    timed: bool = True
    """It is known when it was decided on: at its end, if it was held back and shows with the model's words."""


class SeenCards:
    """What was told of each utterance, on the measuring clock."""

    def __init__(self) -> None:
        self.cards: dict[str, SeenCard] = {}
        """The first card about it."""
        self.first: dict[str, float] = {}
        """When the model's first word on a card was seen."""
        self.tones: dict[str, float] = {}
        """When the service knew how it was said."""
        self._held: set[str] = set()
        self._written: dict[str, float] = {}
        """When the model's first word on a card was stored."""

    def add(self, at: float, event: Envelope, wall: float) -> None:
        """An event that was seen at `at`."""
        match event.data:
            case SuggestionSkipped(reason=reason, utterance=str() as utterance) if reason in HELD:
                self._held.add(utterance)
            case UtteranceRevised(id=utterance):
                self.tones[utterance] = event.at + wall
            case SuggestionCreated(utterance=str() as utterance):
                self.cards.setdefault(utterance, self._card(event.data, at, event.at + wall))
            case SuggestionDelta(id=card):
                self.first.setdefault(card, at)
                self._written.setdefault(card, event.at + wall)
            case SuggestionCompleted(id=card, first_token_ms=float() as first_ms) if card in self._written:
                self._time(card, self._written[card] - first_ms / 1000)

    def _time(self, card: str, decided: float) -> None:
        """A card that shows with the model's words was decided on then."""
        for utterance, seen in self.cards.items():
            if seen.id == card and not seen.timed:
                self.cards[utterance] = replace(seen, due=decided, timed=True)

    def _card(self, card: SuggestionCreated, seen: float, at: float) -> SeenCard:
        """With what it came late for: a better moment, or a tone."""
        instant, utterance = card.origin == PLAYBOOK, card.utterance or ""
        decided = at - (card.latency_ms or 0.0) / 1000
        held = utterance in self._held or card.reason == Reason.SILENCE
        if not instant:
            return SeenCard(card.id, utterance, seen, instant, timed=not held)
        if held:
            return SeenCard(card.id, utterance, seen, instant, decided)
        toned = self.tones.get(utterance)
        if card.reason in BY_TONE or (toned is not None and decided > toned - SAME_TURN_S):
            return SeenCard(card.id, utterance, seen, instant, decided, Owner.PROVIDER)
        return SeenCard(card.id, utterance, seen, instant)
