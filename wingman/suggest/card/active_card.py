"""The card that is being written, and what one begins with."""

from __future__ import annotations

from dataclasses import dataclass

from wingman.core.events import Media
from wingman.suggest.card.composer import Draw, Snippet
from wingman.suggest.card.draft import Draft
from wingman.suggest.card.lifecycle import CardLife
from wingman.suggest.gate.decisions import Candidate, Reason


@dataclass(slots=True)
class ActiveCard:
    """The card in flight."""

    life: CardLife
    candidate: Candidate
    draft: Draft
    draw: Draw | None
    why: Reason = Reason.MODEL_SILENT
    """Why nothing came of it, where it ends before it has shown."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a card begins with."""

    candidate: Candidate
    draw: Draw | None
    """The instant card; None leaves all words to the model."""
    notes: tuple[Snippet, ...]
    media: Media | None
    heard_at: float
    """When its reason was heard, on the presenter's clock."""
