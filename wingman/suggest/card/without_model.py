"""What can be answered without a model: a recap in words that were said, and the newest occasion for a
card. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from wingman.core.time import Channel
from wingman.core.utterance import Utterance
from wingman.suggest.gate.decisions import Candidate
from wingman.suggest.playbook.playbook import Card, Playbook
from wingman.suggest.playbook.signals import detect
from wingman.suggest.playbook.triggers import Triggers

RECAP_LINES = 4
LEAST_WORDS = 4
"""Shorter turns (`yes`, `go on`) recap nothing."""
LOOKED_BACK = 12
"""Turns among which a reason for something to say is looked for."""
LONGEST_LINE = 160


def recap(said: Sequence[Utterance]) -> Card | None:
    """The last turns that say something, as they were said; None when nothing was said yet."""
    told = [turn for turn in said if len(turn.text.split()) >= LEAST_WORDS][-RECAP_LINES:]
    if not told:
        return None
    lines = [f"{'You' if turn.channel is Channel.MIC else 'They'}: {_short(turn.text)}" for turn in told]
    return Card(title="Said last", text="\n".join(lines))


def occasion(said: Sequence[Utterance], playbook: Playbook) -> Candidate | None:
    """The newest turn that the playbook has something to say to; None when there is none."""
    triggers = Triggers(playbook)
    for turn in reversed(said[-LOOKED_BACK:]):
        for trigger, reason in triggers.heard(turn.text, turn.channel, detect(turn.text)):
            where = (trigger.priority, turn.end, turn.id, turn.text, turn.speaker)
            return Candidate(trigger.kind, reason, *where, trigger)
    return None


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else f"{text[: LONGEST_LINE - 1].rstrip()}…"
