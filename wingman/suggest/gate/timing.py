"""Whether a reason to speak comes at a good moment; one that does not waits here for a better one. Pure.

One waits at a time: the latest of equal rank wins. All times are `SampleTime`.
"""

from __future__ import annotations

from wingman.core.time import Channel, SampleTime, samples
from wingman.suggest.gate.decisions import Candidate, Decision, Reason, Skip, Speak
from wingman.suggest.gate.rate_limit import CardRateLimiter, Dials, Limits
from wingman.suggest.gate.turn_state import TurnState

INTERRUPTS = 75
"""From this priority on a card may start while the user speaks."""
JUST_BEGUN = samples(2)
"""Who has only begun to answer can still use a card."""
ANSWERING = samples(8)
"""Talk of the user, after a question, that makes a late card about it pointless."""


class CardTiming:
    """Reads what was said lately and who has the floor; keeps the candidate that waits."""

    def __init__(self, dials: Dials, limiter: CardRateLimiter, turns: TurnState, ttl: SampleTime) -> None:
        """`ttl`: a candidate that waited so long is stale."""
        self._dials = dials
        self._limiter = limiter
        self._turns = turns
        self._ttl = ttl
        self.waiting: Candidate | None = None
        """The one that waits; None when none does."""

    def consider(self, candidate: Candidate) -> tuple[Decision, ...]:
        """Speak now, keep for later, or drop with the reason."""
        limits = self._dials.limits
        if self._dials.mode == "manual":
            return (Skip(Reason.MODE, candidate.utterance, self._dials.mode),)
        if candidate.priority < limits.priority:
            return (Skip(Reason.VERBOSITY, candidate.utterance, self._dials.verbosity),)
        if candidate.priority < self._limiter.needed(limits, self._turns.now, answered=candidate.answered):
            most = limits.answers if candidate.answered else limits.per_window
            return (Skip(Reason.RATE, candidate.utterance, f"{most} in ten minutes"),)
        hold = self.hold(candidate, limits)
        if hold is not None:
            return self._keep(candidate, hold)
        waiting, self.waiting = self.waiting, None
        dropped = (Skip(Reason.REPLACED, waiting.utterance),) if waiting else ()
        return (*dropped, Speak(candidate))

    def hold(self, candidate: Candidate, limits: Limits) -> Reason | None:
        """Why this is a bad moment; None when it is a good one."""
        why = self._limiter.hold(candidate, limits, self._turns.now)
        if why is None and candidate.priority < INTERRUPTS and self._turns.talking(Channel.MIC) > JUST_BEGUN:
            return Reason.USER_SPEAKING
        return why

    def _keep(self, candidate: Candidate, why: Reason) -> tuple[Decision, ...]:
        """Keep it for a better moment; the latest wins, unless the one that waits matters more."""
        waiting = self.waiting
        if waiting is not None and waiting.priority > candidate.priority:
            return (Skip(Reason.OUTRANKED, candidate.utterance),)
        self.waiting = candidate
        dropped = (Skip(Reason.REPLACED, waiting.utterance),) if waiting else ()
        return (*dropped, Skip(why, candidate.utterance))

    def retry(self, waiting: Candidate) -> tuple[Decision, ...]:
        """Release what waits when its moment has come, drop it when that has passed."""
        stale = self._turns.now - waiting.at > self._ttl
        if stale or self._dials.mode == "manual":
            self.waiting = None
            self._turns.question = None
            return (Skip(Reason.STALE if stale else Reason.MODE, waiting.utterance),)
        limits = self._dials.limits
        needed = self._limiter.needed(limits, self._turns.now, answered=waiting.answered)
        scarce = waiting.priority < needed
        if scarce or self.hold(waiting, limits) is not None:
            return ()
        self.waiting = None
        if waiting.reason is Reason.QUESTION and self._turns.said_by_user(waiting.at) >= ANSWERING:
            return (Skip(Reason.ANSWERED, waiting.utterance),)
        return (Speak(waiting),)
