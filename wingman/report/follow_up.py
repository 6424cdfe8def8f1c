"""The draft of an e-mail after the call: what was agreed, who does what, what is still open. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from wingman.core.events import SummaryItem
from wingman.report.items import promises, summary_of
from wingman.report.record import Record


@dataclass(frozen=True, slots=True)
class Draft:
    """An e-mail to read through and send oneself."""

    subject: str
    text: str


def follow_up(record: Record) -> Draft:
    """Only what the report holds, in the user's voice; a line without anything to say is left out."""
    items = summary_of(record).items
    agreed = [item for item in items if item.kind == "decision"]
    mine = [item for item in promises(items) if item.owner == "you" and not item.done]
    theirs = [item for item in promises(items) if item.owner != "you" and not item.done]
    asked = [item for item in items if item.kind == "question"]
    parts = ["Hello,", "Thank you for the call. Here is what I took away from it."]
    for title, listed in (
        ("We agreed:", agreed),
        ("What I will do:", mine),
        ("What I understood you will do:", theirs),
        ("Still open:", asked),
    ):
        if listed:
            parts.append("\n".join([title, *(f"- {_line(item)}" for item in listed)]))
    if len(parts) == 2:
        parts[1] = "Thank you for the call."
    parts.append("Please tell me if I missed something or got it wrong.")
    parts.append("Best regards")
    return Draft(f"Our call: {record.title}" if record.title else "Our call", "\n\n".join(parts) + "\n")


def _line(item: SummaryItem) -> str:
    text = item.text.strip()
    due = f" ({item.due})" if item.due and item.due.lower() not in text.lower() else ""
    who = f" – {item.owner}" if item.owner not in ("", "you", "them") else ""
    return f"{text}{due}{who}"
