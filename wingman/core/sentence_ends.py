"""Where a sentence ends in what was said or written down in a few lines. Pure.

Notes have titles, lists and tables in them; `suggest.knowledge.sections` reads those.
"""

from __future__ import annotations

import re

_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_MAX = r"m(?:ax|in|áx|ín)\."
_DISCOUNTS = "discount|rabatt|nachlass|remise|rabais|descuento|desconto|budget"
_PRICES = "price|preis|prix|precio|preço"
_LIMITED = "|".join(rf"(?<=\b{name} {_MAX})" for name in f"{_DISCOUNTS}|{_PRICES}".split("|"))
_FIRST = "|".join(
    rf"(?<={begin}{_MAX})" for begin in ("(?m:^)", r"(?m:^)[-*•]\s", r"\s\s[-*•]\s", "[*_]", r"\.\s")
)
_BEHIND = rf"(?<=[:;,(–—-]\s{_MAX})|(?<=\({_MAX})"
_OUR = "|".join(rf"(?<=\b{word} {_MAX})" for word in ("our", "my", "the", "unser", "mein", "der"))
MAX_GOES_ON = (
    rf"(?!(?i:(?<=\b{_MAX})\s+[:=]|(?:{_FIRST}|{_BEHIND}|{_LIMITED})\s+[\d$£€]"
    rf"|(?:{_FIRST})\s+(?:{_DISCOUNTS}|{_PRICES})\b)"
    rf"|(?<=m\w\w\.)(?i:(?:{_BEHIND}|{_OUR})\s+(?:{_DISCOUNTS})\b))"
)
"""No end behind `max.` that begins a line or a clause, or stands behind what it limits, where a sum or a name
for one follows. All else is: `Contact: Max.`, `30 Min.`, `5 users max.`."""
_CLAUSE = re.compile(rf"(?<=[.!?…;]){MAX_GOES_ON}\s+|\n+")


def by_sentence(text: str) -> list[str]:
    """`text` by its sentences and lines, each with its sign; text without signs stays whole."""
    return [part for part in _SENTENCE.split(text) if part]


def by_clause(text: str) -> list[str]:
    """Likewise, and at semicolons: what is written for oneself has several facts between two full stops."""
    return [part for part in _CLAUSE.split(text) if part]
