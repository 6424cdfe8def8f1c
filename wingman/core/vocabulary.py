"""The words that clients, settings, the coach and the published schemas share. Defined here alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, TypeVar, get_args

from wingman.core.errors import InputError

Action: TypeAlias = Literal["say", "clarify", "recap", "fact-check", "ask"]
"""What a user may ask for by name."""

STOP = "stop"
"""Sent like an action: ends what is being written."""

ACTION_TITLES: Mapping[str, str] = {
    "say": "What to say",
    "clarify": "Clarify",
    "recap": "Recap",
    "fact-check": "Fact-check",
    "ask": "Answer",
}
"""What they are called: on the buttons that ask, and on the cards that answer."""

Feedback: TypeAlias = Literal["used", "copied", "pinned", "unpinned", "dismissed", "wrong"]
"""What a user did with a card, or thinks of it."""

HELPED: frozenset[Feedback] = frozenset({"used", "copied", "pinned"})
"""What says that a card was of use."""

FEEDBACK_TITLES: Mapping[str, str] = {
    "used": "Used it",
    "copied": "Copy",
    "pinned": "Pin",
    "unpinned": "Unpin",
    "dismissed": "Dismiss",
    "wrong": "Wrong or unhelpful",
}
"""What the buttons are called."""

Verbosity: TypeAlias = Literal["quiet", "balanced", "lively"]
"""How often Wingman may speak."""

VERBOSITY_TITLES: Mapping[str, str] = {"quiet": "Quiet", "balanced": "Balanced", "lively": "Lively"}

Mode: TypeAlias = Literal["auto", "questions-only", "manual"]
"""What Wingman reacts to."""

MODE_TITLES: Mapping[str, str] = {
    "auto": "When there is something worth saying",
    "questions-only": "When they ask something",
    "manual": "Only when you ask",
}

ACTIONS: tuple[Action, ...] = get_args(Action)
LONGEST_NAME = 60
"""Characters of a name that people give: to a speaker, a note's writer, an account or a grant."""

LONGEST_TITLE = 120
"""Characters of a meeting's name."""
LONGEST_BRIEF = 20_000
"""Characters of what is told about a meeting before it: eight pages."""

FEEDBACK: tuple[Feedback, ...] = get_args(Feedback)
VERBOSITIES: tuple[Verbosity, ...] = get_args(Verbosity)
MODES: tuple[Mode, ...] = get_args(Mode)


def action_title(kind: str) -> str:
    """The title of a card that answers a request, or of one of another kind."""
    return ACTION_TITLES.get(kind, kind.capitalize())


Word = TypeVar("Word", bound=str)


def one_of(value: Any, words: tuple[Word, ...], field: str) -> Word:
    """`value` as one of `words`. Raises `InputError` that names the field and what it may be."""
    if isinstance(value, str) and value in words:
        return value
    raise InputError(f"`{field}` must be one of {', '.join(words)}, not {str(value)[:40]!r}", field=field)
