"""Where a sentence ends in what was said or written down in a few lines. Pure.

Notes have titles, lists and tables in them; `suggest.knowledge.sections` reads those.
"""

from __future__ import annotations

import re

_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
MAX_GOES_ON = (
    r"(?<!\bM(?i:ax|in|áx|ín)\.)"
    r"(?!(?<=\bm(?:ax|áx|ín)\.)\s+(?:[^\WA-ZÀ-Ý]|[$£€:=]|Discount|Rabatt|Nachlass|Preis))"
)
"""No end behind `Max.`, nor behind `max.` where what it limits follows; `5 min.`, `5 users max.` are ends."""
_CLAUSE = re.compile(rf"(?<=[.!?…;]){MAX_GOES_ON}\s+|\n+")


def by_sentence(text: str) -> list[str]:
    """`text` by its sentences and lines, each with its sign; text without signs stays whole."""
    return [part for part in _SENTENCE.split(text) if part]


def by_clause(text: str) -> list[str]:
    """Likewise, and at semicolons: what is written for oneself has several facts between two full stops."""
    return [part for part in _CLAUSE.split(text) if part]
