"""When to speak. Pure: utterances and media time in, decisions with reason codes out.

Silent by default. A reason to speak that comes at a bad moment (cooldown, an answer in flight, the
user talking) is kept in one slot, the latest of equal rank winning, until it can be said or is stale.
All times are `SampleTime`; the gate never reads a clock.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from wingman.core.affect import family_of
from wingman.core.time import Channel, SampleTime, samples
from wingman.core.utterance import EmotionShift, Family, LoneSound, ReadingStatus, Utterance
from wingman.core.vocabulary import Mode, Verbosity
from wingman.suggest.gate.decisions import Candidate, Decision, Reason, Skip, Speak
from wingman.suggest.gate.evidence import TONE, Band, Evidence, EvidenceWeigher
from wingman.suggest.gate.probe import Probes, load_probe
from wingman.suggest.gate.rate_limit import LIMITS, CardRateLimiter, Limits
from wingman.suggest.gate.taught import Taught
from wingman.suggest.gate.turn_state import TurnState
from wingman.suggest.playbook.playbook import Playbook, Trigger
from wingman.suggest.playbook.signals import Signal, detect, normalise
from wingman.suggest.playbook.triggers import Triggers

INTERRUPTS = 75
"""From this priority on a card may start while the user speaks."""
JUST_BEGUN = samples(2)
"""Who has only begun to answer can still use a card."""
SILENCE_AFTER_QUESTION = samples(5)
SILENCE_PRIORITY = 45
LIKELY = 0.3
"""A kind with this share is among those meant."""
BURST = 0.4
"""Score from which a laugh or a sigh adds to the words beside it."""
LOUD_BURST = 0.6
"""Score from which it is a reason by itself, where a trigger listens for its family."""
HEARD = 0.2
"""What a key word that was really heard adds to its kind."""
ASKED_ABOUT = frozenset({Signal.PRICE, Signal.OBJECTION, Signal.RISK})
"""A question with such a word is about it; with another, the word only stands in the question."""
LESSER = 0.6
"""A reason that is weaker than this share of the strongest is another matter: it takes no card's place."""
ANSWERING = samples(8)
"""Talk of the user, after a question, that makes a late card about it pointless."""


_DATED = re.compile(
    r"\b(?:today|tonight|tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|sunday|next week|end of"
    r"|heute|morgen|montag|dienstag|mittwoch|donnerstag|freitag|nächste woche"
    r"|aujourd'hui|demain|lundi|mardi|mercredi|jeudi|vendredi|semaine prochaine"
    r"|hoy|mañana|lunes|martes|miércoles|jueves|viernes|próxima semana"
    r"|hoje|amanhã|segunda|terça|quarta|quinta|sexta|próxima semana)\b"
)


class Gate:
    """Decides for one meeting. Feed it everything; it answers with what to do about each."""

    def __init__(
        self,
        playbook: Playbook,
        *,
        verbosity: Verbosity = "balanced",
        mode: Mode = "auto",
        ttl: SampleTime = samples(20),
        probes: Probes = load_probe,
        asks: int = 25,
    ) -> None:
        self.verbosity: Verbosity = verbosity
        self.mode: Mode = mode
        self.language = "en"
        """BCP-47 tag of the language heard; tells which words are signals."""
        self.frugal = False
        """True when the budget allows no more than the quiet verbosity."""
        self._ttl = ttl
        self.model_ready = False
        """True while a model could be asked: what is between the thresholds is its to decide."""
        self._asks = asks
        self.taught = Taught()
        """What the user's feedback has changed."""
        self._triggers = Triggers(playbook)
        self._evidence = EvidenceWeigher(probes)
        self._floor = TurnState()
        self._restraint = CardRateLimiter()
        self._waiting: Candidate | None = None
        self._bursts: tuple[str, str] = ("", "")
        """The utterance and the burst that counted last: a revision tells it again."""

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

    def hear(self, utterance: Utterance, meaning: NDArray[np.float32] | None = None) -> tuple[Decision, ...]:
        """An utterance, or its revision, which can only bring a tone. `meaning` is a vector of its words."""
        self._floor.reach(utterance.end)
        if utterance.revision:
            return self._hear_manner(utterance)
        whole, signals = utterance, detect(utterance.text, self.language)
        if not signals:
            whole = self._whole(utterance)
            signals = detect(whole.text, self.language)
        self._floor.heard(utterance, question=Signal.QUESTION in signals)
        decided = self._decide(utterance, whole, signals, meaning)
        self._evidence.remember(utterance, meaning)
        return decided

    def shift(self, shift: EmotionShift) -> tuple[Decision, ...]:
        """A speaker's tone left its own baseline."""
        self._floor.reach(shift.at)
        heard = self._floor.find(shift.utterance)
        text = heard.text if heard else ""
        felt = Candidate("", Reason.EMOTION, 0, shift.at, shift.utterance or None, text, shift.speaker)
        return self._feel(shift.after, shift.channel, felt)

    def sound(self, lone: LoneSound) -> tuple[Decision, ...]:
        """A laugh or a sigh after the words it stands beside were told."""
        self._floor.reach(lone.sound.end)
        heard = self._floor.find(lone.utterance)
        return self._hear_bursts(replace(heard, sounds=(lone.sound,))) if heard is not None else ()

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
            if self._waits_for_user(question):
                return self._consider(_silence(question, self.now))
        return ()

    def _waits_for_user(self, question: Utterance) -> bool:
        """True when a question is the user's own, or waits for the user's answer."""
        evidence = self._evidence.find(question.id)
        asked = evidence is not None and evidence.verdict.addressee == "user"
        return asked or question.channel is Channel.MIC

    def foresee(self, running: Utterance) -> Candidate | None:
        """What words that are not final yet would start at once if they were; changes nothing."""
        signals = detect(running.text, self.language)
        if not signals or self.mode == "manual" or self._triggers.excluded(running.text):
            return None
        found = self._weighed(running, self._evidence.foresee(running, signals))
        limits = self.limits
        if not isinstance(found, Candidate) or found.unsure:
            return None
        scarce = found.priority < max(limits.priority, self._restraint.needed(limits, self.now))
        return None if scarce or self._hold(found, limits) is not None else found

    def silent(self, channel: Channel) -> bool:
        """True while no voice is heard on `channel`."""
        return self._floor.talking(channel) == 0

    # --- what became of a card ---------------------------------------------------------------

    def began(self, candidate: Candidate) -> None:
        """A card started. It is in flight until `ended`."""
        self._restraint.began(candidate, self.now)
        question = self._floor.question
        if question is not None and question.id == candidate.utterance:
            self._floor.question = None

    def asked(self) -> None:
        """A model was asked, for whatever card."""
        self._restraint.asked(self.now)

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

    def _decide(
        self,
        utterance: Utterance,
        whole: Utterance,
        signals: frozenset[Signal],
        meaning: NDArray[np.float32] | None,
    ) -> tuple[Decision, ...]:
        if self._triggers.excluded(whole.text):
            return (Skip(Reason.EXCLUDED, utterance.id),)
        if utterance.channel is Channel.MIC:
            found = self._first(
                whole, [(t, r, 0.0) for t, r in self._fired(whole, _binding(whole.text, signals))]
            )
        else:
            found = self._weighed(whole, self._evidence.weigh(utterance, utterance.text, signals, meaning))
        if isinstance(found, Candidate):
            return self._consider(found)
        return self._hear_manner(utterance) or (found,)

    def _weighed(self, whole: Utterance, evidence: Evidence) -> Candidate | Skip:
        """What the counterpart's words come to: a reason to speak, one to ask a model, or silence."""
        fired = self._matched(whole, evidence)
        if any(reason is Reason.PHRASE for _, reason, _ in fired):  # the user wrote down what to listen for
            return self._first(whole, [one for one in fired if one[1] is Reason.PHRASE])
        band = self._band(evidence)
        if band is Band.SURE_NOT:
            return Skip(evidence.silence(), evidence.utterance.id)
        found = self._first(whole, fired)
        if self.mode == "questions-only" and Signal.QUESTION not in evidence.signals:
            return Skip(Reason.MODE, whole.id, self.mode)
        return replace(found, unsure=band is Band.UNSURE) if isinstance(found, Candidate) else found

    def _band(self, evidence: Evidence) -> Band:
        """Without a model the dial decides what is sure; with one, only what is right nine times in ten."""
        thresholds = evidence.thresholds
        dial = "quiet" if self.frugal else self.verbosity
        least: float = getattr(thresholds, dial)
        asks = self.model_ready and self._restraint.may_ask(self._asks, self.now)
        if asks:
            least = max(least, thresholds.sure)
        score = evidence.score - self.taught.bar(evidence.kinds)
        if score >= least:
            return Band.SURE
        return Band.UNSURE if asks and score >= thresholds.ask else Band.SURE_NOT

    def _matched(self, whole: Utterance, evidence: Evidence) -> list[tuple[Trigger, Reason, float]]:
        """The triggers that what was meant fires, the strongest first."""
        kinds = evidence.kinds
        likely = {kind for kind, share in kinds.items() if share >= LIKELY} or {evidence.verdict.kind}
        meant = frozenset(signal for signal in Signal if signal in likely)
        found = []
        fired = self._fired(whole, evidence.signals | meant)
        for trigger, reason in (*fired, *((one, Reason.MEANING) for one in self._triggers.meant(likely))):
            heard = evidence.signals.intersection(trigger.signals)
            share = max(
                (kinds.get(signal, 1.0) for signal in (meant | heard) & set(trigger.signals)),
                default=0.0 if trigger.signals else kinds.get(trigger.kind, 0.0),
            )
            strength = share + _heard(heard, evidence.signals)
            if reason is not Reason.PHRASE and not heard:
                reason = Reason.MEANING
            found.append((trigger, reason, strength))
        least = LESSER * max((strength for _, _, strength in found), default=0.0)
        near = [one for one in found if one[2] >= least or one[1] is Reason.PHRASE]
        return sorted(near, key=lambda one: -one[2])

    def _fired(self, whole: Utterance, signals: frozenset[Signal]) -> list[tuple[Trigger, Reason]]:
        return list(self._triggers.heard(whole.text, whole.channel, signals))

    def _first(self, utterance: Utterance, fired: list[tuple[Trigger, Reason, float]]) -> Candidate | Skip:
        """The first trigger that may still fire, with the others behind it, or why none does."""
        refused = Skip(Reason.NO_TRIGGER, utterance.id)
        found: list[Candidate] = []
        for trigger, reason, _ in fired:
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
        if self.mode == "questions-only" and utterance.channel is Channel.MIC:
            return Skip(Reason.MODE, utterance.id, self.mode)
        return replace(found[0], others=tuple(found[1:]))

    def _hear_manner(self, utterance: Utterance) -> tuple[Decision, ...]:
        """How it was said: the tone of it, else a laugh or a sigh beside it."""
        return self._hear_tone(utterance) or self._hear_bursts(utterance)

    def _hear_tone(self, utterance: Utterance) -> tuple[Decision, ...]:
        """A known tone adds to the words; a strong one is a reason by itself, unless the words say silence."""
        reading = utterance.emotion
        if reading.status is not ReadingStatus.KNOWN:
            return ()
        evidence = self._evidence.find(utterance.id)
        if evidence is not None and (decided := self._swayed(utterance, evidence, evidence.with_tone(reading))):
            return decided
        if reading.strength != "strong":
            return ()
        return self._feel(reading.family, utterance.channel, self._felt(utterance, Reason.EMOTION))

    def _hear_bursts(self, utterance: Utterance) -> tuple[Decision, ...]:
        """A burst, or what a voice is like, adds to the words; a loud burst is a reason as a strong tone is."""
        attributes = ((one.label, one.value, False) for one in utterance.emotion.attributes)
        heard = [*((one.label, one.score, True) for one in utterance.sounds), *attributes]
        told = [(score, label, burst) for label, score, burst in heard if family_of(label) in TONE]
        score, label, burst = max(told, default=(0.0, "", False))
        if score < BURST or self._bursts == (utterance.id, label):
            return ()
        self._bursts = (utterance.id, label)
        family, evidence = family_of(label), self._evidence.find(utterance.id)
        if evidence is not None and (decided := self._swayed(utterance, evidence, evidence.with_burst(family))):
            return decided
        if not burst or score < LOUD_BURST:
            return ()
        return self._feel(family, utterance.channel, self._felt(utterance, Reason.BURST))

    def _swayed(self, utterance: Utterance, evidence: Evidence, toned: Evidence) -> tuple[Decision, ...]:
        """What follows when how it was said makes more of the words than they were by themselves."""
        if self._covered(utterance.id):
            return ()
        before, now = self._band(evidence), self._band(toned)
        if now is before or now is Band.SURE_NOT:
            return ()
        found = self._weighed(utterance, toned)
        return self._consider(found) if isinstance(found, Candidate) else (found,)

    def _felt(self, utterance: Utterance, why: Reason) -> Candidate:
        """A reason in how it was said; kind and priority are the trigger's."""
        return Candidate("", why, 0, self.now, utterance.id, utterance.text, utterance.speaker)

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
        evidence = self._evidence.find(felt.utterance or "")
        if evidence is not None and evidence.verdict.addressee != "user":
            return (Skip(Reason.NOT_ADDRESSED, felt.utterance, trigger.name),)
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


def _heard(own: frozenset[Signal], all_heard: frozenset[Signal]) -> float:
    """What a trigger's own key words, among all that were heard, add to its kind."""
    if not own:
        return 0.0
    if Signal.QUESTION not in all_heard or Signal.QUESTION in own:
        return HEARD
    return 2 * HEARD if own & ASKED_ABOUT else 0.0


def _binding(text: str, signals: frozenset[Signal]) -> frozenset[Signal]:
    """The signals of the user's own words that may start a card: a promise counts when it has a date."""
    dated = _DATED.search(normalise(text)) is not None and Signal.QUESTION not in signals
    return signals if dated else signals - {Signal.COMMITMENT}


def _silence(question: Utterance, now: SampleTime) -> Candidate:
    return Candidate(
        "silence", Reason.SILENCE, SILENCE_PRIORITY, now, question.id, question.text, question.speaker
    )
