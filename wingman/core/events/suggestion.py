"""One card's life: created → delta* → completed, superseded, expired or failed. And why there is none."""

from __future__ import annotations

from dataclasses import dataclass

from wingman.core.events.base import Event, event


@event("suggestion.created")
@dataclass(frozen=True, slots=True)
class SuggestionCreated(Event):
    """A card is shown."""

    id: str
    kind: str
    """`question`, `price`, `objection`, `stall`, `competitor`, `buying`, `pain`, `risk`, `churn`, `cue` …"""
    reason: str
    """Why Wingman speaks: the gate's reason code."""
    utterance: str | None
    """Id of the utterance that asked for it."""
    origin: str
    """`playbook`, or the model's provider name."""
    text: str = ""
    """The instant text (a playbook cue); deltas extend or replace it."""
    title: str = ""
    source: str = ""
    """Where the facts come from (playbook name, document and heading)."""
    priority: int = 0
    expires_in: float | None = None
    """Seconds after which the card is stale."""
    latency_ms: float | None = None
    """From the trigger (end of the utterance as delivered to the gate) to this event."""


@event("suggestion.delta")
@dataclass(frozen=True, slots=True)
class SuggestionDelta(Event):
    """More text for a card."""

    id: str
    text: str


@event("suggestion.completed")
@dataclass(frozen=True, slots=True)
class SuggestionCompleted(Event):
    """A card is whole."""

    id: str
    text: str
    """The whole text, so that a late client needs no deltas."""
    origin: str
    first_token_ms: float | None = None
    total_ms: float | None = None
    source: str = ""
    """Of a model's text, the note it tells (document and heading); of any other, what `created` has."""


@event("suggestion.superseded")
@dataclass(frozen=True, slots=True)
class SuggestionSuperseded(Event):
    """A newer card takes its place."""

    id: str
    by: str
    """Id of the suggestion or utterance that took its place."""


@event("suggestion.expired")
@dataclass(frozen=True, slots=True)
class SuggestionExpired(Event):
    """A card is out of date."""

    id: str
    reason: str


@event("suggestion.failed")
@dataclass(frozen=True, slots=True)
class SuggestionFailed(Event):
    """A card could not be written."""

    id: str
    kind: str
    """A `FaultKind`, or `blocked`, `empty`, `truncated`."""
    detail: str


@event("suggestion.skipped")
@dataclass(frozen=True, slots=True)
class SuggestionSkipped(Event):
    """Why Wingman kept silent at this moment."""

    reason: str
    """The gate's reason code for staying silent."""
    utterance: str | None = None
    detail: str = ""


@event("suggestion.updated")
@dataclass(frozen=True, slots=True)
class SuggestionUpdated(Event):
    """A user's feedback on a card was stored."""

    id: str
    feedback: str
    """`used`, `copied`, `pinned`, `unpinned`, `dismissed` or `wrong`."""
