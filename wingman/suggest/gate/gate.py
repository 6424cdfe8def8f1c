"""When to speak. Pure: utterances and media time in, decisions with reason codes out.

Silent by default. A reason to speak that comes at a bad moment (cooldown, an answer in flight, the
user talking) is kept in one slot, the latest of equal rank winning, until it can be said or is stale.
All times are `SampleTime`; the gate never reads a clock.
"""

from __future__ import annotations

from dataclasses import replace

from wingman.core.time import Channel, SampleTime, samples
from wingman.core.utterance import EmotionShift, Family, ReadingStatus, Utterance
from wingman.core.vocabulary import Mode, Verbosity
from wingman.suggest.gate.decisions import Candidate, Decision, Reason, Skip, Speak
from wingman.suggest.gate.rate_limit import LIMITS, CardRateLimiter, Limits
from wingman.suggest.gate.turn_state import TurnState
from wingman.suggest.playbook.playbook import Playbook
from wingman.suggest.playbook.signals import Signal, detect
from wingman.suggest.playbook.triggers import Triggers

INTERRUPTS = 75
"""From this priority on a card may start while the user speaks."""
JUST_BEGUN = samples(2)
"""Who has only begun to answer can still use a card."""
SILENCE_AFTER_QUESTION = samples(5)
SILENCE_PRIORITY = 45
ANSWERING = samples(8)
"""Talk of the user, after a question, that makes a late card about it pointless."""


class Gate:
    """Decides for one meeting. Feed it everything; it answers with what to do about each."""

    def __init__(
        self,
        playbook: Playbook,
        *,
        verbosity: Verbosity = "balanced",
        mode: Mode = "auto",
        ttl: SampleTime = samples(20),
    ) -> None:
        self.verbosity: Verbosity = verbosity
        self.mode: Mode = mode
        self.language = "en"
        """BCP-47 tag of the language heard; tells which words are signals."""
        self.frugal = False
        """True when the budget allows no more than the quiet verbosity."""
        self._ttl = ttl
        self._triggers = Triggers(playbook)
        self._floor = TurnState()
        self._restraint = CardRateLimiter()
        self._waiting: Candidate | None = None

    def use(self, playbook: Playbook) -> None:
        """Change the playbook; what was counted per trigger name stays counted."""
        self._triggers = Triggers(playbook)

    @property
    def now(self) -> SampleTime:
        """The latest media time heard of."""
        return self._floor.now

    @property
    def limits(self) -> Limits:
        """What the verbosity and the budget allow."""
        return LIMITS["quiet" if self.frugal else self.verbosity]

    # --- what comes in -----------------------------------------------------------------------

    def hear(self, utterance: Utterance) -> tuple[Decision, ...]:
        """An utterance, or its revision (which can only bring an emotion)."""
        self._floor.reach(utterance.end)
        if utterance.revision:
            return self._feel_strongly(utterance)
        twice = self._floor.twice(utterance)
        if twice is not None:
            return (Skip(twice, utterance.id),)
        whole = self._whole(utterance)
        signals = detect(whole.text, self.language)
        self._floor.heard(utterance, question=Signal.QUESTION in signals)
        if self._triggers.excluded(whole.text):
            return (Skip(Reason.EXCLUDED, utterance.id),)
        found = self._best(utterance, signals if whole is utterance else detect(utterance.text, self.language))
        if isinstance(found, Skip) and whole is not utterance:
            found = self._best(whole, signals)
        if isinstance(found, Candidate):
            return self._consider(found)
        return self._feel_strongly(utterance) or (found,)

    def shift(self, shift: EmotionShift) -> tuple[Decision, ...]:
        """A speaker's tone left its own baseline."""
        self._floor.reach(shift.at)
        heard = self._floor.find(shift.utterance)
        text = heard.text if heard else ""
        felt = Candidate("", Reason.EMOTION, 0, shift.at, shift.utterance or None, text, shift.speaker)
        return self._feel(shift.after, shift.channel, felt)

    def speaking(self, channel: Channel, active: bool, at: SampleTime) -> None:
        """Somebody began or stopped speaking on `channel`."""
        self._floor.speaking(channel, active, at)

    def advance(self, now: SampleTime) -> tuple[Decision, ...]:
        """Media time went on: release or drop what waits, notice a silence after a question."""
        self._floor.reach(now)
        waiting, question = self._waiting, self._floor.question
        if waiting is not None:
            decisions = self._retry(waiting)
            if decisions or question is None or waiting.utterance == question.id:
                return decisions
        if question is not None and self._floor.silence(question.end) >= SILENCE_AFTER_QUESTION:
            self._floor.question = None
            return self._consider(_silence(question, self.now))
        return ()

    # --- what became of a card ---------------------------------------------------------------

    def began(self, candidate: Candidate) -> None:
        """A card started. It is in flight until `ended`."""
        self._restraint.began(candidate, self.now)
        question = self._floor.question
        if question is not None and question.id == candidate.utterance:
            self._floor.question = None

    def shows(self) -> None:
        """The card in flight has its first text on screen."""
        self._restraint.shows()

    def ended(self) -> None:
        """The card in flight reached its end."""
        self._restraint.ended()

    # --- reasons to speak --------------------------------------------------------------------

    def _whole(self, utterance: Utterance) -> Utterance:
        """With the words just before it, when a breath may have cut one sentence in two."""
        before = self._floor.before(utterance)
        if before is None or self._restraint.carded(before.id):
            return utterance
        return replace(utterance, text=f"{before.text} {utterance.text}")

    def _best(self, utterance: Utterance, signals: frozenset[Signal]) -> Candidate | Skip:
        """The best trigger that may still fire, with the lesser ones behind it, or why none does."""
        refused = Skip(Reason.NO_TRIGGER, utterance.id)
        found: list[Candidate] = []
        for trigger, reason in self._triggers.heard(utterance.text, utterance.channel, signals):
            spent = self._restraint.spent(trigger, self.now)
            if spent is not None:
                refused = Skip(spent, utterance.id, trigger.name)
                continue
            found.append(
                Candidate(
                    trigger.kind,
                    reason,
                    trigger.priority,
                    utterance.end,
                    utterance.id,
                    utterance.text,
                    utterance.speaker,
                    trigger,
                )
            )
        if not found:
            return refused
        if self.mode == "questions-only" and Signal.QUESTION not in signals:
            return Skip(Reason.MODE, utterance.id, self.mode)
        return replace(found[0], others=tuple(found[1:]))

    def _feel_strongly(self, utterance: Utterance) -> tuple[Decision, ...]:
        """A strong, known tone is a reason by itself, even where no baseline was left."""
        reading = utterance.emotion
        if reading.status is not ReadingStatus.KNOWN or reading.strength != "strong":
            return ()
        felt = Candidate(
            "", Reason.EMOTION, 0, self.now, utterance.id, utterance.text, utterance.speaker
        )  # kind and priority are the trigger's
        return self._feel(reading.family, utterance.channel, felt)

    def _feel(self, family: Family, channel: Channel, felt: Candidate) -> tuple[Decision, ...]:
        """A tone of this family: consider the trigger it fires, if there is one."""
        trigger = self._triggers.felt(family, channel)
        if trigger is None:
            return ()
        if self.mode == "questions-only":
            return (Skip(Reason.MODE, felt.utterance, self.mode),)
        spent = self._restraint.spent(trigger, self.now)
        if spent is not None:
            return (Skip(spent, felt.utterance, trigger.name),)
        if felt.utterance is not None and self._covered(felt.utterance):
            return (Skip(Reason.ANSWERED, felt.utterance, trigger.name),)
        return self._consider(replace(felt, kind=trigger.kind, priority=trigger.priority, trigger=trigger))

    def _covered(self, utterance: str) -> bool:
        """True when this utterance already has a card, shown or waiting."""
        waits = self._waiting is not None and self._waiting.utterance == utterance
        return waits or self._restraint.carded(utterance)

    # --- deciding ----------------------------------------------------------------------------

    def _consider(self, candidate: Candidate) -> tuple[Decision, ...]:
        """Speak now, keep for later, or drop with the reason."""
        limits = self.limits
        if self.mode == "manual":
            return (Skip(Reason.MODE, candidate.utterance, self.mode),)
        if candidate.priority < limits.priority:
            return (Skip(Reason.VERBOSITY, candidate.utterance, self.verbosity),)
        if candidate.priority < self._restraint.needed(limits, self.now):
            return (Skip(Reason.RATE, candidate.utterance, f"{limits.per_window} in ten minutes"),)
        hold = self._hold(candidate, limits)
        if hold is not None:
            return self._keep(candidate, hold)
        waiting, self._waiting = self._waiting, None
        dropped = (Skip(Reason.REPLACED, waiting.utterance),) if waiting else ()
        return (*dropped, Speak(candidate))

    def _hold(self, candidate: Candidate, limits: Limits) -> Reason | None:
        """Why this is a bad moment; None when it is a good one."""
        why = self._restraint.hold(candidate, limits, self.now)
        if why is None and candidate.priority < INTERRUPTS and self._floor.talking(Channel.MIC) > JUST_BEGUN:
            return Reason.USER_SPEAKING
        return why

    def _keep(self, candidate: Candidate, why: Reason) -> tuple[Decision, ...]:
        """Keep it for a better moment; the latest wins, unless the one that waits matters more."""
        waiting = self._waiting
        if waiting is not None and waiting.priority > candidate.priority:
            return (Skip(Reason.OUTRANKED, candidate.utterance),)
        self._waiting = candidate
        dropped = (Skip(Reason.REPLACED, waiting.utterance),) if waiting else ()
        return (*dropped, Skip(why, candidate.utterance))

    def _retry(self, waiting: Candidate) -> tuple[Decision, ...]:
        """Release what waits when its moment has come, drop it when that has passed."""
        stale = self.now - waiting.at > self._ttl
        if stale or self.mode == "manual":
            self._waiting = None
            self._floor.question = None
            return (Skip(Reason.STALE if stale else Reason.MODE, waiting.utterance),)
        limits = self.limits
        scarce = waiting.priority < self._restraint.needed(limits, self.now)
        if scarce or self._hold(waiting, limits) is not None:
            return ()
        self._waiting = None
        if waiting.reason is Reason.QUESTION and self._floor.said_by_user(waiting.at) >= ANSWERING:
            return (Skip(Reason.ANSWERED, waiting.utterance),)
        return (Speak(waiting),)


def _silence(question: Utterance, now: SampleTime) -> Candidate:
    return Candidate(
        "silence", Reason.SILENCE, SILENCE_PRIORITY, now, question.id, question.text, question.speaker
    )
