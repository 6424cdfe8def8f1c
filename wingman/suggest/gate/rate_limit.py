"""How much Wingman may say: rates, cooldown, counts, and the card in flight. Pure.

All times are `SampleTime`.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass

from wingman.core.time import SampleTime, samples
from wingman.core.vocabulary import Mode, Verbosity
from wingman.suggest.gate.decisions import Candidate, Reason
from wingman.suggest.playbook.playbook import Trigger


@dataclass(frozen=True, slots=True)
class Limits:
    """How much Wingman may say at one verbosity."""

    priority: int
    """Lowest priority that may speak."""
    per_window: int
    """Most cards in any ten minutes; explicit requests and answers from the notes do not count."""
    answers: int
    """Most cards in any ten minutes that answer a question from the user's notes."""
    cooldown: SampleTime
    """Media time between the start of one card and the next."""


LIMITS: dict[Verbosity, Limits] = {
    "quiet": Limits(60, 4, 8, samples(20)),
    "balanced": Limits(40, 8, 16, samples(10)),
    "lively": Limits(20, 15, 30, samples(6)),
}
WINDOW = samples(600)
MOST_ASKS = 200
"""Upper bound of what may be set."""
LAST_SLOTS = 0.25
LAST_SLOTS_PRIORITY = 60
"""The last quarter of the ten minutes' cards is kept for what matters."""
NEVER = 101
SAME_TRIGGER = samples(45)
"""A trigger other than a question does not speak again so soon: people stay on a subject for a while."""
URGENT = 90
"""From this priority on a card may start in cooldown, and in place of one that is being read."""
BREATH = samples(3)
"""Even an urgent card leaves the one before it so much time."""
LONG_SILENCE = 15
"""Turns of the counterpart."""
SAME_SENTENCE = samples(7.5)
"""So soon after the words that started a card nothing shows yet, the same speaker still finishes them."""


@dataclass(slots=True)
class Dials:
    """What the user, and the budget, want of the gate just now."""

    verbosity: Verbosity = "balanced"
    mode: Mode = "auto"
    frugal: bool = False
    """True when the budget allows no more than the quiet verbosity."""

    @property
    def effective(self) -> Verbosity:
        """The verbosity that holds."""
        return "quiet" if self.frugal else self.verbosity

    @property
    def limits(self) -> Limits:
        """How much may be said at it."""
        return LIMITS[self.effective]


class CardRateLimiter:
    """What was said lately and what is on screen now, and so what may be said next."""

    def __init__(self) -> None:
        self._flight: Candidate | None = None
        self._shows = False
        self._started: deque[SampleTime] = deque(maxlen=max(limit.per_window for limit in LIMITS.values()))
        self._answers: deque[SampleTime] = deque(maxlen=max(limit.answers for limit in LIMITS.values()))
        self._said: Counter[str] = Counter()
        self._last_said: dict[str, SampleTime] = {}
        self._carded: deque[str] = deque(maxlen=8)
        self._asked: deque[SampleTime] = deque(maxlen=MOST_ASKS)
        self._turns_without = 0

    def began(self, candidate: Candidate, now: SampleTime) -> None:
        """A card started. It is in flight until `ended`; an explicit request counts towards nothing else."""
        self._flight, self._shows = candidate, False
        if candidate.reason is Reason.REQUEST:
            return
        self._turns_without = 0
        (self._answers if candidate.answered else self._started).append(now)
        if candidate.trigger is not None:
            self._said[candidate.trigger.name] += 1
            self._last_said[candidate.trigger.name] = now
        if candidate.utterance is not None:
            self._carded.append(candidate.utterance)

    def listened(self) -> None:
        """A turn of the counterpart is over, of some words."""
        self._turns_without += 1

    @property
    def long_silent(self) -> bool:
        """True when nothing was said for so long that the user may think nothing ever comes."""
        return self._turns_without >= LONG_SILENCE

    def asked(self, now: SampleTime) -> None:
        """A model was asked."""
        self._asked.append(now)

    def may_ask(self, most: int, now: SampleTime) -> bool:
        """True while fewer than `most` questions went to a model in the last ten minutes."""
        return sum(1 for at in self._asked if now - at < WINDOW) < most

    def shows(self) -> None:
        """The card in flight has its first text on screen."""
        self._shows = True

    def ended(self) -> None:
        """The card in flight reached its end."""
        self._flight, self._shows = None, False

    def carded(self, utterance: str) -> bool:
        """True when this utterance has had its card."""
        return utterance in self._carded

    def spent(self, trigger: Trigger, now: SampleTime, *, answered: bool = False) -> Reason | None:
        """Why this trigger may not fire again; None when it may, as for each question `answered` by a note."""
        said = self._said[trigger.name]
        if trigger.once and said:
            return Reason.ONCE
        if answered:
            return None
        if trigger.max and said >= trigger.max:
            return Reason.MAX
        last = self._last_said.get(trigger.name)
        if last is not None and trigger.kind != "question" and now - last < SAME_TRIGGER:
            return Reason.SAME
        return None

    def needed(self, limits: Limits, now: SampleTime, *, answered: bool = False) -> int:
        """The priority a card needs: the fewer are left of the ten minutes' cards, the more.

        `answered`: it answers from the notes, and such cards are counted by themselves.
        """
        if answered:
            shown = sum(1 for at in self._answers if now - at < WINDOW)
            return limits.priority if shown < limits.answers else NEVER
        left = limits.per_window - sum(1 for at in self._started if now - at < WINDOW)
        if left <= 0:
            return NEVER
        return LAST_SLOTS_PRIORITY if left <= limits.per_window * LAST_SLOTS else limits.priority

    def hold(self, candidate: Candidate, limits: Limits, now: SampleTime) -> Reason | None:
        """Why this is a bad moment for a card; None when it is a good one."""
        if self._flight is not None and not self._gives_way(self._flight, candidate):
            return Reason.IN_FLIGHT
        wait = BREATH if candidate.priority >= URGENT or candidate.answered else limits.cooldown
        last = max((*self._started, *self._answers), default=None)
        if last is not None and not self._continues(candidate) and now - last < wait:
            return Reason.COOLDOWN
        return None

    def _gives_way(self, flight: Candidate, candidate: Candidate) -> bool:
        """A card that shows nothing yet gives way to an equal; one being read only to an urgent one."""
        if flight.reason is Reason.REQUEST:
            return False
        if self._shows:
            return candidate.priority > flight.priority and candidate.priority >= URGENT
        return candidate.priority >= flight.priority

    def _continues(self, candidate: Candidate) -> bool:
        """True when the card in flight was started by the first half of this very sentence."""
        if self._flight is None or self._shows or self._flight.speaker != candidate.speaker:
            return False
        return candidate.at - self._flight.at <= SAME_SENTENCE
