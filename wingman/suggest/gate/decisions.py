"""Why Wingman speaks, or why it does not: the gate's words. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from wingman.core.time import Channel, SampleTime
from wingman.suggest.playbook.playbook import Trigger


class Reason(StrEnum):
    """A reason code, as it stands in `suggestion.created` and `suggestion.skipped`."""

    QUESTION = "question_to_you"
    SIGNAL = "signal"
    PHRASE = "playbook_phrase"
    MEANING = "meaning"
    EMOTION = "emotion_shift"
    BURST = "vocal_burst"
    SILENCE = "silence_after_question"
    REQUEST = "explicit_request"

    NO_TRIGGER = "no_trigger"
    EXCLUDED = "do_not_trigger"
    TOO_SHORT = "too_short"
    NOT_ADDRESSED = "not_addressed"
    UNLIKELY = "unlikely"
    MODEL_SILENT = "model_silent"
    MODE = "mode"
    VERBOSITY = "below_verbosity"
    COOLDOWN = "cooldown"
    IN_FLIGHT = "in_flight"
    USER_SPEAKING = "user_speaking"
    RATE = "rate_limit"
    ONCE = "once_per_meeting"
    MAX = "max_per_meeting"
    SAME = "same_trigger_again"
    REPLACED = "replaced_by_newer"
    OUTRANKED = "outranked"
    STALE = "stale"
    ANSWERED = "already_answered"
    DUPLICATE = "near_duplicate"
    NOTHING = "nothing_to_say"


HELD = frozenset({Reason.COOLDOWN, Reason.IN_FLIGHT, Reason.USER_SPEAKING})
"""Skips that only postpone: the reason to speak is kept and tried again."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reason to speak."""

    kind: str
    reason: Reason
    priority: int
    at: SampleTime
    """When it arose: the end of the utterance."""
    utterance: str | None
    text: str
    speaker: str
    trigger: Trigger | None = None
    others: tuple[Candidate, ...] = ()
    """Lesser reasons the same words gave, best first; for when the first has nothing new to say."""
    unsure: bool = False
    """True when the gate cannot tell: a model is to decide, with silence as its default."""
    answered: bool = False
    """True for a question to the user that the user's own notes answer: it is wanted at once, and each time."""


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


def request(kind: str, text: str, at: SampleTime) -> Candidate:
    """What the user asked for outright; it bypasses every limit."""
    return Candidate(kind, Reason.REQUEST, 100, at, None, text, str(Channel.MIC))
