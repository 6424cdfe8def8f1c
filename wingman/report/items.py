"""The summary as it stands after the user's corrections, and what follows from it. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import replace

from wingman.core.events import SummaryEdited, SummaryItem, SummaryReady
from wingman.report.extractive import ready, summarize
from wingman.report.record import Record

MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
DUE = re.compile(
    r"\b(?:by|before|until|till|on|at the) (?:the )?(?:"
    r"end of (?:the |this |next )?(?:day|week|month|quarter|year)"
    rf"|(?:next |this )?(?:{DAYS})"
    r"|tomorrow|tonight|noon|next (?:week|month|quarter)"
    rf"|(?:{MONTHS}) \d{{1,2}}(?:st|nd|rd|th)?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)? (?:of )?(?:{MONTHS})"
    r"|\d{1,2}(?::\d{2})? ?(?:am|pm|o'clock))\b"
    r"|\b(?:tomorrow|tonight|today|this (?:week|afternoon|evening|month)|next (?:week|month|quarter)"
    r"|in (?:a|one|two|three|four|five|\d{1,2}) (?:hours?|days?|weeks?|months?))\b",
    re.IGNORECASE,
)


def item_id(item: SummaryItem) -> str:
    """What an edit names an item by: the same for the same item of the same log, whenever it is asked."""
    if item.id:
        return item.id
    words = hashlib.sha256(f"{item.utterance}\0{item.text}".encode()).hexdigest()[:10]
    return f"{item.kind}-{words}"


def due_of(text: str) -> str:
    """Until when, in the words that were said; empty when no time was named."""
    found = DUE.search(text)
    return found[0].lower() if found else ""


def summary_of(record: Record) -> SummaryReady:
    """The stored summary, or the extractive one, with ids, times, and the user's corrections."""
    told = record.summary or summarize(record)
    items = {item_id(item): replace(item, id=item_id(item), due=item.due or _due(item)) for item in told.items}
    for edit in record.edits:
        items[edit.item] = _edited(edit, items.get(edit.item))
    kept = [item for item in items.values() if item.text]
    kept.sort(key=lambda item: item.at)
    made = ready(told.origin, told.text, kept)
    return replace(
        told, decisions=made.decisions, actions=made.actions, questions=made.questions, items=made.items
    )


def promises(items: Iterable[SummaryItem]) -> tuple[SummaryItem, ...]:
    """What somebody is to do, the user's own first, then by time."""
    found = [item for item in items if item.kind == "action"]
    return tuple(sorted(found, key=lambda item: (item.owner != "you", item.at)))


def _due(item: SummaryItem) -> str:
    return due_of(item.text) if item.kind == "action" else ""


def _edited(edit: SummaryEdited, before: SummaryItem | None) -> SummaryItem:
    return SummaryItem(
        kind=edit.kind,
        text=edit.text,
        at=edit.at or (before.at if before else 0.0),
        utterance=edit.utterance or (before.utterance if before else ""),
        owner=edit.owner,
        due=edit.due,
        id=edit.item,
        done=edit.done,
    )
