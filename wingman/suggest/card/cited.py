"""Which of the notes a model was told of its words rest on, so that a card names it and no other. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from wingman.suggest.knowledge.lexical import stems

FEWEST = 2.0
"""Points a note must have: two words of its own that the moment had not, or a number."""
NUMBER = 2.0


def cited(text: str, moment: str, notes: Sequence[tuple[str, str]]) -> str:
    """The source of the note whose words came back in `text`; empty when none did, or two as much.

    What the moment said itself proves nothing. `notes` are (source, text).
    """
    news = frozenset(stems(text)) - frozenset(stems(moment))
    points = sorted(
        ((sum(NUMBER if word.isdigit() else 1.0 for word in news & frozenset(stems(note))), source))
        for source, note in notes
    )
    if not points or points[-1][0] < FEWEST:
        return ""
    return "" if len(points) > 1 and points[-2][0] == points[-1][0] else points[-1][1]
