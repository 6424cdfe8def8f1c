"""What a meeting cost, what left it, who was told, and what it came to."""

from __future__ import annotations

from dataclasses import dataclass, field

from wingman.core.errors import Branch
from wingman.core.events.base import Event, event
from wingman.core.time import Channel


@event("cost.updated")
@dataclass(frozen=True, slots=True)
class CostUpdated(Event):
    """What the meeting has cost so far."""

    total: float
    """In `currency`, since the meeting began."""
    per_hour: float
    by_provider: dict[str, float] = field(default_factory=dict)
    currency: str = "USD"
    degraded: str = ""
    """What the budget has switched off (`emotion`, `rate`, `model`); empty while within it."""


@event("egress.recorded")
@dataclass(frozen=True, slots=True)
class EgressRecorded(Event):
    """What one provider was sent between two moments. Silence in the ledger means: nothing was."""

    to: str
    """The provider's name."""
    branch: Branch
    kind: str
    """`audio`, `text` or `pictures`."""
    bytes: int
    seconds: float
    """Seconds of audio; 0 for text."""
    since: float
    """Wall time at which this entry begins."""
    until: float
    """Wall time at which it ends; entries of one provider never overlap and never span a pause."""
    channel: Channel | None = None
    consent: str = ""
    """The words that were acknowledged before this was sent; empty when none were asked for."""
    count: int = 0
    """Pictures; 0 for everything else."""


@event("webhook.settled")
@dataclass(frozen=True, slots=True)
class WebhookSettled(Event):
    """A receiver has taken an event, or was given up: nobody sends it again. Told only where another process
    would have to know (`cluster.url`)."""

    hook: str
    """The receiver's name in the settings."""
    about: int
    """`seq` of the event."""
    state: str
    """`delivered` or `failed`."""


@dataclass(frozen=True, slots=True)
class SummaryItem:
    """One thing worth keeping, and where it was said."""

    kind: str
    """`decision`, `action` or `question`."""
    text: str
    at: float
    """Seconds of media time of the moment it was said."""
    utterance: str
    """Id of the utterance it was found in."""
    owner: str = ""
    """Who is to do it (`you`, `them`, or a name that was said); empty when that is not known."""
    due: str = ""
    """Until when, in the words that were said (`by friday`); empty when no time was named."""
    id: str = ""
    """What an edit names it by; empty in meetings summed up before there were edits."""
    done: bool = False


@event("summary.ready")
@dataclass(frozen=True, slots=True)
class SummaryReady(Event):
    """The meeting's summary."""

    origin: str
    """`extractive`, or the model's provider name."""
    text: str
    decisions: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    items: tuple[SummaryItem, ...] = ()
    """The same decisions, actions and questions with their moments."""


@event("summary.edited")
@dataclass(frozen=True, slots=True)
class SummaryEdited(Event):
    """The user changed one item of the summary, added one, or took one out. What was summed up stays in the
    log."""

    item: str
    """The item's id: its kind and the utterance it was found in, or a new one."""
    kind: str
    """`decision`, `action` or `question`."""
    text: str
    """Empty takes the item out."""
    owner: str = ""
    due: str = ""
    """When it is to be done, in the words that were used or as the user wrote it."""
    done: bool = False
    at: float = 0.0
    utterance: str = ""
