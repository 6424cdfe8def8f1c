"""When to speak. Pure: utterances and media time in, decisions with reason codes out.

Silent by default. A reason to speak that comes at a bad moment (cooldown, an answer in flight, the
user talking) is kept in one slot, the latest of equal rank winning, until it can be said or is stale.
All times are `SampleTime`; the gate never reads a clock.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter, deque
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal, TypeAlias

from wingman.model.time import Channel, SampleTime, samples
from wingman.model.utterance import EmotionShift, Family, ReadingStatus, Utterance
from wingman.suggest.playbook import Playbook, Trigger
from wingman.suggest.signals import Signal, compile_phrase, detect, normalise

Verbosity: TypeAlias = Literal["quiet", "balanced", "lively"]
Mode: TypeAlias = Literal["auto", "questions-only", "manual"]


class Reason(StrEnum):
    """Why Wingman speaks, or why it does not."""

    QUESTION = "question_to_you"
    SIGNAL = "signal"
    PHRASE = "playbook_phrase"
    EMOTION = "emotion_shift"
    SILENCE = "silence_after_question"
    REQUEST = "explicit_request"

    NO_TRIGGER = "no_trigger"
    EXCLUDED = "do_not_trigger"
    ECHO = "echo"
    REPEATED = "repeated_utterance"
    MODE = "mode"
    VERBOSITY = "below_verbosity"
    COOLDOWN = "cooldown"
    IN_FLIGHT = "in_flight"
    USER_SPEAKING = "user_speaking"
    RATE = "rate_limit"
    ONCE = "once_per_meeting"
    MAX = "max_per_meeting"
    REPLACED = "replaced_by_newer"
    OUTRANKED = "outranked"
    STALE = "stale"
    ANSWERED = "already_answered"
    SAME = "same_trigger_again"


HELD = frozenset({Reason.COOLDOWN, Reason.IN_FLIGHT, Reason.USER_SPEAKING})
"""Skips that only postpone: the reason to speak is kept and tried again."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much Wingman may say at one verbosity."""

    priority: int
    """Lowest priority that may speak."""
    per_window: int
    """Most cards in any ten minutes; explicit requests do not count."""
    cooldown: SampleTime
    """Media time between the start of one card and the next."""


LIMITS: dict[Verbosity, Limits] = {
    "quiet": Limits(60, 4, samples(20)),
    "balanced": Limits(40, 8, samples(10)),
    "lively": Limits(20, 15, samples(6)),
}
WINDOW = samples(600)
LAST_SLOTS = 0.25
LAST_SLOTS_PRIORITY = 60
"""The last quarter of the ten minutes' cards is kept for what matters."""
NEVER = 101
SAME_TRIGGER = samples(45)
"""A trigger other than a question does not speak again so soon: people stay on a subject for a while."""
URGENT = 90
"""From this priority on a card may start in cooldown, and in place of one that is being read."""
INTERRUPTS = 75
"""From this priority on a card may start while the user speaks."""
JUST_BEGUN = samples(2)
"""Who has only begun to answer can still use a card."""
BREATH = samples(3)
"""Even an urgent card leaves the one before it so much time."""
SILENCE_AFTER_QUESTION = samples(5)
SILENCE_PRIORITY = 45
ECHO_WINDOW = samples(6)
SAME_TURN = samples(1.5)
"""A speaker who goes on within this time is still saying the same thing."""
ANSWERING = samples(8)
"""Talk of the user, after a question, that makes a late card about it pointless."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reason to speak."""

    kind: str
    reason: Reason
    priority: int
    at: SampleTime
    utterance: str | None
    text: str
    speaker: str
    trigger: Trigger | None = None
    others: tuple[Candidate, ...] = ()
    """Lesser reasons the same words gave, best first; for when the first has nothing new to say."""


@dataclass(frozen=True, slots=True)
class Speak:
    """Start a card now, in place of the one in flight if there is one."""

    candidate: Candidate


@dataclass(frozen=True, slots=True)
class Skip:
    """Stay silent, and why. With a reason in `HELD` the candidate waits for a better moment."""

    reason: Reason
    utterance: str | None
    detail: str = ""


Decision: TypeAlias = Speak | Skip


@dataclass(frozen=True, slots=True)
class _Matcher:
    """A trigger with its phrases compiled."""

    trigger: Trigger
    phrases: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]

    @classmethod
    def of(cls, trigger: Trigger) -> _Matcher:
        return cls(
            trigger,
            tuple(compile_phrase(phrase) for phrase in trigger.phrases),
            tuple(compile_phrase(phrase) for phrase in trigger.unless),
        )

    def match(self, utterance: Utterance, plain: str, signals: frozenset[Signal]) -> Reason | None:
        trigger = self.trigger
        side = Channel.MIC if trigger.who == "user" else Channel.TAB
        if trigger.who != "anyone" and utterance.channel is not side:
            return None
        if any(pattern.search(plain) for pattern in self.unless):
            return None
        if any(pattern.search(plain) for pattern in self.phrases):
            return Reason.PHRASE
        if signals.intersection(trigger.signals):
            return Reason.QUESTION if Signal.QUESTION in signals else Reason.SIGNAL
        return None


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
        self.frugal = False
        """True when the budget allows no more than the quiet verbosity."""
        self._ttl = ttl
        self._now: SampleTime = 0
        self._speaking: dict[Channel, bool] = dict.fromkeys(Channel, False)
        self._began_speaking: dict[Channel, SampleTime] = {}
        self._quiet_since: SampleTime = 0
        self._recent: deque[tuple[Utterance, str]] = deque(maxlen=6)
        self._waiting: Candidate | None = None
        self._held_for: Reason | None = None
        self._flight: Candidate | None = None
        self._flight_shows = False
        self._started: deque[SampleTime] = deque(maxlen=max(limit.per_window for limit in LIMITS.values()))
        self._said: Counter[str] = Counter()
        self._last_said: dict[str, SampleTime] = {}
        self._carded: deque[str] = deque(maxlen=8)
        self._open_question: Utterance | None = None
        self.use(playbook)

    def use(self, playbook: Playbook) -> None:
        """Change the playbook; what was counted per trigger name stays counted."""
        self._excluded = tuple(compile_phrase(phrase) for phrase in playbook.do_not_trigger)
        self._matchers = tuple(_Matcher.of(trigger) for trigger in playbook.triggers)

    @property
    def now(self) -> SampleTime:
        """The latest media time heard of."""
        return self._now

    @property
    def limits(self) -> Limits:
        """What the verbosity and the budget allow."""
        return LIMITS["quiet" if self.frugal else self.verbosity]

    # --- what comes in -----------------------------------------------------------------------

    def hear(self, utterance: Utterance) -> tuple[Decision, ...]:
        """An utterance, or its revision (which can only bring an emotion)."""
        self._now = max(self._now, utterance.end)
        if utterance.revision:
            return self._feel(utterance.channel, utterance.emotion.family, utterance)
        plain = normalise(utterance.text)
        echo = self._echo_of(utterance, plain)
        if echo is not None:
            return (Skip(echo, utterance.id),)
        text = self._turn(utterance)
        self._recent.append((utterance, plain))
        plain = normalise(text)
        if any(pattern.search(plain) for pattern in self._excluded):
            return (Skip(Reason.EXCLUDED, utterance.id),)
        signals = detect(text)
        self._follow_question(utterance, signals)
        found = self._candidate(utterance, plain, signals)
        return (found,) if isinstance(found, Skip) else self._consider(found)

    def shift(self, shift: EmotionShift) -> tuple[Decision, ...]:
        """A speaker's tone left its own baseline."""
        self._now = max(self._now, shift.at)
        heard = next((u for u, _ in reversed(self._recent) if u.id == shift.utterance), None)
        return self._feel(shift.channel, shift.after, heard, at=shift.at, always=True)

    def speaking(self, channel: Channel, active: bool, at: SampleTime) -> None:
        """Somebody began or stopped speaking on `channel`."""
        self._now = max(self._now, at)
        if self._speaking[channel] and not active:
            self._quiet_since = max(self._quiet_since, at)
        if active and not self._speaking[channel]:
            self._began_speaking[channel] = at
        self._speaking[channel] = active

    def advance(self, now: SampleTime) -> tuple[Decision, ...]:
        """Media time went on: release or drop what waits, notice a silence after a question."""
        self._now = max(self._now, now)
        waiting, question = self._waiting, self._open_question
        if waiting is not None:
            decisions = self._retry(waiting)
            if decisions or question is None or waiting.utterance == question.id:
                return decisions
        if question is not None and self._silent_since(question.end) >= SILENCE_AFTER_QUESTION:
            self._open_question = None
            return self._consider(_silence(question, self._now))
        return ()

    # --- what became of a card ---------------------------------------------------------------

    def began(self, candidate: Candidate) -> None:
        """A card started. It is in flight until `ended`."""
        self._flight, self._flight_shows = candidate, False
        if candidate.reason is Reason.REQUEST:
            return
        self._started.append(self._now)
        if candidate.trigger is not None:
            self._said[candidate.trigger.name] += 1
            self._last_said[candidate.trigger.name] = self._now
        if candidate.utterance is not None:
            self._carded.append(candidate.utterance)
        if self._open_question is not None and self._open_question.id == candidate.utterance:
            self._open_question = None

    def shows(self) -> None:
        """The card in flight has its first text on screen."""
        self._flight_shows = True

    def ended(self) -> None:
        """The card in flight reached its end."""
        self._flight, self._flight_shows = None, False

    # --- deciding ----------------------------------------------------------------------------

    def _candidate(self, utterance: Utterance, plain: str, signals: frozenset[Signal]) -> Candidate | Skip:
        """The best trigger that may still fire, or why none does."""
        refused: Skip | None = None
        found: list[Candidate] = []
        for matcher in self._matchers:
            reason = matcher.match(utterance, plain, signals)
            if reason is None:
                continue
            spent = self._spent(matcher.trigger)
            if spent is not None:
                refused = Skip(spent, utterance.id, matcher.trigger.name)
            else:
                found.append(_candidate_of(matcher.trigger, reason, utterance))
        if not found:
            return refused or Skip(Reason.NO_TRIGGER, utterance.id)
        if self.mode == "questions-only" and Signal.QUESTION not in signals:
            return Skip(Reason.MODE, utterance.id, self.mode)
        found.sort(key=lambda candidate: -candidate.priority)
        return replace(found[0], others=tuple(found[1:]))

    def _feel(
        self,
        channel: Channel,
        family: Family,
        utterance: Utterance | None,
        *,
        at: SampleTime | None = None,
        always: bool = False,
    ) -> tuple[Decision, ...]:
        """Emotion triggers of the speaker's side. A plain revision fires only on a strong, known reading."""
        if utterance is not None and not always:
            reading = utterance.emotion
            if reading.status is not ReadingStatus.KNOWN or reading.strength != "strong":
                return ()
        for matcher in self._matchers:
            trigger = matcher.trigger
            side = Channel.MIC if trigger.who == "user" else Channel.TAB
            if family not in trigger.emotions or (trigger.who != "anyone" and channel is not side):
                continue
            name = utterance.id if utterance else None
            if self.mode == "questions-only":
                return (Skip(Reason.MODE, name, self.mode),)
            spent = self._spent(trigger)
            if spent is not None:
                return (Skip(spent, name, trigger.name),)
            if utterance is not None and self._covered(utterance.id):
                return (Skip(Reason.ANSWERED, name, trigger.name),)
            when = at if at is not None else self._now
            text = utterance.text if utterance else ""
            speaker = utterance.speaker if utterance else str(channel)
            return self._consider(
                Candidate(trigger.kind, Reason.EMOTION, trigger.priority, when, name, text, speaker, trigger)
            )
        return ()

    def _consider(self, candidate: Candidate) -> tuple[Decision, ...]:
        """Speak now, keep for later, or drop with the reason."""
        if self.mode == "manual":
            return (Skip(Reason.MODE, candidate.utterance, self.mode),)
        limits = self.limits
        if candidate.priority < limits.priority:
            return (Skip(Reason.VERBOSITY, candidate.utterance, self.verbosity),)
        if candidate.priority < self._price_of_a_slot(limits):
            return (Skip(Reason.RATE, candidate.utterance, f"{limits.per_window} in ten minutes"),)
        hold = self._hold(candidate, limits)
        if hold is None:
            waiting, self._waiting = self._waiting, None
            dropped = (Skip(Reason.REPLACED, waiting.utterance),) if waiting else ()
            return (*dropped, Speak(candidate))
        return self._keep(candidate, hold)

    def _keep(self, candidate: Candidate, why: Reason) -> tuple[Decision, ...]:
        waiting = self._waiting
        if waiting is not None and waiting.priority > candidate.priority:
            return (Skip(Reason.OUTRANKED, candidate.utterance),)
        self._waiting, self._held_for = candidate, why
        dropped = (Skip(Reason.REPLACED, waiting.utterance),) if waiting else ()
        return (*dropped, Skip(why, candidate.utterance))

    def _retry(self, waiting: Candidate) -> tuple[Decision, ...]:
        if self._now - waiting.at > self._ttl:
            self._waiting = None
            self._open_question = None
            return (Skip(Reason.STALE, waiting.utterance),)
        if self.mode == "manual":
            self._waiting = None
            return (Skip(Reason.MODE, waiting.utterance, self.mode),)
        limits = self.limits
        if waiting.priority < self._price_of_a_slot(limits) or self._hold(waiting, limits) is not None:
            return ()
        self._waiting = None
        if self._user_answered(waiting):
            return (Skip(Reason.ANSWERED, waiting.utterance),)
        return (Speak(waiting),)

    def _hold(self, candidate: Candidate, limits: Limits) -> Reason | None:
        """Why this is a bad moment; None when it is a good one."""
        urgent = candidate.priority >= URGENT
        if self._flight is not None and not self._may_replace(candidate, self._flight):
            return Reason.IN_FLIGHT
        if self._started and not self._continues(candidate):
            wait = BREATH if urgent else limits.cooldown
            if self._now - self._started[-1] < wait:
                return Reason.COOLDOWN
        talking = self._now - self._began_speaking.get(Channel.MIC, self._now)
        if self._speaking[Channel.MIC] and talking > JUST_BEGUN and candidate.priority < INTERRUPTS:
            return Reason.USER_SPEAKING
        return None

    def _may_replace(self, candidate: Candidate, flight: Candidate) -> bool:
        """A card that shows nothing yet gives way to an equal; one being read only to a greater."""
        if flight.reason is Reason.REQUEST:
            return False
        if self._flight_shows:
            return candidate.priority > flight.priority and candidate.priority >= URGENT
        return candidate.priority >= flight.priority

    def _continues(self, candidate: Candidate) -> bool:
        """True when the card in flight was started by the first half of this very sentence."""
        if self._flight is None or self._flight_shows or self._flight.speaker != candidate.speaker:
            return False
        return candidate.at - self._flight.at <= SAME_TURN + samples(6)

    def _price_of_a_slot(self, limits: Limits) -> int:
        """The priority a card needs: the fewer are left of the ten minutes' cards, the more."""
        left = limits.per_window - sum(1 for at in self._started if self._now - at < WINDOW)
        if left <= 0:
            return NEVER
        if left <= limits.per_window * LAST_SLOTS:
            return LAST_SLOTS_PRIORITY
        return limits.priority

    def _spent(self, trigger: Trigger) -> Reason | None:
        said = self._said[trigger.name]
        if trigger.once and said:
            return Reason.ONCE
        if trigger.max and said >= trigger.max:
            return Reason.MAX
        last = self._last_said.get(trigger.name)
        if last is not None and trigger.kind != "question" and self._now - last < SAME_TRIGGER:
            return Reason.SAME
        return None

    def _covered(self, utterance: str) -> bool:
        """True when this utterance already has a card, shown or waiting."""
        waits = self._waiting is not None and self._waiting.utterance == utterance
        return waits or utterance in self._carded

    def _user_answered(self, waiting: Candidate) -> bool:
        """True when the user has meanwhile talked at length after the question that waits."""
        if waiting.reason is not Reason.QUESTION:
            return False
        talk = sum(
            utterance.span.length
            for utterance, _ in self._recent
            if utterance.channel is Channel.MIC and utterance.start >= waiting.at
        )
        return talk >= ANSWERING

    def _silent_since(self, moment: SampleTime) -> SampleTime:
        """How long nobody has said anything since `moment`."""
        if any(self._speaking.values()):
            return 0
        return self._now - max(moment, self._quiet_since)

    def _follow_question(self, utterance: Utterance, signals: frozenset[Signal]) -> None:
        """Remember a question nobody has answered yet; any other words are taken as the answer."""
        self._quiet_since = max(self._quiet_since, utterance.end)
        if Signal.QUESTION in signals:
            self._open_question = utterance
        elif self._open_question is not None and utterance.start >= self._open_question.end:
            self._open_question = None

    def _turn(self, utterance: Utterance) -> str:
        """The words with those just before them, when a breath cut one sentence in two."""
        for before, _ in reversed(self._recent):
            if before.speaker == utterance.speaker:
                goes_on = utterance.start - before.end <= SAME_TURN and before.id not in self._carded
                return f"{before.text} {utterance.text}" if goes_on else utterance.text
        return utterance.text

    def _echo_of(self, utterance: Utterance, plain: str) -> Reason | None:
        """The same words again: picked up by the other channel's microphone, or sent twice."""
        for other, words in self._recent:
            near = abs(utterance.start - other.start) < ECHO_WINDOW
            if other.id == utterance.id:
                return Reason.REPEATED
            if near and len(plain.split()) >= 3 and _alike(plain, words):
                return Reason.ECHO if other.channel is not utterance.channel else Reason.REPEATED
        return None


def request(kind: str, text: str, at: SampleTime) -> Candidate:
    """What the user asked for outright; it bypasses every limit."""
    return Candidate(kind, Reason.REQUEST, 100, at, None, text, str(Channel.MIC))


def _candidate_of(trigger: Trigger, reason: Reason, utterance: Utterance) -> Candidate:
    return Candidate(
        trigger.kind,
        reason,
        trigger.priority,
        utterance.end,
        utterance.id,
        utterance.text,
        utterance.speaker,
        trigger,
    )


def _silence(question: Utterance, now: SampleTime) -> Candidate:
    return Candidate(
        "silence",
        Reason.SILENCE,
        SILENCE_PRIORITY,
        now,
        question.id,
        question.text,
        question.speaker,
    )


def _alike(one: str, other: str) -> bool:
    if one == other:
        return True
    return difflib.SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio() >= 0.8
