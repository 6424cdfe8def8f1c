"""When to speak. Pure: utterances and media time in, decisions with reason codes out.

Silent by default. A reason to speak that comes at a bad moment (cooldown, an answer in flight, the
user talking) is kept in one slot, the latest of equal rank winning, until it can be said or is stale.
All times are `SampleTime`; the gate never reads a clock.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from wingman.core.affect import family_of
from wingman.core.time import Channel, SampleTime, samples
from wingman.core.utterance import EmotionShift, Family, LoneSound, ReadingStatus, Utterance
from wingman.core.vocabulary import Mode, Verbosity
from wingman.suggest.gate.decisions import Candidate, Decision, Reason, Skip
from wingman.suggest.gate.evidence import COUNTS, TONE, Band, Evidence, EvidenceWeigher
from wingman.suggest.gate.matching import Fired, binding, first, matched
from wingman.suggest.gate.probe import Probes, load_probe
from wingman.suggest.gate.rate_limit import CardRateLimiter, Dials
from wingman.suggest.gate.taught import Taught
from wingman.suggest.gate.timing import CardTiming
from wingman.suggest.gate.turn_state import TurnState
from wingman.suggest.playbook.playbook import Playbook
from wingman.suggest.playbook.signals import Signal, detect
from wingman.suggest.playbook.triggers import Triggers

SILENCE_AFTER_QUESTION = samples(5)
SILENCE_PRIORITY = 45
BURST = 0.4
"""Score from which a laugh or a sigh adds to the words beside it."""
OVERDUE = 2.0
"""What the bar is lower by, after a long silence, for what stands out in this meeting: the card's, or where a
model is to decide, the question's to it."""
LOUD_BURST = 0.6
"""Score from which it is a reason by itself, where a trigger listens for its family."""


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
        self.dials = Dials(verbosity, mode)
        """How much it may say, and at what."""
        self.language = "en"
        """BCP-47 tag of the language heard; tells which words are signals."""
        self.model_ready = False
        """True while a model could be asked: what is between the thresholds is its to decide."""
        self._asks = asks
        self.taught = Taught()
        """What the user's feedback has changed."""
        self._triggers = Triggers(playbook)
        self._evidence = EvidenceWeigher(probes, playbook)
        self._turns = TurnState()
        self._limiter = CardRateLimiter()
        self._timing = CardTiming(self.dials, self._limiter, self._turns, ttl)
        self._deciding: str | None = None
        """The utterance about which a model is deciding."""
        self._bursts: tuple[str, str] = ("", "")
        """The utterance and the burst that counted last: a revision tells it again."""

    def use(self, playbook: Playbook) -> None:
        """Change the playbook; what was counted per trigger name stays counted."""
        self._triggers = Triggers(playbook)
        self._evidence.use(playbook)

    @property
    def now(self) -> SampleTime:
        """The latest media time heard of."""
        return self._turns.now

    @property
    def waits(self) -> bool:
        """True while a reason to speak waits for a better moment; at most until it is stale."""
        return self._timing.waiting is not None

    # --- what comes in -----------------------------------------------------------------------

    def hear(
        self, utterance: Utterance, meaning: NDArray[np.float32] | None = None, *, answered: bool = False
    ) -> tuple[Decision, ...]:
        """An utterance, or its revision, which can only bring a tone. `meaning` is a vector of its words.

        `answered`: it asks for something that the user's notes hold, which is a good reason to speak.
        """
        self._turns.reach(utterance.end)
        if utterance.revision:
            return self._hear_manner(utterance)
        whole, signals = utterance, detect(utterance.text, self.language)
        if not signals:
            whole = self._whole(utterance)
            if whole is not utterance:
                signals = detect(whole.text, self.language)
        self._turns.heard(utterance, question=Signal.QUESTION in signals)
        decided = self._decide(utterance, whole, signals, meaning, answered=answered)
        self._evidence.remember(utterance, signals, meaning)
        if utterance.channel is not Channel.MIC and len(utterance.text.split()) >= COUNTS:
            self._limiter.listened()
        return decided

    def shift(self, shift: EmotionShift) -> tuple[Decision, ...]:
        """A speaker's tone left its own baseline."""
        self._turns.reach(shift.at)
        heard = self._turns.find(shift.utterance)
        text = heard.text if heard else ""
        felt = Candidate("", Reason.EMOTION, 0, shift.at, shift.utterance or None, text, shift.speaker)
        return self._feel(shift.after, shift.channel, felt)

    def sound(self, lone: LoneSound) -> tuple[Decision, ...]:
        """A laugh or a sigh after the words it stands beside were told."""
        self._turns.reach(lone.sound.end)
        heard = self._turns.find(lone.utterance)
        return self._hear_bursts(replace(heard, sounds=(lone.sound,))) if heard is not None else ()

    def speaking(self, channel: Channel, active: bool, at: SampleTime) -> None:
        """Somebody began or stopped speaking on `channel`."""
        self._turns.speaking(channel, active, at)

    def advance(self, now: SampleTime) -> tuple[Decision, ...]:
        """Media time went on: release or drop what waits, notice a silence after a question."""
        turns, waiting = self._turns, self._timing.waiting
        turns.reach(now)
        question = turns.question
        if waiting is None and question is None:  # ten times a second, and nearly always
            return ()
        if waiting is not None:
            decisions = self._timing.retry(waiting)
            if decisions or question is None or waiting.utterance == question.id:
                return decisions
        if question is None or question.id == self._deciding:
            return ()
        if turns.silence(question.end) >= SILENCE_AFTER_QUESTION:
            turns.question = None
            if self._waits_for_user(question):
                return self._timing.consider(_silence(question, self.now))
        return ()

    def conclude(self) -> None:
        """The conversation is over: a silence that follows is none."""
        self._turns.question = None

    def _waits_for_user(self, question: Utterance) -> bool:
        """True when a question is the user's own, or waits for the user's answer."""
        evidence = self._evidence.find(question.id)
        asked = evidence is not None and evidence.verdict.addressee == "user"
        return asked or question.channel is Channel.MIC

    def foresee(self, running: Utterance) -> Candidate | None:
        """What words that are not final yet would start at once if they were; changes nothing."""
        signals = detect(running.text, self.language)
        if not signals or self.dials.mode == "manual" or self._triggers.excluded(running.text):
            return None
        found = self._weighed(running, self._evidence.foresee(running, signals))
        limits = self.dials.limits
        if not isinstance(found, Candidate) or found.unsure:
            return None
        scarce = found.priority < max(limits.priority, self._limiter.needed(limits, self.now))
        return None if scarce or self._timing.hold(found, limits) is not None else found

    def silent(self, channel: Channel) -> bool:
        """True while no voice is heard on `channel`."""
        return self._turns.talking(channel) == 0

    # --- what became of a card ---------------------------------------------------------------

    def began(self, candidate: Candidate) -> None:
        """A card started. It is in flight until `ended`."""
        self._limiter.began(candidate, self.now)
        question = self._turns.question
        if question is not None and question.id == candidate.utterance:
            self._turns.question = None

    def deciding(self, candidate: Candidate) -> None:
        """A model decides about this, and no silence takes its place, until a card has `ended`."""
        self._deciding = candidate.utterance

    def asked(self) -> None:
        """A model was asked, for whatever card."""
        self._limiter.asked(self.now)

    def shows(self) -> None:
        """The card in flight has its first text on screen."""
        self._limiter.shows()

    def ended(self) -> None:
        """The card in flight reached its end."""
        self._deciding = None
        self._limiter.ended()

    # --- reasons to speak --------------------------------------------------------------------

    def _whole(self, utterance: Utterance) -> Utterance:
        """With the words just before it, when a breath may have cut one sentence in two."""
        before = self._turns.before(utterance)
        if before is None or self._limiter.carded(before.id):
            return utterance
        return replace(utterance, text=f"{before.text} {utterance.text}")

    def _decide(
        self,
        utterance: Utterance,
        whole: Utterance,
        signals: frozenset[Signal],
        meaning: NDArray[np.float32] | None,
        *,
        answered: bool,
    ) -> tuple[Decision, ...]:
        if self._triggers.excluded(whole.text):
            return (Skip(Reason.EXCLUDED, utterance.id),)
        if utterance.channel is Channel.MIC:
            fired = self._triggers.heard(whole.text, whole.channel, binding(whole.text, signals))
            found = self._first(whole, [(trigger, reason, 0.0) for trigger, reason in fired])
        else:
            evidence = self._evidence.weigh(utterance, utterance.text, signals, meaning)
            found = self._weighed(whole, evidence.with_answer() if answered else evidence)
        if isinstance(found, Candidate):
            return self._timing.consider(found)
        return self._hear_manner(utterance) or (found,)

    def _weighed(self, whole: Utterance, evidence: Evidence) -> Candidate | Skip:
        """What the counterpart's words come to: a reason to speak, one to ask a model, or silence."""
        fired = matched(self._triggers, whole, evidence)
        if any(reason is Reason.PHRASE for _, reason, _ in fired):  # the user wrote down what to listen for
            return self._first(whole, [one for one in fired if one[1] is Reason.PHRASE])
        band = self._band(evidence)
        if band is Band.SURE_NOT:
            return Skip(evidence.silence(), evidence.utterance.id)
        found = self._first(whole, fired, answered=evidence.answered)
        if self.dials.mode == "questions-only" and Signal.QUESTION not in evidence.signals:
            return Skip(Reason.MODE, whole.id, self.dials.mode)
        return replace(found, unsure=band is Band.UNSURE) if isinstance(found, Candidate) else found

    def _band(self, evidence: Evidence) -> Band:
        """Without a model the dial decides what is sure; with one, only what is right nine times in ten."""
        thresholds = evidence.thresholds
        overdue = evidence.stands_out and self._limiter.long_silent and self.dials.effective != "quiet"
        lower = OVERDUE if overdue else 0.0
        least: float = getattr(thresholds, self.dials.effective) - lower
        asks = self.model_ready and self._limiter.may_ask(self._asks, self.now)
        if asks:
            least = max(least, thresholds.sure)
        score = evidence.score - self.taught.bar(evidence.kinds)
        if score >= least:
            return Band.SURE
        return Band.UNSURE if asks and score >= thresholds.ask - lower else Band.SURE_NOT

    def _first(self, utterance: Utterance, fired: list[Fired], *, answered: bool = False) -> Candidate | Skip:
        """The first trigger that may still fire, with the others behind it, or why none does."""
        found = first(
            utterance,
            fired,
            lambda trigger: self._limiter.spent(trigger, self.now, answered=answered),
            answered=answered,
        )
        own = utterance.channel is Channel.MIC
        if own and isinstance(found, Candidate) and self.dials.mode == "questions-only":
            return Skip(Reason.MODE, utterance.id, self.dials.mode)
        return found

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
        return self._timing.consider(found) if isinstance(found, Candidate) else (found,)

    def _felt(self, utterance: Utterance, why: Reason) -> Candidate:
        """A reason in how it was said; kind and priority are the trigger's."""
        return Candidate("", why, 0, self.now, utterance.id, utterance.text, utterance.speaker)

    def _feel(self, family: Family, channel: Channel, felt: Candidate) -> tuple[Decision, ...]:
        """A tone of this family: consider the trigger it fires, if there is one."""
        trigger = self._triggers.felt(family, channel)
        if trigger is None:
            return ()
        if self.dials.mode == "questions-only":
            return (Skip(Reason.MODE, felt.utterance, self.dials.mode),)
        spent = self._limiter.spent(trigger, self.now)
        if spent is not None:
            return (Skip(spent, felt.utterance, trigger.name),)
        if felt.utterance is not None and self._covered(felt.utterance):
            return (Skip(Reason.ANSWERED, felt.utterance, trigger.name),)
        evidence = self._evidence.find(felt.utterance or "")
        if evidence is not None and evidence.verdict.addressee != "user":
            return (Skip(Reason.NOT_ADDRESSED, felt.utterance, trigger.name),)
        return self._timing.consider(
            replace(felt, kind=trigger.kind, priority=trigger.priority, trigger=trigger)
        )

    def _covered(self, utterance: str) -> bool:
        """True when this utterance already has a card, shown or waiting."""
        waits = self._timing.waiting is not None and self._timing.waiting.utterance == utterance
        return waits or self._limiter.carded(utterance)


def _silence(question: Utterance, now: SampleTime) -> Candidate:
    """Who was asked needs an answer; who asked needs another way to put it."""
    kind = "silence" if question.channel is Channel.MIC else "question"
    return Candidate(kind, Reason.SILENCE, SILENCE_PRIORITY, now, question.id, question.text, question.speaker)
