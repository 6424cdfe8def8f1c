"""The cards a playbook would have shown, in a meeting of the past or in a conversation somebody pasted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wingman.core.events import SuggestionCompleted, SuggestionCreated, UtteranceCreated
from wingman.core.time import Channel
from wingman.meeting.rehearsal import Cast, Rehearsed, ScriptedTurn, rehearse
from wingman.report.record import Record


@dataclass(frozen=True, slots=True)
class RehearsedTurn:
    """One turn of a conversation to rehearse on."""

    text: str
    speaker: str = "tab"
    """`tab` (the others) or `mic` (you)."""


@dataclass(frozen=True, slots=True)
class RehearsedCard:
    """A card a playbook would have shown."""

    at: float
    """Seconds of media time."""
    kind: str
    title: str
    text: str
    utterance: str
    """Names the turn that caused it; the same in every rehearsal on the same words."""
    quote: str
    """What was said."""
    reason: str


def scripted(turns: Sequence[RehearsedTurn]) -> tuple[ScriptedTurn, ...]:
    """Pasted turns, with the pauses people usually make."""
    return tuple(
        ScriptedTurn(line, "U" if turn.speaker == Channel.MIC else "C", turn.text)
        for line, turn in enumerate(turns)
    )


def scripted_record(record: Record) -> tuple[ScriptedTurn, ...]:
    """A stored meeting, with the pauses that were made in it."""
    made, end = [], 0.0
    for line, said in enumerate(record.said):
        who = "U" if said.channel is Channel.MIC else "C"
        made.append(ScriptedTurn(line, who, said.text, max(0.0, said.start - end)))
        end = max(end, said.end)
    return tuple(made)


async def rehearsed_cards(turns: Sequence[ScriptedTurn], cast: Cast) -> tuple[RehearsedCard, ...]:
    """Play `turns` and collect the cards, by time."""
    cards: dict[str, RehearsedCard] = {}
    ends: dict[int, float] = {}

    def hear(event: Rehearsed) -> None:
        data, media = event.envelope.data, event.envelope.media
        if isinstance(data, UtteranceCreated) and event.turn is not None and media is not None:
            ends[event.turn] = media.end
        elif isinstance(data, SuggestionCreated):
            turn = event.turn
            quote = turns[turn].text if turn is not None else ""
            at = ends.get(turn, max(ends.values(), default=0.0)) if turn is not None else 0.0
            where = f"turn-{turn}" if turn is not None else ""
            cards[data.id] = RehearsedCard(
                at=round(at, 2),
                kind=data.kind,
                title=data.title,
                text=data.text,
                utterance=where,
                quote=quote,
                reason=data.reason,
            )
        elif isinstance(data, SuggestionCompleted) and data.id in cards and data.text:
            cards[data.id] = replace(cards[data.id], text=data.text)

    await rehearse(turns, cast, hear)
    return tuple(sorted((card for card in cards.values() if card.text), key=lambda card: card.at))
